import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'

export const command = defineCommand({
  arguments: { token: argument('TOKEN_ID', 'Id of the token, as `tokens list` shows it.') },
  options: dryRunOption,
  description: 'Sessions of browsers that it opened end with it.',
  examples: ['cairn tokens revoke TOKEN_ID'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.people.revokeToken(args.token)
    await session.output.value({})
  },
})
