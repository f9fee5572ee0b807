import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { text } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { exportList } from '../shared/views.ts'

export const command = defineCommand({
  options: {
    workflow: text('Of this workflow.', { placeholder: 'WORKFLOW', completion: 'workflow' }),
    run: text('Of this run.', { placeholder: 'RUN' }),
    ...pageOptions,
  },
  examples: ['cairn exports list --workflow nightly -o table'],
  run: async ({ options }, session) => {
    const { workflow, run: executionId, pageSize, pageNumber, all } = options
    const client = await session.client()
    const of = workflow === undefined ? undefined : await workflowId(client, workflow)
    const files = client.exports.listExports(defined({ workflowId: of, executionId, pageSize, pageNumber }))
    await session.output.list(files, exportList, { all })
  },
})
