/**
 * Users of a tenant. An e-mail is kept in lower case and is one user's within its tenant.
 *
 * Always true: a tenant that has an admin who may sign in keeps one. Who takes one away locks all of them first, in the
 * order of their ids.
 */
import { randomUUID } from 'node:crypto'
import type { Role } from '@cairn/contract'
import type { Db, Tx } from '../database/database.ts'
import { endAccess } from './change-password.ts'
import type { UserKey } from './user-key.ts'

export interface NewUser {
  readonly tenantId: string
  readonly email: string
  readonly name: string
  readonly role: Role
  /** Who adds the user. */
  readonly by: string
}

/** Id of the tenant's user of this e-mail, made when there is none; one who is there stays as is. */
export async function ensureUser(tx: Tx, user: NewUser): Promise<string> {
  const email = user.email.toLowerCase()
  const inserted = await insertUser(tx, user)
  if (inserted !== null) return inserted
  const row = await tx
    .selectFrom('tenant_user')
    .select('id')
    .where('tenant_id', '=', user.tenantId)
    .where('email', '=', email)
    .executeTakeFirstOrThrow()
  return row.id
}

/** Id of the new user; null = the tenant has one of this e-mail. */
export async function insertUser(tx: Tx, user: NewUser): Promise<string | null> {
  const { tenantId: tenant_id, name, role, by: created_by } = user
  const row = await tx
    .insertInto('tenant_user')
    .values({ id: randomUUID(), tenant_id, email: user.email.toLowerCase(), name, role, created_by })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'email']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id ?? null
}

export interface UserChange {
  readonly name?: string | undefined
  readonly role?: Role | undefined
  readonly disabled?: boolean | undefined
}

/** `last_admin`: nobody could manage the tenant any more. */
export type UserOutcome = 'done' | 'unknown' | 'last_admin'

export async function updateUser(tx: Tx, key: UserKey, change: UserChange): Promise<UserOutcome> {
  const takesAdmin = change.disabled === true || (change.role !== undefined && change.role !== 'admin')
  if (takesAdmin && (await isLastAdmin(tx, key))) return 'last_admin'
  const { name, role, disabled } = change
  const result = await tx
    .updateTable('tenant_user')
    .set((eb) => ({
      ...(name !== undefined && { name }),
      ...(role !== undefined && { role }),
      ...(disabled !== undefined && {
        disabled_at: disabled ? eb.fn.coalesce('disabled_at', eb.fn<Date>('now')) : null,
      }),
      // A change of nothing still tells whether there is the user.
      tenant_id: key.tenantId,
    }))
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.userId)
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) return 'unknown'
  if (disabled === true) await endAccess(tx, key)
  return 'done'
}

/** Tokens, sessions and invitation go with the user. */
export async function deleteUser(tx: Tx, key: UserKey): Promise<UserOutcome> {
  if (await isLastAdmin(tx, key)) return 'last_admin'
  const result = await tx
    .deleteFrom('tenant_user')
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.userId)
    .executeTakeFirst()
  return result.numDeletedRows === 0n ? 'unknown' : 'done'
}

async function isLastAdmin(tx: Tx, { tenantId, userId }: UserKey): Promise<boolean> {
  const admins = await lockAdmins(tx, tenantId)
  return admins.length === 1 && admins[0] === userId.toLowerCase()
}

/**
 * Ids of the admins who may sign in, whose rows nobody else changes from now on. Who changes the row of a user first, and takes
 * an admin away in the same transaction, calls this before.
 */
export async function lockAdmins(tx: Tx, tenantId: string): Promise<readonly string[]> {
  const admins = await tx
    .selectFrom('tenant_user')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
  return admins.map(({ id }) => id)
}

/** What a password is checked against; null = there is none, or no such user. */
export async function readPasswordHash(db: Db, { tenantId, userId }: UserKey): Promise<string | null> {
  const row = await db
    .selectFrom('tenant_user')
    .select('password_hash')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', userId)
    .executeTakeFirst()
  return row?.password_hash ?? null
}
