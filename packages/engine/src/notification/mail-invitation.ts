/**
 * One attempt to mail the link of an invitation. Always true: the attempt is counted before anything is sent, and its end is
 * recorded under the lease; so a user gets the mail at least once, and twice only after a crash, under the same Message-ID.
 */
import { type Clock, composeInvitation, decideDelivery, type DeliveryOutcome, type Logger } from '@cairn/domain'
import {
  beginInvitationMail,
  type Database,
  endInvitationMail,
  type InvitationMail,
  lockInvitationMail,
  openIfReadable,
  placeOfInvitation,
  type SecretCipher,
} from '@cairn/store'
import type { ReconcileContext, ReconcileResult } from '../reconcile/reconciler.ts'
import { signalOfAttempt } from './attempt-signal.ts'
import type { ReceiverGate } from './receiver-gate.ts'
import type { SendMail } from './send-mail.ts'

export interface MailInvitationParts {
  readonly database: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly secretCipher: SecretCipher
  readonly gate: ReceiverGate
  readonly sendMail: SendMail
  readonly drainMs: number
}

const done: ReconcileResult = { kind: 'done' }
/** All mail goes by one server. */
const receiver = 'email'

export async function mailInvitation(
  parts: MailInvitationParts,
  context: ReconcileContext,
  mailId: string,
): Promise<ReconcileResult> {
  const waitMs = parts.gate.enter(receiver, parts.clock.now())
  if (waitMs > 0) return { kind: 'requeue', afterMs: waitMs }
  const startedAt = performance.now()
  try {
    const begun = await begin(parts, context, mailId)
    if ('kind' in begun) return begun
    return await end(parts, context, begun, await send(parts, begun, context.signal))
  } finally {
    parts.gate.leave(receiver, performance.now() - startedAt)
  }
}

function begin(
  { database, clock }: MailInvitationParts,
  context: ReconcileContext,
  mailId: string,
): Promise<InvitationMail | ReconcileResult> {
  return database.transaction(async (tx) => {
    const mail = await lockInvitationMail(tx, mailId)
    if (mail === null) return done
    await context.holdLease(tx)
    const waitMs = mail.nextAttemptAt.getTime() - clock.now()
    if (waitMs > 0) return { kind: 'requeue', afterMs: waitMs }
    await beginInvitationMail(tx, mailId)
    return mail
  })
}

function send(
  { secretCipher, sendMail, drainMs }: MailInvitationParts,
  mail: InvitationMail,
  pass: AbortSignal,
): Promise<DeliveryOutcome> {
  const link = openIfReadable(secretCipher, mail.link, placeOfInvitation(mail))
  if (link === null) {
    const error = 'the link cannot be read with the keys of this server; make another one'
    return Promise.resolve({ kind: 'refused', answer: null, error })
  }
  const message = composeInvitation({ ...mail, link })
  return sendMail({ deliveryId: mail.id, to: mail.email, message }, signalOfAttempt(pass, drainMs))
}

async function end(
  { database, clock, logger }: MailInvitationParts,
  context: ReconcileContext,
  { id, tenantId, userId, tries, giveUpAt }: InvitationMail,
  outcome: DeliveryOutcome,
): Promise<ReconcileResult> {
  const now = clock.now()
  const round = { channel: 'email', tries: tries + 1, giveUpAt: giveUpAt.getTime() } as const
  const decision = decideDelivery(round, outcome, now, Math.random())
  await database.transaction(async (tx) => {
    if ((await lockInvitationMail(tx, id)) === null) return
    await context.holdLease(tx)
    await endInvitationMail(tx, id, decision)
  })
  if (decision.status === 'failed') {
    logger.warn({ tenantId, userId, reason: decision.error }, 'an invitation could not be mailed')
  }
  return decision.status === 'pending' ? { kind: 'requeue', afterMs: decision.nextAttemptAt - now } : done
}
