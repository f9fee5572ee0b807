import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { requiredText } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { userId } from '../../names/resolve.ts'
import { userArgument } from './user-argument.ts'

export const command = defineCommand({
  arguments: userArgument,
  options: {
    role: requiredText('What the user may do from now on.', { values: words.roles }),
    ...dryRunOption,
  },
  description: 'Counts from the next request of the user on.',
  examples: ['cairn users role ann@example.com --role viewer'],
  run: async ({ args, options: { role } }, session) => {
    const client = await session.client()
    await session.output.value(await client.people.updateUser(await userId(client, args.user), { role }))
  },
})
