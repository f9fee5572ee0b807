import { CairnError } from '@cairn/contract'
import type { RunStart, RunStarted } from '@cairn/store'
import { invalid } from '../../http/error-answer.ts'
import { notFound } from '../../refusals.ts'

const queueFullRetrySeconds = 30

/** The id of the new run. @throws {CairnError} */
export function startedOrRefused(started: RunStarted, start: RunStart): string {
  switch (started.kind) {
    case 'started':
      return started.executionId
    case 'unknown_workflow':
      throw notFound('workflow', start.workflowId)
    case 'unknown_run':
      throw notFound('execution', `${start.retryOf?.executionId} of workflow ${start.workflowId}`)
    case 'not_retryable':
      throw new CairnError('conflict', `run ${start.retryOf?.executionId} cannot be retried: ${started.reason}`)
    case 'already_running':
      throw new CairnError(
        'already_running',
        `run ${started.executionId} of this workflow has not ended; wait for its end or set metadata.allowConcurrentExecution`,
      )
    case 'queue_full':
      throw new CairnError(
        'queue_full',
        `${started.live} runs of this workflow are live and ${started.waiting} wait; try again when some have ended`,
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
