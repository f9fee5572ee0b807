/**
 * Makes the events of many runs durable in few transactions.
 *
 * Always true:
 * - events of one run become durable in their order: a run whose events are under way waits for them with its next ones;
 * - a flush starts at once when a lane is free, and takes all that has come together since; at most `lanes` are under way;
 * - follow-up work (`onDurable`) starts only after its events are durable;
 * - a flush whose outcome is unknown is repeated as it was, until it is known or the owner gives up;
 * - a run whose events the database refuses is taken out (`onRefused`) without holding up the others.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { AppendedLogChunk, AppendedRunEvent, FinishedExecution, FlushResult, RunFlush } from '@cairn/store'

/** What one run has to say. */
export interface RunWrites {
  readonly events: AppendedRunEvent[]
  readonly logs: AppendedLogChunk[]
  finished: FinishedExecution | null
}

export interface GroupCommitOptions<Run> {
  readonly lanes: number
  /** Events of one flush, though a run's events are never split. */
  readonly mostEvents: number
  readonly flush: (flush: RunFlush) => Promise<FlushResult>
  /** Called run by run, in no order between runs. Must not throw. */
  readonly onDurable: (run: Run, writes: RunWrites) => void
  readonly onRefused: (run: Run, error: unknown) => void
  /** The owner was declared dead. Nothing is flushed any more. */
  readonly onFenced: () => void
  /** Told of a failure after which the flush is repeated. */
  readonly onTrouble: (error: unknown) => void
  /** Ends repeats. */
  readonly signal: AbortSignal
}

type Entry<Run> = { readonly run: Run; readonly writes: RunWrites }

const repeatMs = 100

export class GroupCommit<Run> {
  readonly #options: GroupCommitOptions<Run>
  /** In the order of their oldest unflushed event. */
  readonly #waiting = new Map<Run, RunWrites>()
  readonly #underWay = new Set<Run>()
  #lanesBusy = 0
  #wakeUp: NodeJS.Immediate | null = null
  #idle: PromiseWithResolvers<void> | null = null

  constructor(options: GroupCommitOptions<Run>) {
    this.#options = options
  }

  /** The run's writes that are not under way yet; add to them, in this tick. */
  writesOf(run: Run): RunWrites {
    let writes = this.#waiting.get(run)
    if (writes === undefined) {
      writes = { events: [], logs: [], finished: null }
      this.#waiting.set(run, writes)
    }
    this.#wakeUp ??= setImmediate(() => this.#fillLanes())
    return writes
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (this.#isIdle()) return
    this.#idle ??= Promise.withResolvers()
    await this.#idle.promise
  }

  #isIdle(): boolean {
    return this.#options.signal.aborted || (this.#waiting.size === 0 && this.#lanesBusy === 0)
  }

  #fillLanes(): void {
    if (this.#wakeUp !== null) clearImmediate(this.#wakeUp)
    this.#wakeUp = null
    while (this.#lanesBusy < this.#options.lanes && !this.#options.signal.aborted) {
      const batch = this.#takeBatch()
      if (batch.length === 0) break
      this.#lanesBusy += 1
      void this.#flushBatch(batch).finally(() => {
        this.#lanesBusy -= 1
        for (const { run } of batch) this.#underWay.delete(run)
        this.#fillLanes()
      })
    }
    if (this.#isIdle()) this.#idle?.resolve()
  }

  #takeBatch(): Entry<Run>[] {
    const batch: Entry<Run>[] = []
    let events = 0
    for (const [run, writes] of this.#waiting) {
      if (this.#underWay.has(run)) continue
      batch.push({ run, writes })
      this.#waiting.delete(run)
      this.#underWay.add(run)
      events += writes.events.length
      if (events >= this.#options.mostEvents) break
    }
    return batch
  }

  /** Never rejects. */
  async #flushBatch(batch: readonly Entry<Run>[]): Promise<void> {
    const content = {
      events: batch.flatMap(({ writes }) => writes.events),
      logs: batch.flatMap(({ writes }) => writes.logs),
      finished: batch.flatMap(({ writes }) => (writes.finished === null ? [] : [writes.finished])),
    }
    for (let repeated = false; !this.#options.signal.aborted; repeated = true) {
      try {
        const result = await this.#options.flush({ ...content, repeated })
        if (this.#options.signal.aborted) return
        if (result === 'fenced') this.#options.onFenced()
        else for (const { run, writes } of batch) this.#options.onDurable(run, writes)
        return
      } catch (error) {
        if (isRefusal(error)) return this.#findRefused(batch, error)
        this.#options.onTrouble(error)
        await pause(repeatMs)
      }
    }
  }

  /** The statement failed as a whole because of one run's data: halve until that run is alone. */
  async #findRefused(batch: readonly Entry<Run>[], error: unknown): Promise<void> {
    const [only] = batch
    if (only === undefined) return
    if (batch.length === 1) return this.#options.onRefused(only.run, error)
    const half = Math.ceil(batch.length / 2)
    await this.#flushBatch(batch.slice(0, half))
    await this.#flushBatch(batch.slice(half))
  }
}

/**
 * SQLSTATE classes that the data itself causes: 21 and 22 data, 23 constraints, 42 statement, 54 limits. Others, and
 * errors without a state, are the connection's or the server's and may pass.
 */
function isRefusal(error: unknown): boolean {
  const state = error instanceof Error && 'code' in error ? error.code : null
  return typeof state === 'string' && /^(21|22|23|42|54)[0-9A-Z]{3}$/.test(state)
}
