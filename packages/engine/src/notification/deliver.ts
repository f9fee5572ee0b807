/**
 * One attempt of one delivery.
 *
 * Always true: an attempt is on record before anything is sent, and its end is recorded under the lease. A process that
 * dies in between leaves an attempt without an end; whoever claims the delivery next sends it again. So a receiver hears
 * of everything at least once, and twice only after a crash, under the same `webhook-id` or Message-ID.
 */
import {
  type Clock,
  composeMessage,
  type CrashPoints,
  decideDelivery,
  type DeliveryOutcome,
  isMailAddress,
  type Logger,
  renderPayload,
  renderWebhookUrl,
} from '@cairn/domain'
import { beginAttempt, type Database, type DeliveryToMake, endAttempt, lockDelivery } from '@cairn/store'
import type { ReconcileContext, ReconcileResult } from '../reconcile/reconciler.ts'
import { signalOfAttempt } from './attempt-signal.ts'
import type { ReceiverGate } from './receiver-gate.ts'
import type { SendMail } from './send-mail.ts'
import type { SendWebhook } from './send-webhook.ts'
import { readSigningSecret, type SigningSecrets } from './read-signing-secret.ts'

export interface DeliverParts extends SigningSecrets {
  readonly database: Database
  readonly clock: Clock
  readonly crashPoints: CrashPoints
  readonly logger: Logger
  readonly gate: ReceiverGate
  readonly sendMail: SendMail
  readonly sendWebhook: SendWebhook
  readonly drainMs: number
}

interface Begun {
  readonly delivery: DeliveryToMake
  readonly attempt: number
  readonly receiver: string
}

const done: ReconcileResult = { kind: 'done' }

export async function deliver(
  parts: DeliverParts,
  context: ReconcileContext,
  deliveryId: string,
): Promise<ReconcileResult> {
  const begun = await begin(parts, context, deliveryId)
  if ('kind' in begun) return begun
  parts.crashPoints.reach('notification.attempt-begun')
  const startedAt = performance.now()
  try {
    const outcome = await send(parts, begun.delivery, signalOfAttempt(context.signal, parts.drainMs))
    parts.crashPoints.reach('notification.sent')
    return await end(parts, context, begun, { outcome, durationMs: performance.now() - startedAt })
  } finally {
    parts.gate.leave(begun.receiver, performance.now() - startedAt)
  }
}

async function begin(
  { database, clock, gate }: DeliverParts,
  context: ReconcileContext,
  deliveryId: string,
): Promise<Begun | ReconcileResult> {
  let entered: string | null = null
  try {
    return await database.transaction(async (tx) => {
      const delivery = await lockDelivery(tx, deliveryId)
      if (delivery === null) return done
      await context.holdLease(tx)
      const { nextAttemptAt } = delivery
      if (nextAttemptAt === null) return done
      const now = clock.now()
      if (nextAttemptAt.getTime() > now) return { kind: 'requeue', afterMs: nextAttemptAt.getTime() - now }
      const receiver = receiverOf(delivery)
      const waitMs = gate.enter(receiver, now)
      if (waitMs > 0) return { kind: 'requeue', afterMs: waitMs }
      entered = receiver
      return { delivery, attempt: await beginAttempt(tx, delivery, new Date(now)), receiver }
    })
  } catch (error) {
    if (entered !== null) gate.leave(entered, 0)
    throw error
  }
}

/** All mail goes by one server; webhooks of a tenant share their host. */
function receiverOf({ channel, target, tenantId }: DeliveryToMake): string {
  return channel === 'webhook' ? `${tenantId} ${URL.parse(target)?.host ?? ''}` : channel
}

async function send(parts: DeliverParts, delivery: DeliveryToMake, signal: AbortSignal): Promise<DeliveryOutcome> {
  const { id, channel, content, event, facts, target } = delivery
  switch (channel) {
    case 'inbox':
      return { kind: 'delivered', answer: null }
    case 'email': {
      if (!isMailAddress(target)) return { kind: 'refused', answer: null, error: `"${target}" is no e-mail address` }
      return parts.sendMail({ deliveryId: id, to: target, message: composeMessage(facts, event) }, signal)
    }
    case 'webhook': {
      if (content === null) return { kind: 'refused', answer: null, error: 'the webhook has no payload' }
      const payload = renderPayload(content.payload, facts, event)
      const url = renderWebhookUrl(content.url, facts, event)
      const signing = await readSigningSecret(parts, delivery.tenantId, content.signingSecret ?? null)
      if (signing.kind !== 'read') return signing
      const { secret: signingSecret } = signing
      return parts.sendWebhook({ deliveryId: id, url, payload, signingSecret, now: parts.clock.now() }, signal)
    }
    default:
      return channel satisfies never
  }
}

async function end(
  { database, clock, logger, crashPoints }: DeliverParts,
  context: ReconcileContext,
  { delivery: begun, attempt }: Begun,
  { outcome, durationMs }: { readonly outcome: DeliveryOutcome; readonly durationMs: number },
): Promise<ReconcileResult> {
  const now = clock.now()
  const round = { channel: begun.channel, tries: begun.tries + 1, giveUpAt: begun.giveUpAt.getTime() }
  const decision = decideDelivery(round, outcome, now, Math.random())
  const isCurrent = await database.transaction(async (tx) => {
    const delivery = await lockDelivery(tx, begun.id)
    if (delivery === null) return true
    await context.holdLease(tx)
    const { answer } = outcome
    await endAttempt(tx, delivery, { attempt, round: begun.round, at: new Date(now), durationMs, answer, decision })
    return delivery.round === begun.round
  })
  crashPoints.reach('notification.recorded')
  if (decision.status === 'failed') {
    const { id: deliveryId, tenantId, workflowId, channel } = begun
    logger.warn({ deliveryId, tenantId, workflowId, channel, reason: decision.error }, 'a notification failed for good')
  }
  if (!isCurrent) return { kind: 'requeue', afterMs: 0 }
  return decision.status === 'pending' ? { kind: 'requeue', afterMs: decision.nextAttemptAt - now } : done
}
