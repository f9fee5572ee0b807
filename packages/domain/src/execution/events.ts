/**
 * The events of a run: the only record of its progress. Appended in order (`sequence` from 1, unique per execution),
 * never changed. The state of a run is the fold of its events over its plan; see `run-state.ts`.
 *
 * Order that every log keeps, and the crash suite checks by SQL:
 * - `attempt.started` of a step comes after a terminal event of each step that it waits for;
 * - a step has at most one terminal event (`step.succeeded | step.failed | step.skipped | step.stopped | step.reused`);
 * - nothing starts after `run.stopping`;
 * - `run.finished` is last and unique.
 */
import type { StepName } from './plan.ts'

/** Why a step or run ended as it did, in words for the user, e.g. `exit code 1` or `timed out after 30 s`. */
export type Reason = string

export type RunEvent =
  /** Intent: durable before the attempt's container or request starts. `attempt` counts from 1. */
  | { readonly type: 'attempt.started'; readonly step: StepName; readonly attempt: number }
  /** The container's process runs. Informative; may be absent for short attempts. */
  | { readonly type: 'attempt.running'; readonly step: StepName; readonly attempt: number }
  /** The attempt failed and another follows (retry policy or lost container). */
  | {
      readonly type: 'attempt.failed'
      readonly step: StepName
      readonly attempt: number
      /** `lost`: its container or the server vanished, which is no fault of the step; counted apart from `failed`. */
      readonly cause: 'failed' | 'lost'
      readonly reason: Reason
      readonly exitCode: number | null
      /** Epoch milliseconds before which the next attempt does not start. */
      readonly retryAt: number
    }
  | { readonly type: 'step.succeeded'; readonly step: StepName; readonly outputs: Readonly<Record<string, string>> }
  | { readonly type: 'step.failed'; readonly step: StepName; readonly reason: Reason; readonly exitCode: number | null }
  | { readonly type: 'step.skipped'; readonly step: StepName; readonly cause: SkipCause; readonly reason: Reason }
  | { readonly type: 'step.stopped'; readonly step: StepName; readonly reason: Reason }
  /** Succeeded in the run that this one retries; its outputs stand. Seeded with the execution. */
  | {
      readonly type: 'step.reused'
      readonly step: StepName
      readonly outputs: Readonly<Record<string, string>>
      readonly executionId: string
    }
  /** From here on nothing starts; waiting steps end as stopped at once, live ones when they are verified gone. */
  | {
      readonly type: 'run.stopping'
      readonly cause: 'user' | 'timeout'
      /** E-mail of who asked; null for a time-out. */
      readonly by: string | null
      readonly reason: Reason
    }
  | { readonly type: 'run.finished'; readonly status: 'success' | 'failed' | 'stopped'; readonly reason: Reason | null }

export type RunEventType = RunEvent['type']

/**
 * Why a step did not run: its own `skip`, a `skipDAG` of it or above it, a parent that did not succeed, a condition that
 * does not hold, or a partial run that leaves it out (seeded with the execution).
 */
export type SkipCause = 'skip' | 'skip_dag' | 'parent' | 'condition' | 'not_selected'

/** An event with its place in the log and the time at which it happened (epoch milliseconds, the owner's clock). */
export interface RecordedRunEvent {
  readonly sequence: number
  readonly at: number
  readonly event: RunEvent
}
