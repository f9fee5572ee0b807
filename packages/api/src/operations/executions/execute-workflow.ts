import { CairnError } from '@cairn/contract'
import { type RunStarted, startRun } from '@cairn/store'
import { invalid } from '../../http/error-answer.ts'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'

/** Live runs that a workflow with concurrent runs may have. */
const mostLiveRuns = 100
const queueFullRetrySeconds = 30

export const executeWorkflow: Operation<'executeWorkflow'> = async (context, { caller, params, body }) => {
  if (body.stepsToRun !== undefined && body.stepsToRun.length > 0) {
    throw new CairnError('not_built', 'stepsToRun: a run of some steps only is not supported by this version of Cairn')
  }
  const start = {
    tenantId: caller.tenantId,
    workflowId: params.workflowId,
    trigger: 'manual' as const,
    startedBy: caller.userEmail,
    parameters: { global: body.params?.global ?? {}, stepWise: body.params?.stepWise ?? {} },
  }
  const limits = { machine: context.machine(), mostLiveRuns }
  const executionId = await context.database.transaction(async (tx) =>
    startedOrRefused(await startRun(tx, start, limits), params.workflowId),
  )
  context.hints.notify('execution')
  return { executionId }
}

/** The id of the new run. @throws {CairnError} which rolls the start back */
export function startedOrRefused(started: RunStarted, workflowId: number): string {
  switch (started.kind) {
    case 'started':
      return started.executionId
    case 'unknown_workflow':
      throw notFound('workflow', workflowId)
    case 'already_running':
      throw new CairnError(
        'already_running',
        `run ${started.executionId} of this workflow has not ended; wait for its end or set metadata.allowConcurrentExecution`,
      )
    case 'queue_full':
      throw new CairnError(
        'queue_full',
        `${started.live} runs of this workflow have not ended; try again when some have`,
        { retryAfterSeconds: queueFullRetrySeconds },
      )
    case 'invalid_parameters':
      throw invalid(started.errors)
    case 'unresolved':
      throw invalid(started.errors, 'unknown_reference')
    default:
      return started satisfies never
  }
}
