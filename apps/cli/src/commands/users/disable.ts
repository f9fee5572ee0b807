import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { userId } from '../../names/resolve.ts'
import { userArgument } from './user-argument.ts'

export const command = defineCommand({
  arguments: userArgument,
  options: dryRunOption,
  description: 'No token and no session of the user counts any more. `cairn users enable` takes it back.',
  examples: ['cairn users disable ann@example.com'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.people.updateUser(await userId(client, args.user), { disabled: true }))
  },
})
