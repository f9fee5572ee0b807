import { randomUUID } from 'node:crypto'
import { createTestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { ensureTenant } from '../../src/tenants/ensure-tenant.ts'
import { readChangePosition, readChanges, removeOldChanges } from '../../src/changes/read-changes.ts'

it('removes changes of before, and the position stays with those that are left', async () => {
  const test = await createTestDatabase()
  try {
    const { database } = test
    const tenantId = await database.transaction((tx) => ensureTenant(tx, 'default'))
    const makeImage = (name: string) =>
      database.db.insertInto('image').values({ tenant_id: tenantId, name, type: 'api', created_by: 't' }).execute()
    const start = await readChangePosition(database.db, 0)
    await makeImage('one')
    await makeImage(randomUUID())
    const [first, second] = await readChanges(database.db, start)
    expect(first).toMatchObject({ tenantId, kind: 'image', change: 'created', parentId: null })
    const { db } = database
    await sql`update resource_change set at = at - interval '1 hour' where id = ${first?.number}`.execute(db)
    const halfAnHourAgo = new Date(Date.now() - 1_800_000)
    expect(await removeOldChanges(database.db, halfAnHourAgo)).toBe(1)
    expect(await readChanges(database.db, start)).toEqual([second])
    expect((await readChangePosition(database.db, 0)).last).toBe(second?.number)
  } finally {
    await test.drop()
  }
})
