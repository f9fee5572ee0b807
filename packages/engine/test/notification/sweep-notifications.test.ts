import { defaultSweepSettings } from '../../src/sweep/sweeper.ts'
import { findForgottenDeliveries, insertNotification, removeOldNotifications } from '@cairn/store'
import { notificationFacts, planDeliveries } from '@cairn/domain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NotificationRig } from './notification-rig.ts'

let rig: NotificationRig
beforeAll(async () => {
  rig = await NotificationRig.create()
})
afterAll(() => rig.close())

const dayMs = 24 * 3_600_000

/** A notification of so many days ago, with an inbox entry and a mail that is pending. */
async function tell(key: string, daysAgo: number): Promise<{ workflowId: number; ids: string[] }> {
  const watchers = [{ user: 'a@b.c', events: { fail: true } }]
  const workflowId = await rig.addWorkflow(watchers)
  const createdAt = new Date(Date.now() - daysAgo * dayMs)
  const source = { tenantName: 'acme', workflowId, workflowName: 'nightly', run: null }
  const ids = await rig.test.database.transaction((tx) =>
    insertNotification(tx, {
      tenantId: rig.tenantId,
      workflowId,
      executionId: null,
      key,
      facts: notificationFacts(source, 'http://cairn.test'),
      deliveries: planDeliveries(watchers, { kind: 'finished', status: 'failed', recovered: false }),
      createdAt,
      giveUpAt: createdAt,
    }),
  )
  return { workflowId, ids }
}

async function end(ids: readonly string[]): Promise<void> {
  await rig.test.database.db
    .updateTable('delivery')
    .set({ status: 'failed', next_attempt_at: null })
    .where('id', 'in', [...ids])
    .where('status', '=', 'pending')
    .execute()
}

it('What is older than the retention goes, with its deliveries and inbox entries, but nothing that is still tried', async () => {
  const old = await tell('old', 91)
  const tried = await tell('tried', 91)
  const young = await tell('young', 89)
  await end([...old.ids, ...young.ids])
  const before = new Date(Date.now() - defaultSweepSettings.retentionMs)
  expect(await removeOldNotifications(rig.test.database.db, before, 100)).toBe(1)
  expect(await rig.deliveries(old.workflowId)).toEqual([])
  expect(await rig.deliveries(tried.workflowId)).toHaveLength(2)
  expect(await rig.deliveries(young.workflowId)).toHaveLength(2)
  const entries = await rig.test.database.db.selectFrom('inbox_entry').select('delivery_id').execute()
  expect(entries).toHaveLength(2)
})

it('A pending delivery that lost its work is found, and one that has its work is not', async () => {
  await rig.test.database.db.deleteFrom('work').execute()
  const { ids } = await tell('kept', 0)
  const forgotten = await tell('forgotten', 0)
  const lost = (await rig.deliveries(forgotten.workflowId)).filter(({ status }) => status === 'pending')
  await rig.test.database.db
    .deleteFrom('work')
    .where('key', '=', `delivery:${lost[0]?.id ?? ''}`)
    .execute()
  const found = await findForgottenDeliveries(rig.test.database.db)
  expect(found).toContain(lost[0]?.id)
  expect(found.filter((id) => ids.includes(id))).toEqual([])
})
