/** What happens next in a run: pure decisions on its state. */
import type { RunEvent } from './events.ts'
import type { PlannedStep, StepName } from './plan.ts'
import { isLive, type RunState, type StepState } from './run-state.ts'
import { ruleOnStart } from './start-rule.ts'

/** Attempts that a step may lose to vanished containers before it fails. */
export const mostLosses = 3

const slowestLossRetryMs = 10_000

/**
 * The events that are due at `now` (epoch ms): steps to start, to skip or to stop, the run's time-out, or its end. The
 * caller applies them and asks again until nothing is due, for a skipped step lets its children go on. Costs O(ready
 * steps) and, once per step, what its parents and conditions name.
 */
export function decide(state: RunState, now: number): RunEvent[] {
  if (state.finished !== null) return []
  if (state.unfinished === 0) return [endOfRun(state)]
  if (state.stopping !== null) {
    const reason = reasonOfStop(state)
    return [...state.ready].map((step) => ({ type: 'step.stopped', step, reason }))
  }
  const deadline = deadlineOf(state)
  if (deadline !== null && deadline <= now) return [timeOut(state)]
  const events: RunEvent[] = []
  for (const name of state.ready) {
    const event = decideStep(state, name, now)
    if (event !== null) events.push(event)
  }
  return events
}

/** Why a step of a run that is stopping was stopped. */
export function reasonOfStop({ stopping }: RunState): string {
  if (stopping === null) return 'stopped'
  return stopping.cause === 'timeout' ? `the run ${stopping.reason}` : stopping.reason
}

function decideStep(state: RunState, name: StepName, now: number): RunEvent | null {
  const step = state.steps.get(name)
  const planned = state.graph.steps.get(name)?.step
  if (step === undefined || planned === undefined || step.retryAt > now) return null
  // A retry: how the others ended was asked before the first attempt, and stands.
  const ruling = step.attempt > 0 ? { kind: 'start' as const } : ruleOnStart(state, name, planned)
  return ruling.kind === 'start'
    ? { type: 'attempt.started', step: name, attempt: step.attempt + 1 }
    : { type: 'step.skipped', step: name, cause: ruling.cause, reason: ruling.reason }
}

/** Epoch ms at which the run times out; null while nothing has started or when it may take as long as it wants. */
function deadlineOf({ graph, startedAt }: RunState): number | null {
  const { timeoutSeconds } = graph.plan
  return timeoutSeconds === null || startedAt === null ? null : startedAt + timeoutSeconds * 1000
}

function timeOut(state: RunState): RunEvent {
  const reason = `timed out after ${state.graph.plan.timeoutSeconds ?? 0} s`
  return { type: 'run.stopping', cause: 'timeout', by: null, reason }
}

/**
 * The second truth table of docs/workflows.md: `Failed` if the run timed out or a step failed whose failure no other
 * step handled, else `Stopped` if a step was stopped, else `Success`.
 */
function endOfRun({ stopping, failures, firstStop }: RunState): RunEvent {
  if (stopping?.cause === 'timeout') return { type: 'run.finished', status: 'failed', reason: stopping.reason }
  for (const [step, { reason, handledBy }] of failures) {
    if (handledBy !== null) continue
    return { type: 'run.finished', status: 'failed', reason: `step "${step}" failed: ${reason}` }
  }
  if (firstStop !== null)
    return { type: 'run.finished', status: 'stopped', reason: stopping?.reason ?? firstStop.reason }
  return { type: 'run.finished', status: 'success', reason: null }
}

/** Epoch ms at which {@link decide} has something to say again without any new event, or null. */
export function nextDueAt(state: RunState): number | null {
  if (state.finished !== null) return null
  if (state.stopping !== null) return state.ready.size > 0 ? 0 : null
  let earliest = deadlineOf(state)
  for (const name of state.ready) {
    const retryAt = state.steps.get(name)?.retryAt ?? 0
    earliest = earliest === null ? retryAt : Math.min(earliest, retryAt)
  }
  return earliest
}

/** How an attempt ended, as the engine saw it. */
export type AttemptResult =
  | { readonly kind: 'succeeded'; readonly outputs: Readonly<Record<string, string>> }
  | { readonly kind: 'failed'; readonly reason: string; readonly exitCode: number | null }
  /** Failed in a way in which every other attempt would fail. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Its container or the server vanished: nobody knows how far it came. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** Ended because the run is being stopped, and verified gone. */
  | { readonly kind: 'stopped'; readonly reason: string }

/**
 * The event that an attempt's result makes: the end of the step, or `attempt.failed` when another attempt is due. In a run
 * that is stopping, {@link decide} then stops the step instead. Null when the step has no such live attempt: a late result
 * changes nothing.
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
  if (result.kind === 'stopped') return { type: 'step.stopped', step: attempt.step, reason: result.reason }
  const exitCode = result.kind === 'failed' ? result.exitCode : null
  const delayMs = retryDelay(step, planned, result)
  if (delayMs === null || result.kind === 'refused')
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

/** Milliseconds until the next attempt; null = there is none. */
function retryDelay(step: StepState, planned: PlannedStep, result: FailedResult): number | null {
  switch (result.kind) {
    case 'refused':
      return null
    case 'lost':
      return lossRetryDelay(step)
    case 'failed':
      return failureRetryDelay(step, planned, result.exitCode)
    default:
      return result satisfies never
  }
}

type FailedResult = Extract<AttemptResult, { kind: 'failed' | 'refused' | 'lost' }>

function lossRetryDelay(step: StepState): number | null {
  return step.losses >= mostLosses ? null : Math.min(1000 * 2 ** step.losses, slowestLossRetryMs)
}

/** Only containers have exit codes: a choice of them says nothing about other steps. */
function failureRetryDelay(step: StepState, { type, retry }: PlannedStep, exitCode: number | null): number | null {
  if (step.failures >= retry.maxRetries) return null
  if (type === 'standard' && retry.exitCodes !== null && (exitCode === null || !retry.exitCodes.includes(exitCode)))
    return null
  return retry.delaySeconds * 1000 * (retry.exponentialBackoff ? 2 ** step.failures : 1)
}

function withAttempts(reason: string, step: StepState): string {
  return step.attempt === 1 ? reason : `${reason} (attempt ${step.attempt})`
}
