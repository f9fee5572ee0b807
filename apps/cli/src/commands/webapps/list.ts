import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { list, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { defined } from '../shared/defined.ts'
import { webappList } from '../shared/views.ts'

export const command = defineCommand({
  options: {
    ...pageOptions,
    status: list('Statuses.', { values: words.serviceStatuses }),
    name: text('Part of the name.'),
  },
  examples: ['cairn webapps list -o table'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, status, name, all } = options
    const client = await session.client()
    const query = defined({ pageSize, pageNumber, status, searchTerm: name })
    await session.output.list(client.webapps.listWebapps(query), webappList, { all })
  },
})
