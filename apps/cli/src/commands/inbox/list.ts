import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { flag } from '../../grammar/option.ts'
import { defined } from '../shared/defined.ts'
import { inboxList } from '../shared/views.ts'

export const command = defineCommand({
  options: { unread: flag('Only what is unread.'), ...pageOptions },
  description: 'What watchers have told the user of the token, newest first.',
  examples: ['cairn inbox list --unread -o table'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, all } = options
    const unread = options.unread ? true : undefined
    const client = await session.client()
    const entries = client.notifications.listInbox(defined({ unread, pageSize, pageNumber }))
    await session.output.list(entries, inboxList, { all })
  },
})
