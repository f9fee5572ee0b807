/** Calls of the container engine that outlast its absence. */
import { type Call, DriverError } from '@cairn/driver'
import { waitUnlessStopped } from '../keep-lease.ts'

export interface Patience {
  /** Milliseconds that the engine may be unreachable or full; `Infinity` for a container that runs already. */
  readonly unavailableMs: number
  /** Tries when the engine answers with an error that it cannot explain. */
  readonly unknownTries: number
}

/** Before a container starts: nothing is lost by failing the step in the end. */
export const patienceToStart: Patience = { unavailableMs: 15 * 60_000, unknownTries: 5 }
/** Once it runs: only the engine can say how it ends. */
export const endlessPatience: Patience = { unavailableMs: Infinity, unknownTries: Infinity }

/** An engine that does not answer a short call for this long hangs. */
const callTimeoutMs = 120_000

/** The call, bounded in time: an engine that hangs is as good as away. Not for calls that last as long as a container. */
export function bounded(call: Call, extraMs = 0): Call {
  return { signal: AbortSignal.any([call.signal, AbortSignal.timeout(callTimeoutMs + extraMs)]) }
}

/** A removal that takes longer goes on without a caller, or hangs; others must not wait for it. */
const removalTimeoutMs = 15_000

/** The removal of a workload, bounded in time: engines have some that they never get rid of until they start again. */
export function boundedRemoval(call: Call): Call {
  return { signal: AbortSignal.any([call.signal, AbortSignal.timeout(removalTimeoutMs)]) }
}

const firstPauseMs = 250
const longestPauseMs = 10_000

/**
 * Repeats `call` while the engine fails in ways that may pass, with growing pauses. Throws what is not worth a repeat.
 *
 * @param onTrouble told of each failure that is repeated
 */
export async function callEngine<T>(
  call: (call: Call) => Promise<T>,
  options: {
    readonly signal: AbortSignal
    /** Once it aborts there is no further try: the failure is thrown. A try under way is not touched. */
    readonly until?: AbortSignal
    readonly patience: Patience
    readonly onTrouble: (error: DriverError) => void
  },
): Promise<T> {
  const startedAt = performance.now()
  const ends = options.until === undefined ? [options.signal] : [options.signal, options.until]
  for (let tries = 1; ; tries += 1) {
    try {
      return await call({ signal: options.signal })
    } catch (error) {
      options.signal.throwIfAborted()
      if (!(error instanceof DriverError) || !error.retryable) throw error
      const isOver =
        error.code === 'unknown'
          ? tries >= options.patience.unknownTries
          : performance.now() - startedAt >= options.patience.unavailableMs
      if (isOver || options.until?.aborted === true) throw error
      options.onTrouble(error)
      const longest = Math.min(firstPauseMs * 2 ** Math.min(tries - 1, 10), longestPauseMs)
      const isPaused = await waitUnlessStopped(longest * (0.5 + Math.random() / 2), ends)
      options.signal.throwIfAborted()
      if (!isPaused) throw error
    }
  }
}
