import { randomUUID } from 'node:crypto'
import { createTestDatabase, openTestCipher, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  findForgottenSchedules,
  insertWorkflow,
  judgeMessage,
  lockWorkflow,
  recordMessage,
  recordTicks,
  removeOldTriggerRecords,
  setWorkflowPaused,
  syncSchedules,
  syncWebhooks,
} from '../../src/index.ts'

let subject: TestDatabase
const tenantId = randomUUID()
beforeAll(async () => {
  subject = await createTestDatabase({ maxConnections: 4 })
  await subject.database.db.insertInto('tenant').values({ id: tenantId, name: tenantId }).execute()
})
afterAll(() => subject.drop())

const triggers = [{ cron: '0 0 * * *' }]
const make = (name: string): Promise<number> =>
  subject.database.transaction(async (tx) => {
    const id = await insertWorkflow(tx, { tenantId, name, body: { triggers }, secrets: [], createdBy: 'test' })
    if (id === null) throw new Error('the name is taken')
    await syncSchedules(tx, { tenantId, workflowId: id }, triggers)
    return id
  })

test('A schedule that lost its work is found; one that has it, or is paused, is not', async () => {
  const [lost, kept, paused] = [await make('lost'), await make('kept'), await make('paused')]
  await subject.database.transaction(async (tx) => {
    const locked = await lockWorkflow(tx, tenantId, paused)
    if (locked !== null) await setWorkflowPaused(tx, locked, true, 'test')
  })
  await subject.database.pool.query('delete from work where key = any($1)', [[String(lost), String(paused)]])
  const found = await findForgottenSchedules(subject.database.db)
  expect([lost, kept, paused].map((id) => found.includes(id))).toEqual([true, false, false])
})

test('Records of ticks and ids of calls go when they are old, and no sooner', async () => {
  const workflowId = await make('old')
  const [hookId, executionId] = [randomUUID(), randomUUID()]
  const cipher = await openTestCipher(subject.database)
  const message = { hookId, messageId: 'm1', digest: Buffer.from('x'), signedAt: null }
  const schedule = { cron: '0 0 * * *', timezone: 'UTC' }
  await subject.database.transaction(async (tx) => {
    await syncWebhooks(tx, cipher, { tenantId, workflowId }, [{ webhook: hookId }])
    await recordMessage(tx, message, executionId)
    await recordTicks(tx, { tenantId, workflowId }, [
      { schedule, tick: 0, until: null, reason: 'r', executionId: null },
    ])
  })
  const { db, pool } = subject.database
  const left = async () => {
    const ticks = await db.selectFrom('schedule_tick').select('tick').where('workflow_id', '=', workflowId).execute()
    const seen = await subject.database.transaction((tx) => judgeMessage(tx, message))
    return [ticks.length, seen.kind]
  }
  const ages = { tickAgeMs: 60_000, messageAgeMs: 60_000 }
  await removeOldTriggerRecords(db, ages)
  expect(await left()).toEqual([1, 'repeated'])
  await pool.query(`update schedule_tick set recorded_at = now() - interval '2 minutes'`)
  await pool.query(`update webhook_message set received_at = now() - interval '2 minutes'`)
  await removeOldTriggerRecords(db, ages)
  expect(await left()).toEqual([0, 'new'])
})
