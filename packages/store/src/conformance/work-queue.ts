/** What every database that Cairn runs on must do for the work queue. Times are set in the table, so nothing waits. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database, Tx } from '../database/database.ts'
import { claimWork } from '../work/claim-work.ts'
import { enqueueWork } from '../work/enqueue-work.ts'
import { failWork } from '../work/fail-work.ts'
import { finishWork } from '../work/finish-work.ts'
import { holdLease } from '../work/hold-lease.ts'
import { renewLeases } from '../work/renew-leases.ts'
import { requeueWork } from '../work/requeue-work.ts'
import type { WorkItem } from '../work/work-item.ts'

export interface WorkQueueUnderTest {
  /** Migrated; its work table may be emptied. */
  readonly database: Database
  readonly close: () => Promise<void>
}

const service = { kind: 'service', key: 's1' } as const
const minute = 60_000

/** Runs the suite. `open` is called once. */
export function describeWorkQueue(name: string, open: () => Promise<WorkQueueUnderTest>): void {
  describe(`work queue on ${name}`, () => {
    let database: Database
    let close: () => Promise<void>
    beforeAll(async () => {
      ;({ database, close } = await open())
    })
    beforeEach(() => sql`delete from work`.execute(database.db))
    afterAll(() => close())

    const inTransaction = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.transaction(work)
    const enqueue = (delayMs = 0): Promise<void> => inTransaction((tx) => enqueueWork(tx, { ...service, delayMs }))
    const claim = (limit = 10): Promise<WorkItem[]> =>
      claimWork(database.db, { kinds: ['service', 'build'], limit, leaseMs: minute })
    const claimOne = async (): Promise<WorkItem> => {
      const [item] = await claim(1)
      if (item === undefined) throw new Error('nothing was due')
      return item
    }
    const expireLeases = (): Promise<unknown> =>
      sql`update work set available_at = now() - interval '1 second' where token is not null`.execute(database.db)
    const rows = async (): Promise<
      readonly { due: string; token: string | null; dirty: boolean; failures: number }[]
    > => {
      const result = await sql<{ due: string; token: string | null; dirty: boolean; failures: number }>`
        select case when available_at <= clock_timestamp() then 'now' else 'later' end as due, token, dirty, failures
        from work`.execute(database.db)
      return result.rows
    }

    describe('enqueue', () => {
      test('makes a key due once, however often it is asked for', async () => {
        await enqueue()
        await enqueue()
        expect(await claim()).toMatchObject([{ ...service, failures: 0 }])
        expect(await claim()).toEqual([])
      })

      test('takes several requests, and of the same key the earliest', async () => {
        await inTransaction((tx) =>
          enqueueWork(
            tx,
            { kind: 'service', key: 'b' },
            { kind: 'build', key: 'a', delayMs: minute },
            { kind: 'service', key: 'b', delayMs: minute },
          ),
        )
        expect(await claim()).toMatchObject([{ kind: 'service', key: 'b' }])
      })

      test('keeps the earlier of two times', async () => {
        await enqueue(minute)
        expect(await rows()).toMatchObject([{ due: 'later' }])
        await enqueue(0)
        await enqueue(minute)
        expect(await rows()).toMatchObject([{ due: 'now' }])
      })

      test('leaves nothing when its transaction is rolled back', async () => {
        const refused = inTransaction(async (tx) => {
          await enqueueWork(tx, service)
          throw new Error('refused')
        })
        await expect(refused).rejects.toThrow('refused')
        expect(await claim()).toEqual([])
      })

      test('marks a leased key and leaves its lease alone', async () => {
        await enqueue()
        const item = await claimOne()
        await enqueue()
        expect(await rows()).toEqual([{ due: 'later', token: item.token, dirty: true, failures: 0 }])
      })
    })

    describe('claim', () => {
      test('takes only the kinds it was asked for', async () => {
        await inTransaction((tx) => enqueueWork(tx, { kind: 'sweep', key: 'all' }, service))
        expect(await claim()).toMatchObject([service])
      })

      test('takes no more than the limit, longest due first', async () => {
        await inTransaction((tx) => enqueueWork(tx, { kind: 'service', key: 'new' }, { kind: 'service', key: 'old' }))
        await sql`update work set available_at = now() - interval '1 minute' where key = 'old'`.execute(database.db)
        expect(await claim(1)).toMatchObject([{ key: 'old' }])
        expect(await claim(1)).toMatchObject([{ key: 'new' }])
      })

      test('gives a key to one of many claimers', async () => {
        await inTransaction((tx) =>
          enqueueWork(
            tx,
            ...Array.from({ length: 40 }, (_, index) => ({ kind: 'build' as const, key: String(index) })),
          ),
        )
        const claimed = (await Promise.all(Array.from({ length: 8 }, () => claim(7)))).flat()
        expect(new Set(claimed.map((item) => item.key)).size).toBe(claimed.length)
      })

      test('does not wait for a key that another transaction holds', async () => {
        await enqueue()
        const item = await claimOne()
        await expireLeases()
        const seen = await inTransaction(async (tx) => {
          await holdLease(tx, item)
          return claim()
        })
        expect(seen).toEqual([])
      })

      test('takes a key whose lease ran out, under a fresh token and with one more failure', async () => {
        await enqueue()
        const first = await claimOne()
        await expireLeases()
        const second = await claimOne()
        expect(second).toMatchObject({ ...service, failures: 1 })
        expect(second.token).not.toBe(first.token)
      })
    })

    describe('a lost lease', () => {
      test.each([
        ['hold', (tx: Tx, item: WorkItem) => holdLease(tx, item)],
        ['finish', (tx: Tx, item: WorkItem) => finishWork(tx, item)],
        ['requeue', (tx: Tx, item: WorkItem) => requeueWork(tx, item, 0)],
        ['fail', (tx: Tx, item: WorkItem) => failWork(tx, item)],
      ])('is refused by %s, which changes nothing', async (_, use) => {
        await enqueue()
        const late = await claimOne()
        await expireLeases()
        await claimOne()
        const before = await rows()
        expect(await inTransaction((tx) => use(tx, late))).toBe(false)
        expect(await rows()).toEqual(before)
      })

      test('is left out by renew', async () => {
        await enqueue()
        const late = await claimOne()
        await expireLeases()
        const current = await claimOne()
        expect(await renewLeases(database.db, [late, current], minute)).toEqual([current])
      })
    })

    describe('the end of a pass', () => {
      test('finish removes the key', async () => {
        await enqueue()
        const item = await claimOne()
        expect(await inTransaction((tx) => finishWork(tx, item))).toBe(true)
        expect(await rows()).toEqual([])
      })

      test('requeue makes the key due later and forgets failures', async () => {
        await enqueue()
        await claimOne()
        await expireLeases()
        const item = await claimOne()
        expect(item.failures).toBe(1)
        expect(await inTransaction((tx) => requeueWork(tx, item, minute))).toBe(true)
        expect(await rows()).toEqual([{ due: 'later', token: null, dirty: false, failures: 0 }])
      })

      test('fail counts the failure and backs off', async () => {
        await enqueue()
        const item = await claimOne()
        expect(await inTransaction((tx) => failWork(tx, item, { firstMs: minute }))).toBe(true)
        expect(await rows()).toEqual([{ due: 'later', token: null, dirty: false, failures: 1 }])
      })

      test('fail never waits longer than the longest delay, nor less than half of it once that is reached', async () => {
        await enqueue()
        await sql`update work set failures = 1000`.execute(database.db)
        const item = await claimOne()
        await inTransaction((tx) => failWork(tx, item, { firstMs: 1000, maxMs: minute }))
        const { rows: delays } = await sql<{ seconds: number }>`
          select extract(epoch from available_at - now())::float8 as seconds from work`.execute(database.db)
        expect(delays[0]?.seconds).toBeGreaterThan(20)
        expect(delays[0]?.seconds).toBeLessThanOrEqual(60)
      })

      test.each([
        ['finish', (tx: Tx, item: WorkItem) => finishWork(tx, item)],
        ['requeue', (tx: Tx, item: WorkItem) => requeueWork(tx, item, minute)],
        ['fail', (tx: Tx, item: WorkItem) => failWork(tx, item, { firstMs: minute })],
      ])('%s makes a key due at once that was enqueued meanwhile', async (_, end) => {
        await enqueue()
        const item = await claimOne()
        await enqueue()
        expect(await inTransaction((tx) => end(tx, item))).toBe(true)
        expect(await rows()).toMatchObject([{ due: 'now', token: null, dirty: false }])
      })

      test('an enqueue that waits for the end of the pass makes the key due again', async () => {
        await enqueue()
        const item = await claimOne()
        const { promise: enqueued, resolve } = Promise.withResolvers<void>()
        await inTransaction(async (tx) => {
          await holdLease(tx, item)
          resolve(enqueue())
          await finishWork(tx, item)
        })
        await enqueued
        expect(await rows()).toMatchObject([{ due: 'now', token: null, dirty: false }])
      })
    })

    describe('renew', () => {
      test('extends every held lease', async () => {
        await inTransaction((tx) => enqueueWork(tx, service, { kind: 'build', key: 'b1' }))
        const items = await claim()
        await expireLeases()
        expect(await renewLeases(database.db, items, minute)).toEqual(items)
        expect(await claim()).toEqual([])
      })

      test('of nothing answers nothing', async () => {
        expect(await renewLeases(database.db, [], minute)).toEqual([])
      })

      test('does not wait for a pass that is writing, and counts its lease as held', async () => {
        await enqueue()
        const item = await claimOne()
        const renewed = await inTransaction(async (tx) => {
          await holdLease(tx, item)
          return renewLeases(database.db, [item], minute)
        })
        expect(renewed).toEqual([item])
      })
    })
  })
}
