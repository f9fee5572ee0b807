import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument, integer, requiredText, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { userId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'

export const command = defineCommand({
  arguments: { label: argument('LABEL', 'What the token is for.') },
  options: {
    scope: requiredText('read; run: besides start, stop and try; write: all that your role allows.', {
      values: words.tokenScopes,
    }),
    expiresInDays: integer('Days until it ends, 1 to 3650; valid until it is revoked when left out.'),
    user: text('E-mail or id of another user, such as a robot; needs the role admin.', { placeholder: 'USER' }),
    ...dryRunOption,
  },
  description: 'Prints the token, which is told only now.',
  examples: ['cairn tokens create nightly --scope run --expires-in-days 90'],
  run: async ({ args, options: { scope, expiresInDays, user } }, session) => {
    const client = await session.client()
    const of = user === undefined ? undefined : await userId(client, user)
    const token = { label: args.label, scope, ...defined({ expiresInDays, userId: of }) }
    await session.output.value(await client.people.createToken(token))
  },
})
