import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { text } from '../../grammar/option.ts'
import { userId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { tokenList } from '../shared/people-views.ts'

export const command = defineCommand({
  options: {
    ...pageOptions,
    user: text('E-mail or id of another user; needs the role admin.', { placeholder: 'USER' }),
  },
  description: 'Your own, without values, which no answer holds.',
  examples: ['cairn tokens list -o table'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, user, all } = options
    const client = await session.client()
    const of = user === undefined ? undefined : await userId(client, user)
    const tokens = client.people.listTokens(defined({ pageSize, pageNumber, userId: of }))
    await session.output.list(tokens, tokenList, { all })
  },
})
