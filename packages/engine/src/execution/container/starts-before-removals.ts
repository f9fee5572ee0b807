/**
 * The order in which containers are started and removed: an engine that removes one starts others later.
 *
 * Always true: at most `concurrentStarts` starts, beside releases of what is held, and two removals are under way; a removal begins when no start is asked
 * for, or when it has waited for `longestRemovalWaitMs`, so that removed containers do not pile up under constant load.
 */
import { setImmediate as nextTick, setTimeout as pause } from 'node:timers/promises'
import { type Limiter, limitConcurrency } from '../limit-concurrency.ts'

const concurrentRemovals = 2
const pollMs = 20

export class StartsBeforeRemovals {
  readonly #limitStarts: Limiter
  readonly #longestRemovalWaitMs: number
  readonly #limitRemovals = limitConcurrency(concurrentRemovals)
  readonly #removals = new Set<Promise<void>>()
  #startsAskedFor = 0

  constructor(concurrentStarts: number, longestRemovalWaitMs = 3000) {
    this.#longestRemovalWaitMs = longestRemovalWaitMs
    this.#limitStarts = limitConcurrency(concurrentStarts)
  }

  start<T>(task: () => Promise<T>): Promise<T> {
    return this.startAtOnce(() => this.#limitStarts(task))
  }

  /** For the release of a container that is held, which takes no place: a start takes a hundred times as long. */
  async startAtOnce<T>(task: () => Promise<T>): Promise<T> {
    this.#startsAskedFor += 1
    try {
      return await task()
    } finally {
      this.#startsAskedFor -= 1
    }
  }

  /** Settles as `task` does. */
  remove(task: () => Promise<void>): Promise<void> {
    const removal = this.#removeInTurn(task)
    this.#removals.add(removal)
    const forget = (): boolean => this.#removals.delete(removal)
    removal.then(forget, forget)
    return removal
  }

  /** Resolves when every removal asked for so far has ended, however it ended. */
  async removalsEnded(): Promise<void> {
    await Promise.allSettled(this.#removals)
  }

  async #removeInTurn(task: () => Promise<void>): Promise<void> {
    const dueAt = performance.now() + this.#longestRemovalWaitMs
    await this.#limitRemovals(async () => {
      // The end of a step is followed by the starts of its children, in this tick.
      await nextTick()
      while (this.#startsAskedFor > 0 && performance.now() < dueAt) await pause(pollMs)
      await task()
    })
  }
}
