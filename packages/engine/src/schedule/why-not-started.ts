import type { FieldError } from '@cairn/contract'
import type { RunStarted } from '@cairn/store'

/** Why a scheduled run did not start, in words for the workflow's owner. */
export function whyNotStarted(refusal: Exclude<RunStarted, { kind: 'started' }>): string {
  switch (refusal.kind) {
    case 'already_running':
      return `run ${refusal.executionId} had not ended, and concurrent runs are off (metadata.allowConcurrentExecution)`
    case 'queue_full':
      return `${refusal.live} live and ${refusal.waiting} waiting runs are as many as this workflow may have`
    case 'invalid_parameters':
    case 'unresolved':
      return `the workflow could not start as it is: ${rulesOf(refusal.errors)}`
    case 'unknown_workflow':
      return 'the workflow was deleted'
    case 'unknown_run':
    case 'not_retryable':
      // A schedule retries no run.
      return 'the run could not start'
    default:
      return refusal satisfies never
  }
}

const mostRules = 5

function rulesOf(errors: readonly FieldError[]): string {
  const words = errors.slice(0, mostRules).map(({ field, rule }) => `${field}: ${rule}`)
  return words.join('; ') + (errors.length > mostRules ? `; and ${errors.length - mostRules} more` : '')
}
