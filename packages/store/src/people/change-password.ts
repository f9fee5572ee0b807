/**
 * How users get and change passwords.
 *
 * Always true: a link is good once, and ends when another is made; a password that changes ends the sessions of its user,
 * and an open link, with it. So does the end of a user's access: being enabled again brings none of them back.
 */
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import type { UserKey } from './user-key.ts'

/** Opens the link of this hash. False = there is no such user, or the user is disabled. */
export async function openInvitation(
  tx: Tx,
  key: UserKey,
  link: { readonly hash: Buffer; readonly expiresAt: Date },
): Promise<boolean> {
  const result = await tx
    .updateTable('tenant_user')
    .set({ invitation_hash: link.hash, invitation_expires_at: link.expiresAt })
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.userId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Whom an open link is for; null = it is good for nothing. */
export async function findInvited(db: Db, hash: Buffer): Promise<UserKey | null> {
  const { rows } = await sql<UserKey>`
    select id as "userId", tenant_id as "tenantId" from tenant_user
    where invitation_hash = ${hash} and invitation_expires_at > now() and disabled_at is null`.execute(db)
  return rows[0] ?? null
}

/** Uses the link up. False = somebody was faster, or it has ended. */
export async function acceptInvitation(
  tx: Tx,
  hash: Buffer,
  given: { readonly passwordHash: string; readonly name: string | null },
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update tenant_user set password_hash = ${given.passwordHash}, name = coalesce(${given.name}, name),
      invitation_hash = null, invitation_expires_at = null
    where invitation_hash = ${hash} and invitation_expires_at > now() and disabled_at is null
    returning id`.execute(tx)
  const [user] = rows
  if (user === undefined) return false
  await endSessions(tx, user.id, null)
  return true
}

/** @param kept hash of the session at Cairn's own page that goes on, with what it opened; null = none */
export async function changePassword(tx: Tx, key: UserKey, passwordHash: string, kept: Buffer | null): Promise<void> {
  await tx
    .updateTable('tenant_user')
    .set({ password_hash: passwordHash, invitation_hash: null, invitation_expires_at: null })
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.userId)
    .execute()
  await endSessions(tx, key.userId, kept)
}

/** Ends the sessions and an open link of a user who is disabled. */
export async function endAccess(tx: Tx, { tenantId, userId }: UserKey): Promise<void> {
  await tx
    .updateTable('tenant_user')
    .set({ invitation_hash: null, invitation_expires_at: null })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', userId)
    .execute()
  await endSessions(tx, userId, null)
}

async function endSessions(tx: Tx, userId: string, kept: Buffer | null): Promise<void> {
  await sql`delete from sign_in_code where user_id = ${userId} and parent_hash is distinct from ${kept}`.execute(tx)
  await sql`
    delete from browser_session
    where user_id = ${userId} and session_hash is distinct from ${kept}
      and (${kept}::bytea is null or parent_hash is distinct from ${kept})`.execute(tx)
}
