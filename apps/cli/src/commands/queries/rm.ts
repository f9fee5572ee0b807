import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'

export const command = defineCommand({
  arguments: { path: argument('PATH', 'Path of the query.') },
  options: dryRunOption,
  description: 'With all versions. Refused while a workflow uses it.',
  examples: ['cairn queries rm sales/load.sql'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.queries.deleteQuery(args.path)
    await session.output.value({})
  },
})
