import { type Access, accessOf, type Role, type TokenScope } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Whom a token or the session of a browser speaks for. */
export interface TokenHolder {
  readonly userId: string
  readonly userEmail: string
  readonly userName: string
  readonly role: Role
  /** What may be done: less than the role where the token is limited. */
  readonly access: Access
  readonly tenantId: string
  readonly tenantName: string
  /** null = a session that no token opened. */
  readonly tokenId: string | null
  readonly tokenLabel: string | null
}

export interface HolderRow extends Omit<TokenHolder, 'access'> {
  readonly scope: TokenScope | null
}

/** Of `tenant_user u`, its `tenant` and `api_token t`, which may be missing. */
export const holderColumns = sql`
  u.id as "userId", u.email as "userEmail", u.name as "userName", u.role, u.tenant_id as "tenantId",
  tenant.name as "tenantName", t.id as "tokenId", t.label as "tokenLabel", t.scope`

export function toHolder({ scope, ...row }: HolderRow): TokenHolder {
  return { ...row, access: accessOf(row.role, scope) }
}

interface TokenRow extends HolderRow {
  readonly isUseUntold: boolean
}

/**
 * The holder of the token with this SHA-256, or null when there is none, it has expired or was revoked, or its user is
 * disabled. Tokens are random and looked up by their hash, so the time that this takes tells nothing about any token. When a
 * token was used is noted once a minute.
 */
export async function findTokenHolder(db: Db, tokenHash: Buffer): Promise<TokenHolder | null> {
  const { rows } = await sql<TokenRow>`
    select ${holderColumns},
      (t.last_used_at is null or t.last_used_at < now() - interval '1 minute') as "isUseUntold"
    from api_token t
    join tenant_user u on u.id = t.user_id and u.disabled_at is null
    join tenant on tenant.id = u.tenant_id
    where t.token_hash = ${tokenHash} and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())`.execute(
    db,
  )
  const [row] = rows
  if (row === undefined) return null
  const { isUseUntold, ...holder } = row
  if (isUseUntold) await sql`update api_token set last_used_at = now() where id = ${row.tokenId}`.execute(db)
  return toHolder(holder)
}
