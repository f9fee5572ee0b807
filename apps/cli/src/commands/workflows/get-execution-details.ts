import { defineCommand } from '../../grammar/command.ts'
import { workflowId } from '../../names/resolve.ts'
import { executionSteps } from '../shared/views.ts'
import { runOptions } from './run-options.ts'

export const command = defineCommand({
  options: runOptions,
  description: 'Its steps with their times, outputs and reasons.',
  examples: ['cairn workflows get-execution-details --workflow-id nightly --execution-id RUN -o table'],
  run: async ({ options }, session) => {
    const client = await session.client()
    const id = await workflowId(client, options.workflowId)
    const run = await client.workflows.getExecutionDetails(id, options.executionId)
    await session.output.value(run, { columns: executionSteps.columns, rows: () => run.steps })
  },
})
