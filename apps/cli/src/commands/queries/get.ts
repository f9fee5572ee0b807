import { defineCommand } from '../../grammar/command.ts'
import { argument, integer } from '../../grammar/option.ts'

export const command = defineCommand({
  arguments: { path: argument('PATH', 'Path of the query such as sales/load.sql.') },
  options: { version: integer('Number of the version; the newest when left out.') },
  description: 'Prints its text; with -o json or yaml also its version and who stored it.',
  examples: ['cairn queries get sales/load.sql > load.sql'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const query = await client.queries.getQuery(args.path, options.version)
    if (options.output === undefined) session.output.line(query.text.replace(/\n$/, ''))
    else await session.output.value(query)
  },
})
