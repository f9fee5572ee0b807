/** Tokens of users, without their values, which are not kept. Those that were revoked are not told of. */
import type { TokenScope } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'
import type { UserKey } from './user-key.ts'

export interface TokenRecord {
  readonly id: string
  readonly label: string
  readonly scope: TokenScope
  readonly userId: string
  readonly userEmail: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

const columns = sql`
  t.id, t.label, t.scope, u.id as "userId", u.email as "userEmail", t.created_at as "createdAt",
  t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt"`

/** Newest first. Index: api_token (user_id). */
export async function listTokens(db: Db, { tenantId, userId }: UserKey, page: PageRequest): Promise<Page<TokenRecord>> {
  const found = sql`from api_token t join tenant_user u on u.id = t.user_id
    where u.tenant_id = ${tenantId} and u.id = ${userId} and t.revoked_at is null`
  const [items, counted] = await Promise.all([
    sql<TokenRecord>`
      select ${columns} ${found}
      order by t.created_at desc, t.id limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total ${found}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

export async function findToken(db: Db, tenantId: string, tokenId: string): Promise<TokenRecord | null> {
  const { rows } = await sql<TokenRecord>`
    select ${columns} from api_token t join tenant_user u on u.id = t.user_id
    where t.id = ${tokenId} and u.tenant_id = ${tenantId} and t.revoked_at is null`.execute(db)
  return rows[0] ?? null
}

/** False = there is no such token, or it was revoked before. */
export async function revokeToken(tx: Tx, tenantId: string, tokenId: string): Promise<boolean> {
  const { rows } = await sql`
    update api_token set revoked_at = now()
    where id = ${tokenId} and tenant_id = ${tenantId} and revoked_at is null returning 1`.execute(tx)
  return rows.length === 1
}
