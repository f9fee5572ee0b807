import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, pingDatabase } from '../src/index.ts'

let subject: TestDatabase
beforeAll(async () => {
  subject = await createTestDatabase()
})
afterAll(() => subject.drop())

const tenantCount = async (): Promise<number> => {
  const { count } = await subject.database.db
    .selectFrom('tenant')
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

const insertTenant = sql`insert into tenant (id, name) values (gen_random_uuid(), gen_random_uuid()::text)`

test('bigint comes back as a number, in arrays too', async () => {
  const { rows } = await sql`select 9007199254740991::bigint as one, array[1, null, 3]::bigint[] as many`.execute(
    subject.database.db,
  )
  expect(rows).toEqual([{ one: 9_007_199_254_740_991, many: [1, null, 3] }])
})

describe('a transaction', () => {
  test('is committed when its work resolves', async () => {
    const before = await tenantCount()
    await subject.database.transaction((tx) => insertTenant.execute(tx))
    expect(await tenantCount()).toBe(before + 1)
  })

  test('is rolled back when its work rejects', async () => {
    const before = await tenantCount()
    const refused = subject.database.transaction(async (tx) => {
      await insertTenant.execute(tx)
      throw new Error('refused')
    })
    await expect(refused).rejects.toThrow('refused')
    expect(await tenantCount()).toBe(before)
  })

  test('rejects when a statement failed and the failure was swallowed', async () => {
    const before = await tenantCount()
    const swallowed = subject.database.transaction(async (tx) => {
      await insertTenant.execute(tx)
      await sql`select 1 / 0`.execute(tx).catch(() => undefined)
    })
    await expect(swallowed).rejects.toThrow('rolled back')
    expect(await tenantCount()).toBe(before)
  })
})

test('an open database goes on after its connections were cut', async () => {
  await tenantCount()
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(subject.database.db)
  await subject.database.db
    .selectFrom('tenant')
    .select('id')
    .execute()
    .catch(() => undefined)
  expect(await pingDatabase(subject.database.db)).toMatchObject({ kind: 'up' })
})

test('what is told of a connection that broke holds nothing of the connection', async () => {
  const told: unknown[] = []
  const onError = (error: unknown): void => void told.push(error)
  const watched = openDatabase({ url: subject.url, maxConnections: 1, applicationName: 'watched', onError })
  await sql`select 1`.execute(watched.db)
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'watched'`.execute(
    subject.database.db,
  )
  await expect.poll(() => told).toHaveLength(1)
  expect(told[0]).toMatchObject({ code: '57P01' })
  expect(Object.keys(Object(told[0]))).not.toContain('client')
  await watched.close()
})

test('a ping names why the database is down', async () => {
  const nowhere = openDatabase({
    url: 'postgres://cairn@127.0.0.1:1/cairn',
    maxConnections: 1,
    applicationName: 'test',
    onError: () => undefined,
  })
  expect(await pingDatabase(nowhere.db)).toEqual({ kind: 'down', reason: expect.stringContaining('ECONNREFUSED') })
  await nowhere.close()
})

test('a ping of a database that does not answer gives up', async () => {
  const held = await subject.database.pool.connect()
  const narrow = openDatabase({
    url: subject.url,
    maxConnections: 1,
    applicationName: 'test',
    onError: () => undefined,
  })
  const only = await narrow.pool.connect()
  expect(await pingDatabase(narrow.db, 20)).toEqual({ kind: 'down', reason: 'no answer within 20 ms' })
  only.release()
  await narrow.close()
  held.release()
})
