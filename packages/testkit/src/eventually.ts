import { setTimeout as pause } from 'node:timers/promises'

export interface EventuallyOptions {
  /** Milliseconds after which the last failure is thrown. 5,000 by default. */
  readonly timeoutMs?: number
  /** Milliseconds between two tries. 10 by default. */
  readonly everyMs?: number
}

/**
 * Runs `attempt` until it neither throws nor rejects, and answers its value.
 *
 * @example
 * await eventually(async () => expect(await statusOf(run)).toBe('success'))
 */
export async function eventually<T>(attempt: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 5000, everyMs = 10 } = options
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await pause(everyMs)
    }
  }
}
