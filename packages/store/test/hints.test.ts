import { createTestDatabase, eventually, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Hints, openHints } from '../src/index.ts'

let subject: TestDatabase
const opened: Hints[] = []
beforeAll(async () => {
  subject = await createTestDatabase()
})
afterEach(() => Promise.all(opened.splice(0).map((hints) => hints.close())))
afterAll(() => subject.drop())

function open(url: string = subject.url): { hints: Hints; errors: unknown[] } {
  const errors: unknown[] = []
  const hints = openHints({ url, applicationName: 'hints-under-test', onError: (error) => errors.push(error) })
  opened.push(hints)
  return { hints, errors }
}

function count(hints: Hints, topic: 'work' | 'routes'): { readonly calls: () => number; readonly stop: () => void } {
  let calls = 0
  const stop = hints.subscribe(topic, () => {
    calls += 1
  })
  return { calls: () => calls, stop }
}

const cutConnections = (): Promise<unknown> =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'hints-under-test'`.execute(subject.database.db)

async function listeners(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from pg_stat_activity
    where datname = current_database() and application_name = 'hints-under-test' and query like 'listen%'`.execute(
    subject.database.db,
  )
  return rows[0]?.count ?? 0
}

test('a hint reaches the listeners of its topic in other processes', async () => {
  const [here, there] = [open(), open()]
  const [work, routes] = [count(there.hints, 'work'), count(there.hints, 'routes')]
  await eventually(() => {
    here.hints.notify('work')
    expect(work.calls()).toBeGreaterThan(0)
  })
  expect(routes.calls()).toBe(0)
})

test('many hints at once become one call', async () => {
  const { hints } = open()
  const work = count(hints, 'work')
  for (let index = 0; index < 100; index += 1) hints.notify('work')
  await eventually(() => expect(work.calls()).toBe(1))
  await hints.close()
  expect(work.calls()).toBe(1)
})

test('listeners of the same process hear a hint once, also without a database', async () => {
  const { hints, errors } = open('postgres://cairn@127.0.0.1:1/cairn')
  const work = count(hints, 'work')
  hints.notify('work')
  await eventually(() => expect(work.calls()).toBe(1))
  await eventually(() => expect(errors.length).toBeGreaterThan(0))
})

test('a listener that unsubscribed hears nothing', async () => {
  const { hints } = open()
  const [gone, kept] = [count(hints, 'work'), count(hints, 'work')]
  gone.stop()
  hints.notify('work')
  await eventually(() => expect(kept.calls()).toBe(1))
  expect(gone.calls()).toBe(0)
})

test('a listener that throws does not keep others from hearing', async () => {
  const { hints, errors } = open()
  hints.subscribe('work', () => {
    throw new Error('clumsy')
  })
  const work = count(hints, 'work')
  hints.notify('work')
  await eventually(() => expect(work.calls()).toBe(1))
  expect(String(errors[0])).toContain('clumsy')
})

describe('after its connection was cut', () => {
  test('calls every listener, since hints may have been missed, and then works as before', async () => {
    const { hints, errors } = open()
    const routes = count(hints, 'routes')
    await eventually(async () => expect(await listeners()).toBe(1))
    await cutConnections()
    await eventually(() => expect(routes.calls()).toBe(1))
    expect(errors).toHaveLength(1)
    const other = open()
    await eventually(() => {
      other.hints.notify('routes')
      expect(routes.calls()).toBeGreaterThan(1)
    })
  })
})

test('close sends what is pending', async () => {
  const [here, there] = [open(), open()]
  const work = count(there.hints, 'work')
  await eventually(async () => expect(await listeners()).toBe(2))
  here.hints.notify('work')
  await here.hints.close()
  await eventually(() => expect(work.calls()).toBe(1))
})
