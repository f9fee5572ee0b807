import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { userId } from '../../names/resolve.ts'
import { userArgument } from './user-argument.ts'

export const command = defineCommand({
  arguments: userArgument,
  options: dryRunOption,
  description: 'Tokens and sessions go with the user; what the user made stays.',
  examples: ['cairn users delete ann@example.com'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.people.deleteUser(await userId(client, args.user))
    await session.output.value({})
  },
})
