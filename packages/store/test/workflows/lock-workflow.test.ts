import { randomUUID } from 'node:crypto'
import { createTestDatabase, eventually, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertWorkflow, lockWorkflow, reviseWorkflow } from '../../src/index.ts'

let test: TestDatabase
const tenantId = randomUUID()

beforeAll(async () => {
  test = await createTestDatabase({ maxConnections: 3 })
  await test.database.db.insertInto('tenant').values({ id: tenantId, name: 'acme' }).execute()
})
afterAll(() => test.drop())

async function createWorkflow(): Promise<number> {
  const workflow = { tenantId, name: randomUUID(), body: { version: 1 }, secrets: [], createdBy: 'a' }
  const id = await test.database.transaction((tx) => insertWorkflow(tx, workflow))
  if (id === null) throw new Error('the name is taken')
  return id
}

it('answers the body of the current revision', async () => {
  const id = await createWorkflow()
  const locked = await test.database.transaction((tx) => lockWorkflow(tx, tenantId, id))
  expect(locked).toMatchObject({ id, revision: 1, body: { version: 1 } })
})

it('answers null for a workflow of another tenant', async () => {
  const id = await createWorkflow()
  expect(await test.database.transaction((tx) => lockWorkflow(tx, randomUUID(), id))).toBeNull()
})

it('answers the revision that was made while it waited for the lock', async () => {
  const id = await createWorkflow()
  const { promise: waits, resolve: letGo } = Promise.withResolvers<void>()
  const revised = test.database.transaction(async (tx) => {
    const locked = await lockWorkflow(tx, tenantId, id)
    if (locked === null) throw new Error('the workflow is gone')
    await reviseWorkflow(tx, locked, { name: locked.name, body: { version: 2 }, secrets: [], updatedBy: 'b' })
    await waits
  })
  await eventually(async () => {
    const { rows } = await sql`select from workflow where id = ${id} for update skip locked`.execute(test.database.db)
    expect(rows).toEqual([])
  })
  const locked = test.database.transaction((tx) => lockWorkflow(tx, tenantId, id))
  await eventually(async () => {
    const { rows } =
      await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        test.database.db,
      )
    expect(rows).toHaveLength(1)
  })
  letGo()
  await revised
  expect(await locked).toMatchObject({ revision: 2, body: { version: 2 } })
})
