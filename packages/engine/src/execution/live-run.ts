/** A run in the memory of its owner: its folded state, what it has yet to write, and its next alarm. */
import { type RunEvent, type RunState, applyEvent, decide, nextDueAt, reasonOfStop } from '@cairn/domain'
import type { AppendedLogChunk, ClaimedExecution } from '@cairn/store'
import type { GroupCommit } from './group-commit.ts'
import type { RunStop } from './run-stop.ts'

export interface LiveRun {
  readonly execution: ClaimedExecution
  readonly state: RunState
  /** Live attempts that an owner of before started, as `<attempt>:<step>`. */
  readonly adoptedAttempts: Set<string>
  /** Aborts when the run's `run.stopping` is durable. */
  readonly stopDurable: AbortController
  /** It was when this owner took the run up. */
  readonly inheritsStop: boolean
  alarm: NodeJS.Timeout | null
  /** True once the run is out of this owner's hands: whatever is still on its way is dropped. */
  closed: boolean
}

export function attemptKey(step: string, attempt: number): string {
  return `${attempt}:${step}`
}

/** A run that this owner takes up where its events have brought it. */
export function liveRunOf(execution: ClaimedExecution, state: RunState): LiveRun {
  const stopDurable = new AbortController()
  const inheritsStop = state.stopping !== null
  if (inheritsStop) stopDurable.abort()
  return { execution, state, adoptedAttempts: new Set(), stopDurable, inheritsStop, alarm: null, closed: false }
}

/** The run's stop, for its attempts. */
export function stopOf(run: LiveRun): RunStop {
  return {
    isAsked: () => run.state.stopping !== null,
    signal: run.stopDurable.signal,
    inherited: run.inheritsStop,
    reason: () => reasonOfStop(run.state),
  }
}

export interface RunRecorder {
  readonly commit: GroupCommit<LiveRun>
  readonly now: () => number
}

/**
 * Applies an event and hands it to the next flush.
 *
 * @param conclusion of an attempt: the moment that its event was decided for, and the rest of its log
 */
export function recordEvent(
  recorder: RunRecorder,
  run: LiveRun,
  event: RunEvent,
  conclusion: { readonly at: number; readonly log: AppendedLogChunk | null } | null = null,
): void {
  const recorded = { sequence: run.state.sequence + 1, at: conclusion?.at ?? recorder.now(), event }
  applyEvent(run.state, recorded)
  const writes = recorder.commit.writesOf(run)
  writes.events.push({ ...recorded, executionId: run.execution.id })
  if (conclusion !== null && conclusion.log !== null) writes.logs.push(conclusion.log)
  if (event.type === 'run.finished') {
    const { status, reason } = event
    const { watched } = run.state.graph.plan
    writes.finished = { executionId: run.execution.id, status, reason, at: recorded.at, watched }
  }
}

/** Records all that is due and sets the alarm for what is due later. */
export function advanceRun(recorder: RunRecorder, run: LiveRun, onAlarm: (run: LiveRun) => void): void {
  for (let due = decide(run.state, recorder.now()); due.length > 0; due = decide(run.state, recorder.now())) {
    for (const event of due) recordEvent(recorder, run, event)
  }
  if (run.alarm !== null) clearTimeout(run.alarm)
  const dueAt = nextDueAt(run.state)
  run.alarm = dueAt === null ? null : setTimeout(() => onAlarm(run), Math.max(dueAt - recorder.now(), 1))
}

/** Records that somebody wants the run to end; false = it is ending already, or has ended. */
export function recordStop(
  recorder: RunRecorder,
  run: LiveRun,
  asked: { readonly by: string; readonly reason: string | null },
): boolean {
  if (run.closed || run.state.stopping !== null || run.state.finished !== null) return false
  const words = asked.reason === null ? '' : `: ${asked.reason}`
  recordEvent(recorder, run, {
    type: 'run.stopping',
    cause: 'user',
    by: asked.by,
    reason: `stopped by ${asked.by}${words}`,
  })
  return true
}

export function closeRun(run: LiveRun): void {
  run.closed = true
  if (run.alarm !== null) clearTimeout(run.alarm)
  run.alarm = null
}
