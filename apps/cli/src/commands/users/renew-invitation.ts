import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { userId } from '../../names/resolve.ts'
import { userArgument } from './user-argument.ts'

export const command = defineCommand({
  arguments: userArgument,
  options: dryRunOption,
  description:
    'Prints another link that sets the password; the one of before ends. Also for who forgot the password. It is mailed\nas well where the server has a mail server.',
  examples: ['cairn users renew-invitation ann@example.com'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.people.renewInvitation(await userId(client, args.user)))
  },
})
