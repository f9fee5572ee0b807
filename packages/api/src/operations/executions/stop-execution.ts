import { requestStop } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { wireExecutionStatus } from '../../statuses.ts'

/** Only the wish is written: the engine process that owns the run, or the next one, ends it. */
export const stopExecution: Operation<'stopExecution'> = async (context, { caller, params, body }) => {
  const { workflowId, executionId } = params
  const stop = {
    tenantId: caller.tenantId,
    workflowId,
    executionId,
    by: caller.userEmail,
    reason: body.reason ?? null,
  }
  const status = await context.database.transaction((tx) => requestStop(tx, stop))
  if (status === null) throw notFound('execution', `${executionId} of workflow ${workflowId}`)
  if (status === 'stopping') context.hints.notify('stop')
  return { executionId, status: wireExecutionStatus(status) }
}
