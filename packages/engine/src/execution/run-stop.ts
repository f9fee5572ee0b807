/**
 * The stop of a run as its attempts see it, in two moments: once it is asked for nothing starts any more; once it is
 * durable (`signal`) what runs is ended. In between nothing is ended: a successor that finds no `run.stopping` takes a
 * container that has ended for one that ended by itself.
 */
import type { AttemptResult } from '@cairn/domain'

export interface RunStop {
  isAsked(): boolean
  readonly signal: AbortSignal
  /** An owner of before may have ended attempts already. */
  readonly inherited: boolean
  /** Words for the user; of a stop that was asked for. */
  reason(): string
}

export function stoppedBy(stop: RunStop): AttemptResult {
  return { kind: 'stopped', reason: stop.reason() }
}

/** Resolves with `outcome` when the signal aborts, unless cancelled; cancel it in any case. */
export function whenAborted<T>(signal: AbortSignal, outcome: T): { readonly happened: Promise<T>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<T>()
  const onAbort = (): void => resolve(outcome)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return { happened: promise, cancel: () => signal.removeEventListener('abort', onAbort) }
}
