/**
 * A worker process that works on the keys of queue-tables.ts and is killed while it does.
 * argv: database URL, and as JSON {@link WorkerOptions}.
 */
import type { CrashPoints } from '@cairn/domain'
import {
  claimWork,
  type Database,
  enqueueWork,
  failWork,
  finishWork,
  holdLease,
  openDatabase,
  renewLeases,
  requeueWork,
  type Tx,
  type WorkItem,
} from '@cairn/store'
import { killAt, killAtRandom } from '@cairn/testkit'
import { withQueueTables } from './queue-tables.ts'

export interface WorkerOptions {
  /** The point at which the process kills itself, or the probability of doing so at any point. */
  readonly crash: string | number
  /** Probability of a pause, longer than the lease, in which the whole process stands still. */
  readonly stall: number
  readonly leaseMs: number
}

/** Where a worker may be killed. */
export const queueCrashPoints = [
  'queue.claimed',
  'queue.began',
  'queue.before-commit',
  'queue.committed',
  'queue.renewed',
] as const

class LeaseLost extends Error {}

interface Worker {
  readonly database: Database
  readonly options: WorkerOptions
  readonly crashPoints: CrashPoints
  readonly held: Set<WorkItem>
}

/** Stops every timer and every query of this process, as a long garbage collection would. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Lock order: the parent row, the own work row, other work rows. */
async function lockKey(tx: Tx, item: WorkItem): Promise<{ wanted: number; done: number }> {
  const parent = await withQueueTables(tx)
    .selectFrom('queue_parent')
    .select(['passes_wanted as wanted', 'passes_done as done'])
    .where('kind', '=', item.kind)
    .where('key', '=', item.key)
    .forUpdate()
    .executeTakeFirst()
  if (!(await holdLease(tx, item))) throw new LeaseLost()
  return parent ?? { wanted: 0, done: 0 }
}

async function pass(worker: Worker, item: WorkItem): Promise<void> {
  const { database, options, crashPoints } = worker
  const began = await database.transaction((tx) => lockKey(tx, item))
  crashPoints.reach('queue.began')
  if (Math.random() < options.stall) standStill(options.leaseMs * 2.5)
  await database.transaction(async (tx) => {
    const { wanted } = await lockKey(tx, item)
    if (began.done < wanted) {
      const number = began.done + 1
      const { kind, key, token } = item
      await withQueueTables(tx)
        .updateTable('queue_parent')
        .set({ passes_done: number })
        .where('kind', '=', kind)
        .where('key', '=', key)
        .execute()
      await withQueueTables(tx).insertInto('queue_pass').values({ kind, key, number, token }).execute()
    }
    await endPass(tx, item, wanted - began.done - 1)
    crashPoints.reach('queue.before-commit')
  })
  crashPoints.reach('queue.committed')
}

/** Builds also make services due, in no order, as a build that ends does for the services that wait for it. */
async function endPass(tx: Tx, item: WorkItem, left: number): Promise<void> {
  if (item.kind === 'build') {
    const services = [3, 1, 2].map(() => ({ kind: 'service' as const, key: String(Math.floor(Math.random() * 8)) }))
    await enqueueWork(tx, ...services)
  }
  if (Math.random() < 0.1) await failWork(tx, item, { firstMs: 10, maxMs: 50 })
  else if (left > 0) await requeueWork(tx, item, 0)
  else await finishWork(tx, item)
}

async function work(worker: Worker): Promise<void> {
  for (;;) {
    const claim = { kinds: ['build', 'service'] as const, limit: 2, leaseMs: worker.options.leaseMs }
    const items = await claimWork(worker.database.db, claim)
    for (const item of items) worker.held.add(item)
    if (items.length > 0) worker.crashPoints.reach('queue.claimed')
    else await new Promise((resolve) => setTimeout(resolve, 10))
    for (const item of items) {
      try {
        await pass(worker, item)
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error
      } finally {
        worker.held.delete(item)
      }
    }
  }
}

async function renew(worker: Worker): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, worker.options.leaseMs / 3))
    const renewed = await renewLeases(worker.database.db, [...worker.held], worker.options.leaseMs)
    if (renewed.length > 0) worker.crashPoints.reach('queue.renewed')
  }
}

if (import.meta.main) {
  const [, , url = '', optionsText = ''] = process.argv
  const options: WorkerOptions = JSON.parse(optionsText)
  const worker: Worker = {
    database: openDatabase({ url, maxConnections: 4, applicationName: 'queue-worker', onError: () => undefined }),
    options,
    crashPoints: typeof options.crash === 'string' ? killAt(options.crash) : killAtRandom(options.crash),
    held: new Set(),
  }
  await Promise.all([work(worker), work(worker), renew(worker)])
}
