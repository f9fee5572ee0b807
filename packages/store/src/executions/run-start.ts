/** What is asked of the start of a run, and what comes of it. */
import type { FieldError, RunTrigger } from '@cairn/contract'
import type { MachineSize, RunParameters, StepSelection } from '@cairn/domain'
import type { RunLimits, RunPlace } from './find-place.ts'
import type { RetrySource } from './plan-of-retry.ts'

export interface RunStart {
  readonly tenantId: string
  readonly workflowId: number
  readonly trigger: RunTrigger
  /** Who asked, e.g. an e-mail. */
  readonly startedBy: string
  /** Of a retry: laid over those of the run that it retries. */
  readonly parameters: RunParameters
  /** A partial run: only these. Absent or empty = all steps. */
  readonly stepsToRun?: readonly StepSelection[]
  /** The run that this one retries: with its plan (the same code, the same images), whatever the workflow is now. */
  readonly retryOf?: RetrySource
}

export interface RunStartLimits extends RunLimits {
  /** Size of the machine that containers run on; null while no engine has answered. */
  readonly machine: MachineSize | null
}

/** Every outcome but `started` leaves nothing behind. */
export type RunStarted =
  /** `waiting`: for a place among the workflow's live runs. */
  | { readonly kind: 'started'; readonly executionId: string; readonly status: 'queued' | 'waiting' }
  | { readonly kind: 'unknown_workflow' }
  | Exclude<RunPlace, { kind: 'place' }>
  /** Run-time parameters, or steps to run. */
  | { readonly kind: 'invalid_parameters'; readonly errors: readonly FieldError[] }
  /** An image, instance type, secret or query that the workflow names cannot be used now. */
  | { readonly kind: 'unresolved'; readonly errors: readonly FieldError[] }
  /** The workflow has no such run to retry. */
  | { readonly kind: 'unknown_run' }
  /** The run cannot be retried so; `reason` in words for the user. */
  | { readonly kind: 'not_retryable'; readonly reason: string }
