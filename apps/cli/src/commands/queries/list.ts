import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { text } from '../../grammar/option.ts'
import { defined } from '../shared/defined.ts'
import { queryList } from '../shared/views.ts'

export const command = defineCommand({
  options: { ...pageOptions, name: text('Part of the path.') },
  examples: ['cairn queries list --name sales/ -o table'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, name, all } = options
    const client = await session.client()
    const queries = client.queries.listQueries(defined({ pageSize, pageNumber, searchTerm: name }))
    await session.output.list(queries, queryList, { all })
  },
})
