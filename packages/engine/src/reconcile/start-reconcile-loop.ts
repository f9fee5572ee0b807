/**
 * The level-triggered loop over the `work` queue: claims due keys of every kind up to the kind's concurrency, runs one
 * pass for each, and writes the results back.
 *
 * Always true: of the passes over one key, at most one holds a lease and can commit; the loop keeps it until the pass is
 * over.
 * Hints and the ends of passes only make the next look sooner; without them the queue is looked at every `pollMs`, jittered,
 * and when the next key is due, if that is sooner. A pass that fails parks its own key and nothing else; a database that
 * does not answer delays everything and loses nothing.
 */
import type { Logger } from '@cairn/domain'
import { claimWork, type Database, type Hints, readNextDue, type WorkKind } from '@cairn/store'
import { createLeaseKeeper, type HeldLease } from './lease-keeper.ts'
import type { Reconciler } from './reconciler.ts'
import { LoopStopping, runPass } from './run-pass.ts'

export interface ReconcileLoopOptions {
  readonly database: Database
  readonly hints: Hints
  /** At most one of a kind. */
  readonly reconcilers: readonly Reconciler[]
  readonly logger: Logger
  readonly times?: Partial<ReconcileTimes>
}

export interface ReconcileTimes {
  /** Milliseconds until others may claim a key whose process died; 6,000 by default. */
  readonly leaseMs: number
  /** Milliseconds between two renewals; 2,000 by default. */
  readonly renewEveryMs: number
  /** Milliseconds between two looks at the queue when no hint comes; 1,000 by default, jittered by a quarter. */
  readonly pollMs: number
  /** Milliseconds that `stop` waits for passes to end after they were aborted; 10,000 by default. */
  readonly stopGraceMs: number
}

const defaultTimes: ReconcileTimes = { leaseMs: 6000, renewEveryMs: 2000, pollMs: 1000, stopGraceMs: 10_000 }

/** A key that is due but that another process is about to take is not asked for in a tight circle. */
const shortestPauseMs = 10

export interface ReconcileLoop {
  /** Claims nothing more, aborts the passes under way, and hands their keys back. */
  stop(): Promise<void>
}

interface Running {
  readonly lease: HeldLease
  readonly ended: Promise<void>
}

export function startReconcileLoop(options: ReconcileLoopOptions): ReconcileLoop {
  const { database, hints, reconcilers, logger } = options
  const times = { ...defaultTimes, ...options.times }
  const leases = createLeaseKeeper(database.db, times, logger)
  const running = new Map<Reconciler, Set<Running>>(reconcilers.map((reconciler) => [reconciler, new Set()]))
  const bell = createBell()
  const stopping = new AbortController()

  function end(pass: Running, passes: Set<Running>): void {
    pass.lease.release()
    passes.delete(pass)
    bell.ring()
  }

  function begin(reconciler: Reconciler, passes: Set<Running>, lease: HeldLease): void {
    const ended = runPass(database, reconciler, lease, logger).then(() => end(pass, passes))
    const pass: Running = { lease, ended }
    passes.add(pass)
  }

  async function claim(): Promise<void> {
    for (const [reconciler, passes] of running) {
      const free = reconciler.concurrency - passes.size
      if (free <= 0 || stopping.signal.aborted) continue
      const since = performance.now()
      const items = await claimWork(database.db, { kinds: [reconciler.kind], limit: free, leaseMs: times.leaseMs })
      for (const item of items) begin(reconciler, passes, leases.hold(item, since))
    }
  }

  /** Answers the milliseconds until the next look. */
  async function look(): Promise<number> {
    const pollMs = times.pollMs * (0.75 + Math.random() / 2)
    try {
      await claim()
      const dueInMs = await readNextDue(database.db, kindsWithRoom(running), pollMs)
      return dueInMs === null ? pollMs : Math.max(dueInMs, shortestPauseMs)
    } catch (error) {
      logger.warn({ err: error }, 'the work queue could not be read')
      return pollMs
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const waitMs = await look()
      if (!stopping.signal.aborted) await bell.wait(waitMs)
    }
  }

  const unsubscribe = hints.subscribe('work', bell.ring)
  const looping = run()

  return {
    async stop() {
      stopping.abort()
      unsubscribe()
      bell.ring()
      await looping
      const passes = [...running.values()].flatMap((set) => [...set])
      for (const { lease } of passes) lease.abort(new LoopStopping())
      await waitAtMost(times.stopGraceMs, Promise.all(passes.map(({ ended }) => ended)))
      for (const { lease } of passes) lease.release()
      leases.close()
      hints.notify('work')
    },
  }
}

/** For the others the end of a pass looks again. */
function kindsWithRoom(running: ReadonlyMap<Reconciler, ReadonlySet<Running>>): WorkKind[] {
  return [...running].flatMap(([{ kind, concurrency }, passes]) => (passes.size < concurrency ? [kind] : []))
}

interface Bell {
  /** Ends the wait under way, or the next one at once. */
  readonly ring: () => void
  wait(ms: number): Promise<void>
}

function createBell(): Bell {
  let isRung = false
  let wake: (() => void) | null = null

  function ring(): void {
    isRung = true
    wake?.()
  }

  async function wait(ms: number): Promise<void> {
    if (!isRung) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, ms)
      wake = resolve
      await promise
      clearTimeout(timer)
      wake = null
    }
    isRung = false
  }

  return { ring, wait }
}

async function waitAtMost(ms: number, promise: Promise<unknown>): Promise<void> {
  const { promise: waited, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, waited])
  clearTimeout(timer)
}
