/**
 * The attempts of a delivery.
 *
 * Always true: an attempt is recorded as begun before anything is sent, and ended by whoever began it; one that its
 * process did not live to end is ended by the next. What became of the delivery is written only while the round stands in
 * which the attempt began: a request to deliver again starts a new round, which an attempt under way cannot end.
 *
 * Lock order: delivery row, then the own work row (see work-item.ts), then delivery_attempt.
 */
import type { DeliveryChannel, DeliveryStatus, WatcherEvent } from '@cairn/contract'
import { type DeliveryDecision, notificationKey, type NotificationFacts, type WebhookContent } from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { enqueueWork } from '../work/enqueue-work.ts'

export interface DeliveryToMake {
  readonly id: string
  readonly tenantId: string
  readonly workflowId: number
  readonly event: WatcherEvent
  readonly channel: DeliveryChannel
  readonly target: string
  readonly content: WebhookContent | null
  readonly facts: NotificationFacts
  readonly status: DeliveryStatus
  readonly round: number
  readonly tries: number
  readonly attempts: number
  readonly nextAttemptAt: Date | null
  readonly giveUpAt: Date
}

/** Locks the delivery; null = there is none of this id. For the engine. */
export async function lockDelivery(tx: Tx, id: string): Promise<DeliveryToMake | null> {
  const row = await tx
    .selectFrom('delivery')
    .innerJoin('notification', 'notification.id', 'delivery.notification_id')
    .select([
      'delivery.id',
      'delivery.tenant_id as tenantId',
      'delivery.workflow_id as workflowId',
      'delivery.event',
      'delivery.channel',
      'delivery.target',
      'delivery.content',
      'notification.facts',
      'delivery.status',
      'delivery.round',
      'delivery.tries',
      'delivery.attempts',
      'delivery.next_attempt_at as nextAttemptAt',
      'delivery.give_up_at as giveUpAt',
    ])
    .where('delivery.id', '=', id)
    .forUpdate('delivery')
    .executeTakeFirst()
  return row ?? null
}

/** Words for an attempt whose process ended before it knew the answer. */
const interrupted = 'the server stopped while this was sent: it may have arrived'

/** The number of the new attempt. Call after {@link lockDelivery}. */
export async function beginAttempt(tx: Tx, delivery: DeliveryToMake, at: Date): Promise<number> {
  const attempt = delivery.attempts + 1
  await tx
    .updateTable('delivery_attempt')
    .set({ finished_at: at, error: interrupted })
    .where('delivery_id', '=', delivery.id)
    .where('finished_at', 'is', null)
    .execute()
  await tx.insertInto('delivery_attempt').values({ delivery_id: delivery.id, attempt, started_at: at }).execute()
  await tx
    .updateTable('delivery')
    .set({ attempts: attempt, tries: delivery.tries + 1 })
    .where('id', '=', delivery.id)
    .execute()
  return attempt
}

export interface AttemptEnd {
  readonly attempt: number
  /** Of the delivery when the attempt began. */
  readonly round: number
  readonly at: Date
  readonly durationMs: number
  /** Status of the HTTP or SMTP answer; null = there was none. */
  readonly answer: number | null
  readonly decision: DeliveryDecision
}

/** Call after {@link lockDelivery}. */
export async function endAttempt(tx: Tx, delivery: DeliveryToMake, end: AttemptEnd): Promise<void> {
  const { decision } = end
  const error = decision.status === 'delivered' ? null : decision.error
  await tx
    .updateTable('delivery_attempt')
    .set({ finished_at: end.at, duration_ms: Math.round(end.durationMs), answer: end.answer, error })
    .where('delivery_id', '=', delivery.id)
    .where('attempt', '=', end.attempt)
    .where('finished_at', 'is', null)
    .execute()
  if (delivery.round !== end.round || delivery.status !== 'pending') return
  await tx
    .updateTable('delivery')
    .set({
      status: decision.status,
      last_error: error,
      next_attempt_at: decision.status === 'pending' ? new Date(decision.nextAttemptAt) : null,
      ...(decision.status === 'delivered' && { delivered_at: end.at }),
    })
    .where('id', '=', delivery.id)
    .execute()
}

/** What a request to deliver again came to. */
export type Redelivery = 'due' | 'not_found' | 'in_the_inbox'

/**
 * Makes a delivery due at once, whatever became of it, and for as long as a new one. After the commit the caller gives the
 * hint `work`.
 */
export async function requestRedelivery(
  tx: Tx,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
  times: { readonly now: Date; readonly giveUpAt: Date },
): Promise<Redelivery> {
  const row = await tx
    .selectFrom('delivery')
    .select(['channel', 'round'])
    .where('id', '=', id)
    .where('tenant_id', '=', tenantId)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return 'not_found'
  if (row.channel === 'inbox') return 'in_the_inbox'
  await tx
    .updateTable('delivery')
    .set({
      status: 'pending',
      round: row.round + 1,
      tries: 0,
      next_attempt_at: times.now,
      give_up_at: times.giveUpAt,
    })
    .where('id', '=', id)
    .execute()
  await enqueueWork(tx, { kind: 'notification', key: notificationKey({ kind: 'delivery', deliveryId: id }) })
  return 'due'
}
