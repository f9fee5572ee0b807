/** When the attempts of a run's steps were asked for, ran and ended. */
import type { RecordedRunEvent } from './events.ts'
import type { StepName } from './plan.ts'

/** Epoch milliseconds. */
export interface AttemptTimes {
  /** Counted from 1. */
  readonly attempt: number
  /** Its turn had come. */
  readonly startedAt: number
  /** Its container's process ran; null when that was not seen, as of a short one. */
  readonly runningAt: number | null
  /** null while it goes on. */
  readonly finishedAt: number | null
}

/** Of each step that started, its attempts in their order. The events may be a prefix of the run's log. */
export function attemptTimes(events: Iterable<RecordedRunEvent>): ReadonlyMap<StepName, readonly AttemptTimes[]> {
  const attempts = new Map<StepName, AttemptTimes[]>()
  const change = (step: StepName, changes: Partial<AttemptTimes>): void => {
    const last = attempts.get(step)?.pop()
    if (last !== undefined) attempts.get(step)?.push({ ...last, ...changes })
  }
  for (const { at, event } of events) {
    switch (event.type) {
      case 'attempt.started': {
        const started = { attempt: event.attempt, startedAt: at, runningAt: null, finishedAt: null }
        attempts.set(event.step, [...(attempts.get(event.step) ?? []), started])
        break
      }
      case 'attempt.running':
        change(event.step, { runningAt: at })
        break
      case 'attempt.failed':
      case 'step.succeeded':
      case 'step.failed':
        change(event.step, { finishedAt: at })
        break
      case 'step.stopped':
        if (attempts.get(event.step)?.at(-1)?.finishedAt === null) change(event.step, { finishedAt: at })
        break
      default:
    }
  }
  return attempts
}
