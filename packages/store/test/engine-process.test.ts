import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  declareDeadProcesses,
  holdEngineProcess,
  registerEngineProcess,
  renewEngineProcess,
  resignEngineProcess,
} from '../src/index.ts'

let subject: TestDatabase
beforeAll(async () => {
  subject = await createTestDatabase({ maxConnections: 10 })
})
afterAll(() => subject.drop())
beforeEach(() => sql`delete from engine_process`.execute(subject.database.db))

const minute = 60_000
const register = (): Promise<string> => registerEngineProcess(subject.database.db, { leaseMs: minute })
const expire = (id: string): Promise<unknown> =>
  sql`update engine_process set lease_until = now() - interval '1 second' where id = ${id}`.execute(subject.database.db)
const declareDead = (): Promise<string[]> => subject.database.transaction(declareDeadProcesses)
const hold = (id: string): Promise<boolean> => subject.database.transaction((tx) => holdEngineProcess(tx, id))
const renew = (id: string): Promise<boolean> => renewEngineProcess(subject.database.db, id, minute)

test('a process lives while its lease does', async () => {
  const id = await register()
  expect(await declareDead()).toEqual([])
  expect(await hold(id)).toBe(true)
})

test('a process whose lease ran out dies once, and may neither write nor renew again', async () => {
  const [late, live] = [await register(), await register()]
  await expire(late)
  expect(await declareDead()).toEqual([late])
  expect(await declareDead()).toEqual([])
  expect(await hold(late)).toBe(false)
  expect(await renew(late)).toBe(false)
  expect(await hold(live)).toBe(true)
})

test('a late renewal keeps a process alive that nobody declared dead', async () => {
  const id = await register()
  await expire(id)
  expect(await renew(id)).toBe(true)
  expect(await declareDead()).toEqual([])
})

test('a process that resigned is dead at once', async () => {
  const id = await register()
  await resignEngineProcess(subject.database.db, id)
  expect(await hold(id)).toBe(false)
})

test('an id that was never registered may not write', async () => {
  expect(await hold('00000000-0000-4000-8000-000000000000')).toBe(false)
})

describe('the fence', () => {
  test('a process that is writing is not declared dead', async () => {
    const id = await register()
    await expire(id)
    const declared = await subject.database.transaction(async (tx) => {
      await holdEngineProcess(tx, id)
      return declareDead()
    })
    expect(declared).toEqual([])
    expect(await declareDead()).toEqual([id])
  })

  test('a write that begins while its process is declared dead waits, and is refused', async () => {
    const id = await register()
    await expire(id)
    const { promise: held, resolve } = Promise.withResolvers<boolean>()
    await subject.database.transaction(async (tx) => {
      expect(await declareDeadProcesses(tx)).toEqual([id])
      resolve(hold(id))
      await untilSomebodyWaits()
    })
    expect(await held).toBe(false)
  })

  test('a renewal does not wait for the writes of its own process', async () => {
    const id = await register()
    const renewed = await subject.database.transaction(async (tx) => {
      await holdEngineProcess(tx, id)
      return renew(id)
    })
    expect(renewed).toBe(true)
  })
})

async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const { rows } = await sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(subject.database.db)
    if (rows.length > 0) return
  }
}
