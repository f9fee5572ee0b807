import type { CairnClient } from '@cairn/sdk'
import type { StepKey } from './read-run-log.ts'

/** Lets the browser save the whole log of a step. */
export async function downloadLog(client: CairnClient, { workflowId, executionId, stepName }: StepKey): Promise<void> {
  const { stream } = await client.workflows.downloadExecutionLogs(workflowId, executionId, { stepName })
  const url = URL.createObjectURL(await new Response(stream).blob())
  const link = document.createElement('a')
  link.href = url
  link.download = `${executionId}-${stepName}.log`
  link.click()
  URL.revokeObjectURL(url)
}
