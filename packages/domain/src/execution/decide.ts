/** What happens next in a run: pure decisions on its state. */
import type { RunEvent } from './events.ts'
import type { PlannedRetry, StepName } from './plan.ts'
import { isLive, type RunState, type StepOutcome, type StepState } from './run-state.ts'

/** Attempts that a step may lose to vanished containers before it fails. */
export const mostLosses = 3

const slowestLossRetryMs = 10_000

/**
 * The events that are due at `now` (epoch ms): steps to start or skip, or the end of the run. The caller applies them and
 * asks again until nothing is due, for a skipped step lets its children go on. Costs O(ready steps).
 */
export function decide(state: RunState, now: number): RunEvent[] {
  if (state.finished !== null) return []
  if (state.unfinished === 0) return [endOfRun(state)]
  const events: RunEvent[] = []
  for (const name of state.ready) {
    const step = state.steps.get(name)
    if (step === undefined || step.retryAt > now) continue
    events.push(
      step.unsuccessfulParent === null
        ? { type: 'attempt.started', step: name, attempt: step.attempt + 1 }
        : { type: 'step.skipped', step: name, cause: 'parent', reason: reasonToSkip(state, step.unsuccessfulParent) },
    )
  }
  return events
}

const outcomeWords = {
  succeeded: 'succeeded',
  failed: 'failed',
  skipped: 'was skipped',
  stopped: 'was stopped',
} as const satisfies Record<StepOutcome, string>

function reasonToSkip(state: RunState, parent: StepName): string {
  const phase = state.steps.get(parent)?.phase
  const words =
    phase === 'failed' || phase === 'skipped' || phase === 'stopped' ? outcomeWords[phase] : 'did not succeed'
  return `parent "${parent}" ${words}`
}

/** `Failed` if a step failed, else `Stopped` if one was stopped, else `Success`. */
function endOfRun(state: RunState): RunEvent {
  const { firstFailure, firstStop } = state
  if (firstFailure !== null) {
    const reason = `step "${firstFailure.step}" failed: ${firstFailure.reason}`
    return { type: 'run.finished', status: 'failed', reason }
  }
  if (firstStop !== null) return { type: 'run.finished', status: 'stopped', reason: firstStop.reason }
  return { type: 'run.finished', status: 'success', reason: null }
}

/** Epoch ms at which {@link decide} has something to say again without any new event, or null. */
export function nextDueAt(state: RunState): number | null {
  let earliest: number | null = null
  for (const name of state.ready) {
    const retryAt = state.steps.get(name)?.retryAt ?? 0
    earliest = earliest === null ? retryAt : Math.min(earliest, retryAt)
  }
  return state.finished === null ? earliest : null
}

/** How an attempt ended, as the engine saw it. */
export type AttemptResult =
  | { readonly kind: 'succeeded'; readonly outputs: Readonly<Record<string, string>> }
  | { readonly kind: 'failed'; readonly reason: string; readonly exitCode: number | null }
  /** Its container or the server vanished: nobody knows how far it came. */
  | { readonly kind: 'lost'; readonly reason: string }

/**
 * The event that an attempt's result makes: the end of the step, or `attempt.failed` when another attempt follows. Null
 * when the step has no such live attempt: a late result changes nothing.
 */
export function concludeAttempt(
  state: RunState,
  attempt: { readonly step: StepName; readonly attempt: number },
  result: AttemptResult,
  now: number,
): RunEvent | null {
  const step = state.steps.get(attempt.step)
  const planned = state.graph.steps.get(attempt.step)?.step
  if (step === undefined || planned === undefined || !isLive(step) || step.attempt !== attempt.attempt) return null
  if (result.kind === 'succeeded') return { type: 'step.succeeded', step: attempt.step, outputs: result.outputs }
  const exitCode = result.kind === 'failed' ? result.exitCode : null
  const delayMs = result.kind === 'lost' ? lossRetryDelay(step) : failureRetryDelay(step, planned.retry, exitCode)
  if (delayMs === null)
    return { type: 'step.failed', step: attempt.step, reason: withAttempts(result.reason, step), exitCode }
  return {
    type: 'attempt.failed',
    step: attempt.step,
    attempt: attempt.attempt,
    cause: result.kind,
    reason: result.reason,
    exitCode,
    retryAt: now + delayMs,
  }
}

function lossRetryDelay(step: StepState): number | null {
  return step.losses >= mostLosses ? null : Math.min(1000 * 2 ** step.losses, slowestLossRetryMs)
}

function failureRetryDelay(step: StepState, retry: PlannedRetry, exitCode: number | null): number | null {
  if (step.failures >= retry.maxRetries) return null
  if (retry.exitCodes !== null && (exitCode === null || !retry.exitCodes.includes(exitCode))) return null
  return retry.delaySeconds * 1000 * (retry.exponentialBackoff ? 2 ** step.failures : 1)
}

function withAttempts(reason: string, step: StepState): string {
  return step.attempt === 1 ? reason : `${reason} (attempt ${step.attempt})`
}
