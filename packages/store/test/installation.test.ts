import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureInstallation, readResourceEvents, recordResourceEvent } from '../src/index.ts'

let subject: TestDatabase
beforeAll(async () => {
  subject = await createTestDatabase()
})
afterAll(() => subject.drop())

test('an installation has one id, also when many processes start at once', async () => {
  const found = await Promise.all(Array.from({ length: 5 }, () => ensureInstallation(subject.database.db)))
  const ids = new Set(found.map((installation) => installation.id))
  expect(ids.size).toBe(1)
  expect([...ids][0]).toMatch(/^[0-9a-f]{8}$/)
})

test('the history of a resource is kept in order, and only its tenant reads it', async () => {
  const { db } = subject.database
  const [tenant, other] = [randomUUID(), randomUUID()]
  for (const id of [tenant, other]) await db.insertInto('tenant').values({ id, name: id }).execute()
  const resource = { tenantId: tenant, kind: 'service', resourceId: 's1' }
  await subject.database.transaction(async (tx) => {
    await recordResourceEvent(tx, { ...resource, type: 'service.created' })
    await recordResourceEvent(tx, { ...resource, type: 'service.failed', reason: 'exit code 1', data: { revision: 1 } })
  })
  expect(await readResourceEvents(db, resource)).toMatchObject([
    { type: 'service.created', reason: null, data: null },
    { type: 'service.failed', reason: 'exit code 1', data: { revision: 1 } },
  ])
  expect(await readResourceEvents(db, { ...resource, tenantId: other })).toEqual([])
})
