/**
 * Users who sign in by a provider of identities.
 *
 * Always true: who once signed in is known by issuer and subject alone, whatever becomes of the e-mail there; an e-mail ties a
 * user only once, and only while the user is tied to nobody. No row is locked before those of the admins, where their number may
 * become less.
 */
import type { Role } from '@cairn/contract'
import type { Selectable } from 'kysely'
import type { Tx } from '../database/database.ts'
import type { UserTable } from './user-table.ts'
import { ensureUser, lockAdmins, updateUser } from './users.ts'

export interface ProviderIdentity {
  readonly issuer: string
  readonly subject: string
  /** That the provider has checked; null = it has none that is. */
  readonly email: string | null
  /** null = the provider tells none. */
  readonly name: string | null
}

export type ProviderUser =
  | { readonly kind: 'known'; readonly userId: string; readonly userEmail: string; readonly isDisabled: boolean }
  /** Nobody has invited them, and the provider gives no role. */
  | { readonly kind: 'unknown' }
  /** The user of this e-mail is somebody else at the provider. */
  | { readonly kind: 'taken' }

type Row = Pick<Selectable<UserTable>, 'id' | 'email' | 'role' | 'disabled_at'>

/**
 * Finds the tenant's user of an identity, ties the one of its e-mail to it, or makes one.
 *
 * @param role what the provider says; null = it says nothing, and only who was invited has one. The last admin stays admin.
 */
export async function admitProviderUser(
  tx: Tx,
  tenantId: string,
  identity: ProviderIdentity,
  role: Role | null,
): Promise<ProviderUser> {
  const known = await findIdentity(tx, tenantId, identity)
  const user = known ?? (await tieByEmail(tx, tenantId, identity, role))
  if (user === 'unknown' || user === 'taken') return { kind: user }
  if (role !== null && role !== user.role) await updateUser(tx, { tenantId, userId: user.id }, { role })
  return { kind: 'known', userId: user.id, userEmail: user.email, isDisabled: user.disabled_at !== null }
}

const told = ['id', 'email', 'role', 'disabled_at'] as const

async function findIdentity(tx: Tx, tenantId: string, { issuer, subject }: ProviderIdentity): Promise<Row | null> {
  const row = await tx
    .selectFrom('tenant_user')
    .select(told)
    .where('tenant_id', '=', tenantId)
    .where('provider_issuer', '=', issuer)
    .where('provider_subject', '=', subject)
    .executeTakeFirst()
  return row ?? null
}

async function tieByEmail(
  tx: Tx,
  tenantId: string,
  { issuer, subject, email, name }: ProviderIdentity,
  role: Role | null,
): Promise<Row | 'unknown' | 'taken'> {
  if (email === null) return 'unknown'
  if (role !== null && role !== 'admin') await lockAdmins(tx, tenantId)
  const userId =
    role === null
      ? await findByEmail(tx, tenantId, email)
      : await ensureUser(tx, { tenantId, email, name: name ?? email, role, by: issuer })
  if (userId === null) return 'unknown'
  // Who signs in by the provider has no use for the link of an invitation, nor has who finds it.
  const tie = { provider_issuer: issuer, provider_subject: subject, invitation_hash: null, invitation_expires_at: null }
  const row = await tx
    .updateTable('tenant_user')
    .set(tie)
    .where('id', '=', userId)
    .where('provider_subject', 'is', null)
    .returning(told)
    .executeTakeFirst()
  return row ?? 'taken'
}

async function findByEmail(tx: Tx, tenantId: string, email: string): Promise<string | null> {
  const row = await tx
    .selectFrom('tenant_user')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('email', '=', email.toLowerCase())
    .executeTakeFirst()
  return row?.id ?? null
}
