import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { list, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { defined } from '../shared/defined.ts'
import { userList } from '../shared/people-views.ts'

export const command = defineCommand({
  options: {
    ...pageOptions,
    name: text('Part of the e-mail or the name.'),
    role: list('Only users of this role; several separated by commas.', { values: words.roles }),
    status: list('Only users of this state.', { values: words.userStatuses }),
  },
  description: 'Needs the role admin, as all about users does.',
  examples: ['cairn users list -o table', 'cairn users list --role admin'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, name, role, status, all } = options
    const client = await session.client()
    const users = client.people.listUsers(defined({ pageSize, pageNumber, searchTerm: name, role, status }))
    await session.output.list(users, userList, { all })
  },
})
