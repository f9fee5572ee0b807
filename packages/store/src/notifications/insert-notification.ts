/**
 * Always true: a key has one notification, and its deliveries and the work for them are inserted with it. So a thing is
 * told once, whatever repeats the pass that tells it.
 */
import { randomUUID } from 'node:crypto'
import { notificationKey, type NotificationFacts, type PlannedDelivery } from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { enqueueWork } from '../work/enqueue-work.ts'

export interface NewNotification {
  readonly tenantId: string
  readonly workflowId: number
  readonly executionId: string | null
  readonly key: string
  readonly facts: NotificationFacts
  readonly deliveries: readonly PlannedDelivery[]
  readonly createdAt: Date
  /** When deliveries are no longer tried. */
  readonly giveUpAt: Date
}

/**
 * Ids of the new deliveries; none when the key is known already. Inbox entries are delivered by this; the others are due
 * at once: after the commit the caller gives the hint `work`. Work is enqueued under fresh ids, so the call waits for
 * nobody, whatever row of the queue the caller holds.
 */
export async function insertNotification(tx: Tx, notification: NewNotification): Promise<string[]> {
  const { tenantId, workflowId, executionId, createdAt } = notification
  const inserted = await tx
    .insertInto('notification')
    .values({
      tenant_id: tenantId,
      workflow_id: workflowId,
      execution_id: executionId,
      key: notification.key,
      facts: JSON.stringify(notification.facts),
      created_at: createdAt,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted === undefined || notification.deliveries.length === 0) return []
  const rows = notification.deliveries.map((planned) => ({
    id: randomUUID(),
    notification_id: inserted.id,
    tenant_id: tenantId,
    workflow_id: workflowId,
    execution_id: executionId,
    event: planned.event,
    watcher: planned.watcher,
    watcher_name: planned.watcherName,
    channel: planned.channel,
    target: planned.target,
    content: planned.content === null ? null : JSON.stringify(planned.content),
    created_at: createdAt,
    give_up_at: notification.giveUpAt,
    ...(planned.channel === 'inbox'
      ? { status: 'delivered' as const, next_attempt_at: null, delivered_at: createdAt }
      : { status: 'pending' as const, next_attempt_at: createdAt, delivered_at: null }),
  }))
  await tx.insertInto('delivery').values(rows).execute()
  await insertInboxEntries(tx, rows)
  const keys = rows
    .filter(({ status }) => status === 'pending')
    .map(({ id }) => notificationKey({ kind: 'delivery', deliveryId: id }))
  if (keys.length > 0) await enqueueWork(tx, ...keys.map((key) => ({ kind: 'notification' as const, key })))
  return rows.map(({ id }) => id)
}

async function insertInboxEntries(
  tx: Tx,
  rows: readonly {
    readonly id: string
    readonly tenant_id: string
    readonly channel: string
    readonly target: string
    readonly created_at: Date
  }[],
): Promise<void> {
  const entries = rows
    .filter(({ channel }) => channel === 'inbox')
    .map(({ id, tenant_id, target, created_at }) => ({
      delivery_id: id,
      tenant_id,
      user_email: target.toLowerCase(),
      created_at,
    }))
  if (entries.length > 0) await tx.insertInto('inbox_entry').values(entries).execute()
}
