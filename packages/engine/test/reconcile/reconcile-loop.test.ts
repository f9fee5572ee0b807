import type { Logger } from '@cairn/domain'
import { enqueueWork, type Hints, openDatabase, openHints, type WorkItem } from '@cairn/store'
import { createTestDatabase, eventually, silentLogger } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import type { ReconcileContext, Reconciler, ReconcileResult } from '../../src/reconcile/reconciler.ts'
import {
  type ReconcileLoop,
  type ReconcileTimes,
  startReconcileLoop,
} from '../../src/reconcile/start-reconcile-loop.ts'

const clone = await createTestDatabase({ maxConnections: 10 })
const { database } = clone
afterAll(() => clone.drop())

const quick: Partial<ReconcileTimes> = { leaseMs: 600, renewEveryMs: 100, pollMs: 20 }
const onHintsOnly: Partial<ReconcileTimes> = { ...quick, pollMs: 3_600_000 }
const done: ReconcileResult = { kind: 'done' }

let hints: Hints
let loops: ReconcileLoop[] = []
beforeEach(() => {
  hints = openHints({ url: clone.url, applicationName: 'loop test', onError: () => undefined })
})
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()))
  loops = []
  await hints.close()
  await sql`delete from work`.execute(database.db)
})

interface StartOptions {
  readonly concurrency?: number
  readonly times?: Partial<ReconcileTimes>
  readonly logger?: Logger
  readonly on?: typeof database
}

function start(
  pass: (item: WorkItem, context: ReconcileContext) => Promise<ReconcileResult>,
  options: StartOptions = {},
): ReconcileLoop {
  const reconciler: Reconciler = { kind: 'build', concurrency: options.concurrency ?? 4, reconcile: pass }
  const loop = startReconcileLoop({
    database: options.on ?? database,
    hints,
    reconcilers: [reconciler],
    logger: options.logger ?? silentLogger,
    times: options.times ?? quick,
  })
  loops.push(loop)
  return loop
}

const enqueue = (...keys: string[]): Promise<void> =>
  database.transaction((tx) => enqueueWork(tx, ...keys.map((key) => ({ kind: 'build' as const, key }))))

async function readWork(): Promise<{ key: string; isLeased: boolean; isDue: boolean; failures: number }[]> {
  const { rows } = await sql<{ key: string; isLeased: boolean; isDue: boolean; failures: number }>`
    select key, token is not null as "isLeased", available_at <= now() as "isDue", failures from work order by key`.execute(
    database.db,
  )
  return rows
}

/** Epoch milliseconds until which the only key is leased. */
async function leaseEnd(): Promise<number> {
  const row = await database.db.selectFrom('work').select('available_at').executeTakeFirstOrThrow()
  return row.available_at.getTime()
}

/** Resolves when the signal aborts, with its reason. */
function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }))
}

test('A key that is done leaves the queue', async () => {
  const keys: string[] = []
  start(async (item) => {
    keys.push(item.key)
    return done
  })
  await enqueue('a', 'b')
  await eventually(async () => expect(await readWork()).toEqual([]))
  expect(keys.toSorted()).toEqual(['a', 'b'])
})

test('A hint starts a pass long before the next look at the queue', async () => {
  start(async () => done, { times: onHintsOnly })
  await enqueue('a')
  await eventually(async () => {
    hints.notify('work')
    expect(await readWork()).toEqual([])
  })
})

test('A requeued key comes again when it is due', async () => {
  let passes = 0
  start(
    async () => {
      passes += 1
      return passes < 4 ? { kind: 'requeue', afterMs: 15 } : done
    },
    { times: onHintsOnly },
  )
  await enqueue('a')
  hints.notify('work')
  await eventually(() => expect(passes).toBe(4))
})

test('Passes of a kind are as many at a time as it says', async () => {
  let running = 0
  let most = 0
  let total = 0
  start(
    async () => {
      running += 1
      most = Math.max(most, running)
      await sql`select pg_sleep(0.01)`.execute(database.db)
      running -= 1
      total += 1
      return done
    },
    { concurrency: 3 },
  )
  await enqueue(...Array.from({ length: 20 }, (_, index) => `k${index}`))
  await eventually(() => expect(total).toBe(20))
  expect(most).toBe(3)
})

test('A key that always fails waits longer and longer, and holds up no other', async () => {
  const errors: object[] = []
  const logger: Logger = { ...silentLogger, error: (fields) => errors.push(fields) }
  start(
    async (item) => {
      if (item.key === 'poison') throw new Error('a row that nobody can read')
      return done
    },
    { concurrency: 1, logger },
  )
  await enqueue('poison')
  await eventually(async () => expect(await readWork()).toMatchObject([{ failures: 1, isLeased: false, isDue: false }]))
  await enqueue('a', 'b', 'c')
  await eventually(async () => expect((await readWork()).map(({ key }) => key)).toEqual(['poison']))
  await eventually(async () => expect(await readWork()).toMatchObject([{ failures: 2 }]))
  expect(errors[0]).toMatchObject({
    kind: 'build',
    key: 'poison',
    failures: 1,
    err: new Error('a row that nobody can read'),
  })
})

