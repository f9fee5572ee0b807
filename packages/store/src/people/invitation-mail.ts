/**
 * Mails that take users the links of their invitations.
 *
 * Always true: a link is kept sealed, and only while its mail waits to be sent; the mail of a link that was used, has ended or
 * was replaced is not sent any more. An attempt is counted before anything is sent.
 */
import { randomUUID } from 'node:crypto'
import { type DeliveryDecision, notificationKey } from '@cairn/domain'
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import type { SealedSecret, SecretPlace } from '../secrets/secret-cipher.ts'
import { enqueueWork } from '../work/enqueue-work.ts'
import type { UserKey } from './user-key.ts'

/** Where the sealed link of a user belongs. */
export function placeOfInvitation({ tenantId, userId }: UserKey): SecretPlace {
  return { tenantId, name: `invitation of ${userId}` }
}

export interface NewInvitationMail extends UserKey {
  readonly invitationHash: Buffer
  /** Sealed for {@link placeOfInvitation}. */
  readonly link: SealedSecret
  readonly invitedBy: string
  readonly at: Date
  /** When it is no longer tried. */
  readonly giveUpAt: Date
}

/** Makes the mail due, in place of an earlier one of the user. After the commit the caller gives the hint `work`. */
export async function queueInvitationMail(tx: Tx, mail: NewInvitationMail): Promise<void> {
  const mailId = randomUUID()
  const { tenantId, userId, invitationHash, link, invitedBy, at, giveUpAt } = mail
  await sql`delete from invitation_mail where user_id = ${userId}`.execute(tx)
  await sql`
    insert into invitation_mail (id, tenant_id, user_id, invitation_hash, invited_by, link, key_id, next_attempt_at, give_up_at)
    values (${mailId}, ${tenantId}, ${userId}, ${invitationHash}, ${invitedBy}, ${link.sealed}, ${link.keyId}, ${at},
      ${giveUpAt})`.execute(tx)
  await enqueueWork(tx, { kind: 'notification', key: notificationKey({ kind: 'invitation', mailId }) })
}

export interface InvitationMail extends UserKey {
  readonly id: string
  readonly email: string
  readonly tenantName: string
  readonly invitedBy: string
  readonly link: SealedSecret
  readonly expiresAt: Date
  readonly tries: number
  readonly nextAttemptAt: Date
  readonly giveUpAt: Date
}

/** Locks a mail that waits to be sent; null = there is none of this id. One whose link is good for nothing any more is removed. */
export async function lockInvitationMail(tx: Tx, id: string): Promise<InvitationMail | null> {
  const { rows } = await sql<
    Omit<InvitationMail, 'link'> & { readonly isOpen: boolean; readonly sealed: Buffer; readonly keyId: string }
  >`
    select m.id, m.tenant_id as "tenantId", m.user_id as "userId", u.email, tenant.name as "tenantName",
      m.invited_by as "invitedBy", m.link as sealed, m.key_id as "keyId", u.invitation_expires_at as "expiresAt", m.tries,
      m.next_attempt_at as "nextAttemptAt", m.give_up_at as "giveUpAt",
      u.disabled_at is null and u.invitation_expires_at > now() and u.invitation_hash = m.invitation_hash as "isOpen"
    from invitation_mail m join tenant_user u on u.id = m.user_id join tenant on tenant.id = m.tenant_id
    where m.id = ${id} and m.status = 'pending' for update of m`.execute(tx)
  const [row] = rows
  if (row === undefined) return null
  const { isOpen, sealed, keyId, ...mail } = row
  if (isOpen) return { ...mail, link: { sealed, keyId } }
  await sql`delete from invitation_mail where id = ${id}`.execute(tx)
  return null
}

/** Counts an attempt. Call after {@link lockInvitationMail}. */
export async function beginInvitationMail(tx: Tx, id: string): Promise<void> {
  await sql`update invitation_mail set tries = tries + 1 where id = ${id}`.execute(tx)
}

/** What follows from an attempt; at its end the link is forgotten. A mail that was replaced meanwhile stays gone. */
export async function endInvitationMail(tx: Tx, id: string, decision: DeliveryDecision): Promise<void> {
  const { status } = decision
  const error = status === 'delivered' ? null : decision.error
  const next = status === 'pending' ? new Date(decision.nextAttemptAt) : null
  await sql`
    update invitation_mail set status = ${status}, last_error = ${error},
      next_attempt_at = coalesce(${next}::timestamptz, next_attempt_at),
      link = case when ${status} = 'pending' then link end
    where id = ${id} and status = 'pending'`.execute(tx)
}
