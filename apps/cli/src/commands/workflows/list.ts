import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { list, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { defined } from '../shared/defined.ts'
import { workflowList } from '../shared/views.ts'

export const command = defineCommand({
  options: {
    ...pageOptions,
    workflowStatus: list('Statuses.', { values: words.workflowStatuses }),
    lastExecutionStatus: list('Statuses of the latest run.', { values: words.executionStatuses }),
    lastModifiedBy: list('E-mail addresses of who changed it last.'),
    name: text('Part of the name.'),
  },
  examples: ['cairn workflows list --last-execution-status Failed -o table'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, workflowStatus, lastExecutionStatus, lastModifiedBy, name, all } = options
    const filters = { workflowStatus, lastExecutionStatus, lastModifiedBy, searchTerm: name }
    const client = await session.client()
    const workflows = client.workflows.listWorkflows(defined({ pageSize, pageNumber, ...filters }))
    await session.output.list(workflows, workflowList, { all })
  },
})