test('A change that comes during a pass is seen by another pass', async () => {
  const seen: string[] = []
  let value = 'old'
  start(async () => {
    seen.push(value)
    if (seen.length === 1) {
      value = 'new'
      await enqueue('a')
    }
    return done
  })
  await enqueue('a')
  await eventually(async () => expect(await readWork()).toEqual([]))
  expect(seen).toEqual(['old', 'new'])
})

test('A long pass keeps its key for itself', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  let passes = 0
  const pass = async (): Promise<ReconcileResult> => {
    passes += 1
    await released
    return done
  }
  start(pass)
  start(pass)
  await enqueue('a')
  await eventually(() => expect(passes).toBe(1))
  const first = await leaseEnd()
  // A second loop could have taken the key twice by then.
  await eventually(async () => expect((await leaseEnd()) - first).toBeGreaterThan(2 * 600))
  expect(passes).toBe(1)
  release()
  await eventually(async () => expect(await readWork()).toEqual([]))
})

test('A pass whose key was taken over is aborted and writes nothing', async () => {
  const reasons: unknown[] = []
  start(
    async (_item, { signal, holdLease }) => {
      reasons.push(await aborted(signal))
      await database.transaction(holdLease).catch((error: unknown) => reasons.push(error))
      return done
    },
    { times: { ...quick, leaseMs: 3_600_000 } },
  )
  await enqueue('a')
  await eventually(async () => expect(await readWork()).toMatchObject([{ isLeased: true }]))
  await sql`update work set token = gen_random_uuid()`.execute(database.db)
  await eventually(() => expect(reasons).toHaveLength(2))
  expect(reasons).toEqual([
    expect.objectContaining({ name: 'LeaseLost' }),
    expect.objectContaining({ message: 'the lease of build a was lost' }),
  ])
  expect(await readWork()).toMatchObject([{ key: 'a', isLeased: true }])
})

test('A pass that cannot renew its lease is aborted before others may have the key', async () => {
  const away = openDatabase({ url: clone.url, maxConnections: 2, applicationName: 'away', onError: () => undefined })
  const outcome = Promise.withResolvers<{ reason: unknown; isDue: boolean | undefined }>()
  start(
    async (_item, { signal }) => {
      // The loop asks nothing more until then: a pool that ends with a question in its queue leaves it there.
      await sql`select pg_sleep(0.1)`.execute(database.db)
      await away.close()
      const reason = await aborted(signal)
      outcome.resolve({ reason, isDue: (await readWork())[0]?.isDue })
      return done
    },
    { on: away, times: { ...onHintsOnly, leaseMs: 1200 } },
  )
  await enqueue('a')
  hints.notify('work')
  expect(await outcome.promise).toMatchObject({ reason: { name: 'LeaseLost' }, isDue: false })
})

test('Stopping aborts what is under way and hands it back as it was', async () => {
  const reasons: unknown[] = []
  const loop = start(async (_item, { signal }) => {
    reasons.push(await aborted(signal))
    throw new Error('the engine call was aborted')
  })
  await enqueue('a', 'b')
  await eventually(async () => expect((await readWork()).every(({ isLeased }) => isLeased)).toBe(true))
  await loop.stop()
  const handedBack = { isLeased: false, isDue: true, failures: 0 }
  expect(await readWork()).toEqual([
    { key: 'a', ...handedBack },
    { key: 'b', ...handedBack },
  ])
  expect(reasons).toHaveLength(2)
})

test('Stopping waits only so long for a pass that does not listen', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const loop = start(
    async () => {
      await released
      return done
    },
    { times: { ...quick, stopGraceMs: 20 } },
  )
  await enqueue('a')
  await eventually(async () => expect(await readWork()).toMatchObject([{ isLeased: true }]))
  await loop.stop()
  expect(await readWork()).toMatchObject([{ isLeased: true }])
  release()
  await eventually(async () => expect(await readWork()).toEqual([]))
})

test('Loops that share a queue never have passes over one key at the same time', async () => {
  const running = new Set<string>()
  const overlaps: string[] = []
  const counts = new Map<string, number>()
  const pass = async ({ key }: WorkItem): Promise<ReconcileResult> => {
    if (running.has(key)) overlaps.push(key)
    running.add(key)
    await sql`select pg_sleep(0.002)`.execute(database.db)
    running.delete(key)
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count < 5 ? { kind: 'requeue', afterMs: 0 } : done
  }
  for (let index = 0; index < 3; index += 1) start(pass)
  await enqueue(...Array.from({ length: 12 }, (_, index) => `k${index}`))
  await eventually(async () => expect(await readWork()).toEqual([]), { timeoutMs: 15_000 })
  expect(overlaps).toEqual([])
  expect([...counts.values()]).toEqual(Array.from({ length: 12 }, () => 5))
})
