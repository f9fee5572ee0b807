import type { WorkflowDetails } from '@cairn/contract'
import type { JsonObject } from '../templates/read-yaml.ts'

/** A workflow as a file would say it: without what only the server adds, and with hooks as a wish. */
export async function workflowAsWritten(current: WorkflowDetails): Promise<JsonObject> {
  const { patchedWorkflow } = await import('@cairn/sdk')
  const { triggers = [], ...body } = patchedWorkflow(current, {})
  const { metadata, retryOptions } = current
  const wished = triggers.map((trigger) =>
    typeof trigger.webhook === 'string' ? { webhookPolicy: 'preserve', webhook: true } : trigger,
  )
  return { ...body, triggers: wished, metadata, retryOptions }
}
