import type { Db } from '../database/database.ts'

/** Whom a token speaks for. */
export interface TokenHolder {
  readonly tokenId: string
  readonly tenantId: string
  readonly tenantName: string
  readonly userEmail: string
}

/**
 * The holder of the token with this SHA-256, or null when there is none, it has expired or was revoked. Tokens are random
 * and looked up by their hash, so the time that this takes tells nothing about any token.
 */
export async function findTokenHolder(db: Db, tokenHash: Buffer): Promise<TokenHolder | null> {
  const row = await db
    .selectFrom('api_token')
    .innerJoin('tenant', 'tenant.id', 'api_token.tenant_id')
    .select((eb) => [
      'api_token.id as tokenId',
      'tenant.id as tenantId',
      'tenant.name as tenantName',
      'api_token.user_email as userEmail',
      eb
        .or([eb('api_token.expires_at', 'is', null), eb('api_token.expires_at', '>', eb.fn<Date>('now'))])
        .as('isCurrent'),
    ])
    .where('api_token.token_hash', '=', tokenHash)
    .where('api_token.revoked_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined || !row.isCurrent) return null
  return { tokenId: row.tokenId, tenantId: row.tenantId, tenantName: row.tenantName, userEmail: row.userEmail }
}
