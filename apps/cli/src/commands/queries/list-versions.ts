import { defineCommand } from '../../grammar/command.ts'
import { argument, flag } from '../../grammar/option.ts'
import { queryVersionList } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { path: argument('PATH', 'Path of the query such as sales/load.sql.') },
  options: { all: flag('Every page.') },
  examples: ['cairn queries list-versions sales/load.sql -o table'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    await session.output.list(client.queries.listQueryVersions(args.path), queryVersionList, options)
  },
})
