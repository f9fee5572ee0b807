import { createTestDatabase, eventually, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  deleteQuery,
  ensureTenant,
  insertWorkflow,
  putQuery,
  readQueriesToRun,
  replaceQueryUses,
  type Tx,
} from '../../src/index.ts'

let database: TestDatabase['database']
let drop: TestDatabase['drop']
let tenantId: string
beforeAll(async () => {
  ;({ database, drop } = await createTestDatabase())
  tenantId = await database.transaction((tx) => ensureTenant(tx, 'acme'))
})
afterAll(() => drop())

const put = (path: string, text: string) =>
  database.transaction((tx) => putQuery(tx, { tenantId, path, text, by: 'a@b.c' }))
const read = (tx: Tx, ...paths: string[]) => readQueriesToRun(tx, tenantId, paths, 1000)

async function saveWorkflow(tx: Tx, name: string, path: string): Promise<boolean> {
  const [found] = (await read(tx, path)) ?? []
  if (found === undefined) return false
  const id = await insertWorkflow(tx, { tenantId, name, body: { steps: {} }, secrets: [], createdBy: 'a@b.c' })
  if (id === null) throw new Error('the name is taken')
  await replaceQueryUses(tx, { id, tenantId }, [path])
  return true
}

const untilWaiting = (query: string) =>
  eventually(async () => {
    const { rows } = await sql`
      select from pg_stat_activity where wait_event_type = 'Lock' and query ilike ${query} and datname = current_database()`.execute(
      database.db,
    )
    expect(rows).toHaveLength(1)
  })

test('writers of one path at once each get a version of their own', async () => {
  const written = await Promise.all(Array.from({ length: 5 }, (_, index) => put('busy.sql', `select ${index}`)))
  expect(written.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
})

test('a query is not deleted under a workflow that is being saved with it', async () => {
  await put('saved.sql', 'select 1')
  const gate = Promise.withResolvers<void>()
  const isRead = Promise.withResolvers<void>()
  const saving = database.transaction(async (tx) => {
    const saved = await saveWorkflow(tx, 'saving', 'saved.sql')
    isRead.resolve()
    await gate.promise
    return saved
  })
  await isRead.promise
  const deleting = database.transaction((tx) => deleteQuery(tx, tenantId, 'saved.sql'))
  await untilWaiting('%"query"%for update%')
  gate.resolve()
  expect(await saving).toBe(true)
  expect(await deleting).toEqual({ kind: 'in_use', workflows: [{ id: expect.any(Number), name: 'saving' }] })
})

test('a workflow is not saved with a query that is being deleted', async () => {
  await put('gone.sql', 'select 1')
  const gate = Promise.withResolvers<void>()
  const deleted = Promise.withResolvers<void>()
  const deleting = database.transaction(async (tx) => {
    const deletion = await deleteQuery(tx, tenantId, 'gone.sql')
    deleted.resolve()
    await gate.promise
    return deletion
  })
  await deleted.promise
  const saving = database.transaction((tx) => saveWorkflow(tx, 'late', 'gone.sql'))
  await untilWaiting('%for key share%')
  gate.resolve()
  expect([await deleting, await saving]).toEqual([{ kind: 'deleted' }, false])
})

test('what a run would read is its newest version, and no more than fits', async () => {
  await put('a.sql', 'select 1')
  await put('a.sql', 'select 22')
  await put('b.sql', 'x'.repeat(990))
  expect(await database.transaction((tx) => read(tx, 'a.sql', 'a.sql', 'none.sql'))).toEqual([
    { path: 'a.sql', version: 2, text: 'select 22' },
  ])
  expect(await database.transaction((tx) => read(tx, 'b.sql'))).toHaveLength(1)
  expect(await database.transaction((tx) => read(tx, 'a.sql', 'b.sql', 'a.sql'))).toHaveLength(2)
  await put('b.sql', 'x'.repeat(992))
  expect(await database.transaction((tx) => read(tx, 'a.sql', 'b.sql'))).toBeNull()
})
