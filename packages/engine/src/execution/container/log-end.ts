/**
 * The end of a step's log after the end of its container. An engine that sends nothing for too long is given up, so that
 * a half-dead connection does not hold the step; the time in which lines are stored does not count, however long it takes.
 */
import type { LogRest } from '@cairn/store'

/** Milliseconds of silence after which the rest of a log is given up. */
const logGraceMs = 30_000
const lookEveryMs = 1000

/** Told by the reader of a log what it does. */
export class EngineSilence {
  #waitingSince: number | null = null

  /** From now on the engine is to say something. */
  waits(): void {
    this.#waitingSince = performance.now()
  }

  /** It has; what it said is being stored. */
  ends(): void {
    this.#waitingSince = null
  }

  /** Milliseconds of silence that are later than `from`, by `performance.now()`. */
  since(from: number): number {
    return this.#waitingSince === null ? 0 : performance.now() - Math.max(this.#waitingSince, from)
  }
}

/** The rest of the log, null when all is stored, or when it was given up by aborting `logEnd`. */
export async function endOfLog(
  log: Promise<LogRest | null>,
  silence: EngineSilence,
  logEnd: AbortController,
): Promise<LogRest | null> {
  const endedAt = performance.now()
  const look = setInterval(() => {
    if (silence.since(endedAt) > logGraceMs) logEnd.abort()
  }, lookEveryMs)
  try {
    return await log
  } catch (error) {
    if (!logEnd.signal.aborted) throw error
    return null
  } finally {
    clearInterval(look)
  }
}
