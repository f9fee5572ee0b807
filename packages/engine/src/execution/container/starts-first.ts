/**
 * The order in which containers are started, made ahead and removed: an engine that makes or removes one starts others
 * later, and so does the process that was just started, for both take of the same machine.
 *
 * Always true: at most `concurrentStarts` starts, beside releases of what is held, and two removals are under way; what is
 * done beside starts begins when none is asked for and the last has had `settleMs` to come to its own program, or when it
 * has waited as long as it may, so that removed containers do not pile up under constant load.
 */
import { type Limiter, limitConcurrency } from '@cairn/domain'
import { setImmediate as nextTick, setTimeout as pause } from 'node:timers/promises'

const concurrentRemovals = 2
const pollMs = 20
/** A shell and its first program take a few milliseconds, several times that on a machine that is busy. */
const settleMs = 30

export interface LongestWaits {
  /** Milliseconds. */
  readonly removalMs: number
  /** Milliseconds; less, because what is made ahead is of use only if it is there in time. */
  readonly aheadMs: number
}

const defaultWaits: LongestWaits = { removalMs: 3000, aheadMs: 500 }

export class StartsFirst {
  readonly #limitStarts: Limiter
  readonly #longestWaits: LongestWaits
  readonly #limitRemovals = limitConcurrency(concurrentRemovals)
  readonly #removals = new Set<Promise<void>>()
  #startsAskedFor = 0
  #settledAt = 0

  constructor(concurrentStarts: number, longestWaits = defaultWaits) {
    this.#longestWaits = longestWaits
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
      this.#settledAt = performance.now() + settleMs
    }
  }

  /** Resolves when a container may be made that no step waits for yet. */
  turnToMakeAhead(): Promise<void> {
    return this.#afterStarts(performance.now() + this.#longestWaits.aheadMs)
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
    const dueAt = performance.now() + this.#longestWaits.removalMs
    await this.#limitRemovals(async () => {
      await this.#afterStarts(dueAt)
      await task()
    })
  }

  async #afterStarts(dueAt: number): Promise<void> {
    // The end of a step is followed by the starts of its children, in this tick.
    await nextTick()
    for (let now = performance.now(); now < dueAt; now = performance.now()) {
      if (this.#startsAskedFor === 0 && now >= this.#settledAt) return
      await pause(pollMs)
    }
  }
}
