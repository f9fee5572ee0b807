import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument, flag, requiredText, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { defined } from '../shared/defined.ts'

export const command = defineCommand({
  arguments: { email: argument('EMAIL', 'E-mail of the user.') },
  options: {
    role: requiredText('What the user may do.', { values: words.roles }),
    name: text('Name of the user; the e-mail when left out.'),
    noMail: flag('Mail the link to nobody.'),
    ...dryRunOption,
  },
  description:
    'Adds the user and prints a link, which is told only now: whoever opens it first, within seven days, sets the\npassword. It is mailed as well where the server has a mail server; `mailed` says so. A robot needs no link but a token: `cairn tokens create --user`.',
  examples: ['cairn users invite ann@example.com --role editor --name Ann'],
  run: async ({ args, options: { role, name, noMail } }, session) => {
    const client = await session.client()
    const invited = { email: args.email, role, mail: !noMail, ...defined({ name }) }
    await session.output.value(await client.people.inviteUser(invited))
  },
})
