import type { TokenScope } from '@cairn/contract'
import type { Db, Tx } from '../database/database.ts'

export interface NewToken {
  readonly tenantId: string
  readonly tokenHash: Buffer
  readonly userId: string
  readonly label: string
  /** null = valid until it is revoked. */
  readonly expiresAt: Date | null
  /** The most that it may do within its user's role. */
  readonly scope: TokenScope
}

/** Id of the token, whose hash is stored; null = it is stored already, and stays as it is, also when it was revoked. */
export async function storeToken(tx: Tx, token: NewToken): Promise<string | null> {
  const row = await tx
    .insertInto('api_token')
    .values({
      id: crypto.randomUUID(),
      tenant_id: token.tenantId,
      user_id: token.userId,
      scope: token.scope,
      label: token.label,
      token_hash: token.tokenHash,
      expires_at: token.expiresAt,
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.column('token_hash').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id ?? null
}

/** Whether the tenant has a token that was not revoked. */
export async function hasToken(db: Db, tenantId: string): Promise<boolean> {
  const row = await db
    .selectFrom('api_token')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('revoked_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
