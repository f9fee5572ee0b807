import { createTestDatabase } from '@cairn/testkit'
import { expect, it } from 'vitest'
import { readChangePosition, readChanges } from '../../src/changes/read-changes.ts'
import { ensureTenant } from '../../src/tenants/ensure-tenant.ts'

it('misses no change of a transaction that was open when the position was read', async () => {
  const test = await createTestDatabase()
  try {
    const { database } = test
    const tenant_id = await database.transaction((tx) => ensureTenant(tx, 'default'))
    const image = (name: string) => ({ tenant_id, name, type: 'api', created_by: 't' }) as const
    const position = await database.transaction(async (tx) => {
      await tx.insertInto('image').values(image('open')).execute()
      await database.db.insertInto('image').values(image('done')).execute()
      return readChangePosition(database.db, 0)
    })
    expect(await readChanges(database.db, position)).toMatchObject([{ kind: 'image', change: 'created' }])
    expect(await readChanges(database.db, await readChangePosition(database.db, 0))).toEqual([])
  } finally {
    await test.drop()
  }
})
