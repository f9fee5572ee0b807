import { defineCommand } from '../../grammar/command.ts'
import { userId } from '../../names/resolve.ts'
import { userArgument } from './user-argument.ts'

export const command = defineCommand({
  arguments: userArgument,
  examples: ['cairn users describe ann@example.com'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.people.describeUser(await userId(client, args.user)))
  },
})
