import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument, requiredText } from '../../grammar/option.ts'
import { userId } from '../../names/resolve-user.ts'

export const command = defineCommand({
  arguments: { user: argument('USER', 'E-mail or id of the user.') },
  options: {
    role: requiredText('What the user may do from now on.', { values: ['viewer', 'editor', 'admin'] }),
    ...dryRunOption,
  },
  description: 'Counts from the next request of the user on.',
  examples: ['cairn users role ann@example.com --role viewer'],
  run: async ({ args, options: { role } }, session) => {
    const client = await session.client()
    await session.output.value(await client.people.updateUser(await userId(client, args.user), { role }))
  },
})
