import { defineCommand } from '../../grammar/command.ts'
import { dateOptions, pageOptions } from '../../grammar/common-options.ts'
import { argument, integer, list } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { workflowId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { executionList } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { workflow: argument('WORKFLOW_ID', 'Number or name of the workflow.', 'workflow') },
  options: {
    ...dateOptions,
    status: list('Statuses.', { values: words.executionStatuses }),
    count: integer('The newest N; -1 = all.'),
    ...pageOptions,
  },
  examples: ['cairn workflows list-executions nightly --status Failed --count 5'],
  run: async ({ args, options }, session) => {
    const { dateFrom, dateTo, status, count, pageSize, pageNumber, all } = options
    const query = defined({ dateFrom, dateTo, statuses: status, count, pageSize, pageNumber })
    const client = await session.client()
    const runs = client.workflows.listExecutions(await workflowId(client, args.workflow), query)
    await session.output.list(runs, executionList, { all })
  },
})
