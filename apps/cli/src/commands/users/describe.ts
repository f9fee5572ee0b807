import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { userId } from '../../names/resolve-user.ts'

export const command = defineCommand({
  arguments: { user: argument('USER', 'E-mail or id of the user.') },
  options: {},
  examples: ['cairn users describe ann@example.com'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.people.describeUser(await userId(client, args.user)))
  },
})
