/**
 * Waits for the ends of containers. The engine's own wait is quick but may hang on a half-dead connection; a list of
 * everything, twice a minute, is the truth. A failed list means "unknown" and changes nothing.
 */
import type { Logger } from '@cairn/domain'
import type { EngineDriver, Observation, WorkloadName } from '@cairn/driver'
import { bounded, callEngine, endlessPatience } from './call-engine.ts'

export class ContainerWatch {
  readonly #driver: EngineDriver
  readonly #logger: Logger
  readonly #rechecks = new Map<WorkloadName, () => void>()

  constructor(driver: EngineDriver, logger: Logger) {
    this.#driver = driver
    this.#logger = logger
  }

  /** The container as it ended; null = it is gone. Rejects when `signal` aborts, or with an error that stays. */
  async untilEnded(name: WorkloadName, signal: AbortSignal): Promise<Observation | null> {
    for (;;) {
      const recheck = new AbortController()
      this.#rechecks.set(name, () => recheck.abort())
      try {
        return await this.#ask((call) => this.#driver.wait(name, call), AbortSignal.any([signal, recheck.signal]))
      } catch (error) {
        if (signal.aborted || !recheck.signal.aborted) throw error
      } finally {
        this.#rechecks.delete(name)
      }
      const seen = await this.#ask((call) => this.#driver.observe(name, bounded(call)), signal)
      if (seen === null || seen.phase === 'exited') return seen
    }
  }

  /** Looks again at each awaited container that a complete list shows as ended or does not show. */
  compareWith(list: readonly Observation[]): void {
    const living = new Set(list.filter((seen) => seen.phase !== 'exited').map((seen) => seen.name))
    for (const [name, recheck] of this.#rechecks) {
      if (!living.has(name)) recheck()
    }
  }

  #ask<T>(call: (call: { readonly signal: AbortSignal }) => Promise<T>, signal: AbortSignal): Promise<T> {
    return callEngine(call, {
      signal,
      patience: endlessPatience,
      onTrouble: (error) => this.#logger.warn({ err: error }, 'the container engine does not say how a step goes'),
    })
  }
}
