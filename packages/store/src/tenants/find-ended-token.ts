import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Why a token that is known opens nothing any more. */
export interface EndedToken {
  readonly cause: 'expired' | 'revoked' | 'user disabled'
  /** Since when. */
  readonly at: Date
}

/** null when no token has this SHA-256, or the one that has it is good. Only who holds a token can ask for it. */
export async function findEndedToken(db: Db, tokenHash: Buffer): Promise<EndedToken | null> {
  const { rows } = await sql<EndedToken>`
    select ended.cause, ended.at
    from api_token t
    join tenant_user u on u.id = t.user_id
    cross join lateral (values
      ('revoked', t.revoked_at), ('expired', t.expires_at), ('user disabled', u.disabled_at)) as ended (cause, at)
    where t.token_hash = ${tokenHash} and ended.at <= now()
    order by ended.at
    limit 1`.execute(db)
  return rows[0] ?? null
}
