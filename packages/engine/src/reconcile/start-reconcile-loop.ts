/**
 * The level-triggered loop over the `work` queue: claims due keys of every kind up to the kind's concurrency, runs one
 * pass for each, and writes the results back.
 *
 * Always true: of the passes over one key, at most one holds a lease and can commit; the loop keeps it until the pass is
 * over.
 * Hints and the ends of passes only make the next look sooner; without them the queue is looked at every `pollMs`, jittered. A pass
 * that fails parks its own key and nothing else; a database that does not answer delays everything and loses nothing.
 */
import type { Logger } from '@cairn/domain'
import { claimWork, type Database, type Hints } from '@cairn/store'
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

  function end(pass: Running, passes: Set<Running>, dueInMs: number | null): void {
    pass.lease.release()
    passes.delete(pass)
    bell.ring()
    if (dueInMs !== null && dueInMs < times.pollMs) bell.ringIn(dueInMs)
  }

  function begin(reconciler: Reconciler, passes: Set<Running>, lease: HeldLease): void {
    const ended = runPass(database, reconciler, lease, logger).then((dueInMs) => end(pass, passes, dueInMs))
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

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await claim().catch((error: unknown) => logger.warn({ err: error }, 'the work queue could not be read'))
      if (!stopping.signal.aborted) await bell.wait(times.pollMs * (0.75 + Math.random() / 2))
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
      bell.close()
      hints.notify('work')
    },
  }
}

interface Bell {
  /** Ends the wait under way, or the next one at once. */
  readonly ring: () => void
  readonly ringIn: (ms: number) => void
  wait(ms: number): Promise<void>
  close(): void
}

function createBell(): Bell {
  const timers = new Set<NodeJS.Timeout>()
  let isRung = false
  let wake: (() => void) | null = null

  function ring(): void {
    isRung = true
    wake?.()
  }

  function ringIn(ms: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      ring()
    }, ms)
    timers.add(timer)
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

  return { ring, ringIn, wait, close: () => timers.forEach((timer) => clearTimeout(timer)) }
}

async function waitAtMost(ms: number, promise: Promise<unknown>): Promise<void> {
  const { promise: waited, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, waited])
  clearTimeout(timer)
}
