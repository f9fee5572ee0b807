import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AuditLog, ensureTenant, listAuditEvents, type NewAuditEvent, removeOldAuditEvents } from '../src/index.ts'

let test: TestDatabase
let tenantId: string
beforeEach(async () => {
  test = await createTestDatabase()
  tenantId = await test.database.transaction((tx) => ensureTenant(tx, 'default'))
})
afterEach(() => test.drop())

const anEvent = (change: Partial<NewAuditEvent> = {}): NewAuditEvent => ({
  tenantId,
  userId: null,
  userEmail: 'ann@example.com',
  tokenLabel: null,
  operation: 'stopExecution',
  resourceKind: 'run',
  resourceId: '7/8',
  resourceName: null,
  address: '127.0.0.1',
  status: 200,
  errorCode: null,
  requestId: 'r',
  ...change,
})

const everything = { from: new Date(0), to: new Date('3000-01-01') }
const read = () =>
  listAuditEvents(
    test.database.db,
    {
      tenantId,
      user: undefined,
      operations: undefined,
      resourceKind: undefined,
      resourceId: undefined,
      result: undefined,
      ...everything,
    },
    { pageNumber: 1, pageSize: 1000 },
  )

it('keeps all of many that come at once, and tells each that it is kept', async () => {
  const log = new AuditLog(test.database.db)
  const names = Array.from({ length: 1200 }, (_, number) => `r${number}`)
  await Promise.all(names.map((requestId) => log.record(anEvent({ requestId }))))
  const { items, total } = await read()
  expect([items.length, total]).toEqual([1000, 1200])
})

it('tells those whose event could not be kept, and goes on with the next', async () => {
  const log = new AuditLog(test.database.db)
  await expect(log.record(anEvent({ tenantId: crypto.randomUUID() }))).rejects.toThrow('foreign key')
  await log.record(anEvent())
  expect((await read()).total).toBe(1)
})

it.each([
  ['changed', sql`update audit_event set user_email = 'bob@example.com'`],
  ['deleted', sql`delete from audit_event`],
  ['emptied', sql`truncate audit_event`],
])('cannot be %s', async (_word, statement) => {
  await new AuditLog(test.database.db).record(anEvent())
  await expect(statement.execute(test.database.db)).rejects.toThrow('audit_event is append-only')
  expect((await read()).total).toBe(1)
})

it('loses what is older than it is kept, and stays closed for others after that', async () => {
  const { db } = test.database
  await new AuditLog(db).record(anEvent())
  expect(await removeOldAuditEvents(db, 3_600_000, 100)).toBe(0)
  expect((await read()).total).toBe(1)
  expect(await removeOldAuditEvents(db, -1000, 100)).toBe(1)
  expect((await read()).total).toBe(0)
  await new AuditLog(db).record(anEvent())
  await expect(sql`delete from audit_event`.execute(db)).rejects.toThrow('append-only')
})
