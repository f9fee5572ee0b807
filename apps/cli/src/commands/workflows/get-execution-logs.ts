import { defineCommand } from '../../grammar/command.ts'
import { logOptions } from '../../grammar/common-options.ts'
import { requiredText } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'
import { watching } from '../../waiting/watching.ts'
import { printLog, saveDownload } from '../shared/print-log.ts'
import { runOptions } from './run-options.ts'

export const command = defineCommand({
  options: { ...runOptions, stepName: requiredText('Name of the step.', { placeholder: 'STEP' }), ...logOptions },
  description:
    'Prints a piece of the log as JSON; with --follow the lines as text until the step has ended. A step that has not\nstarted is waited for.',
  examples: ['cairn workflows get-execution-logs --workflow-id nightly --execution-id RUN --step-name train --follow'],
  run: async ({ options }, session) => {
    const client = await session.client()
    const { executionId, stepName, nextToken } = options
    const { signal } = session
    const id = await workflowId(client, options.workflowId)
    if (options.save === true) {
      const log = await client.workflows.downloadExecutionLogs(id, executionId, { stepName, signal })
      await saveDownload(
        session,
        log,
        options.fileName ?? `workflow_execution_logs_${id}_${executionId}_${stepName}.log`,
      )
    } else if (options.follow === true) {
      const lines = client.workflows.followExecutionLogs(id, executionId, { stepName, nextToken, ...watching(session) })
      await printLog(session, lines, { timestamps: true })
    } else {
      await session.output.value(
        await client.workflows.getExecutionLogs(id, executionId, { stepName, nextToken, signal }),
      )
    }
  },
})
