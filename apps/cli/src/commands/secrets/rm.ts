import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'

export const command = defineCommand({
  arguments: { name: argument('NAME', 'Name of the secret.') },
  options: dryRunOption,
  description: 'Refused while something uses it; the message says what.',
  examples: ['cairn secrets rm warehouse-password'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.secrets.deleteSecret(args.name)
    await session.output.value({})
  },
})
