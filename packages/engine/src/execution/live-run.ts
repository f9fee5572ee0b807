/** A run in the memory of its owner: its folded state, what it has yet to write, and its next alarm. */
import { type RunEvent, type RunState, applyEvent, decide, nextDueAt } from '@cairn/domain'
import type { AppendedLogChunk, ClaimedExecution } from '@cairn/store'
import type { GroupCommit } from './group-commit.ts'

export interface LiveRun {
  readonly execution: ClaimedExecution
  readonly state: RunState
  /** Live attempts that an owner of before started, as `<attempt>:<step>`. */
  readonly adoptedAttempts: Set<string>
  alarm: NodeJS.Timeout | null
  /** True once the run is out of this owner's hands: whatever is still on its way is dropped. */
  closed: boolean
}

export function attemptKey(step: string, attempt: number): string {
  return `${attempt}:${step}`
}

export interface RunRecorder {
  readonly commit: GroupCommit<LiveRun>
  readonly now: () => number
}

/** Applies an event and hands it to the next flush. */
export function recordEvent(
  recorder: RunRecorder,
  run: LiveRun,
  event: RunEvent,
  log: AppendedLogChunk | null = null,
): void {
  const recorded = { sequence: run.state.sequence + 1, at: recorder.now(), event }
  applyEvent(run.state, recorded)
  const writes = recorder.commit.writesOf(run)
  writes.events.push({ ...recorded, executionId: run.execution.id })
  if (log !== null) writes.logs.push(log)
  if (event.type === 'run.finished') {
    writes.finished = { executionId: run.execution.id, status: event.status, reason: event.reason, at: recorded.at }
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

export function closeRun(run: LiveRun): void {
  run.closed = true
  if (run.alarm !== null) clearTimeout(run.alarm)
  run.alarm = null
}
