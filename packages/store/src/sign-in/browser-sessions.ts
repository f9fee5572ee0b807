/**
 * Browsers that are signed in. Only hashes of what browsers hold are kept.
 *
 * Always true: a code opens at most one session, on the service and for the browser that it was made for; any use of it,
 * also a wrong one, ends it. A session speaks for its user, with a token within its scope, and ends with them: when the token
 * is revoked, when the user is disabled. What a session at Cairn's own page has opened at
 * services ends with it, and it with any of them.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { SealedSecret } from '../secrets/secret-cipher.ts'
import { type HolderRow, holderColumns, toHolder, type TokenHolder } from '../tenants/find-token-holder.ts'

const codeSeconds = 60
/** Lifetime of a session, also told to the browser. */
export const browserSessionSeconds = 12 * 3_600

const inSeconds = (seconds: number) => sql`now() + ${seconds}::float8 * interval '1 second'`

export interface SignInCode {
  readonly codeHash: Buffer
  readonly serviceId: string
  readonly stateHash: Buffer
  /** Of the session at Cairn's own page that asks for it; the code speaks for whom that speaks for. */
  readonly parentHash: Buffer
  /** Where the browser wanted to go on the service's host. */
  readonly path: string
}

/** Whom a session speaks for. */
export interface SessionOwner {
  readonly userId: string
  /** null = signed in without one. */
  readonly tokenId: string | null
}

/** Stores a code that is good for one use within a minute. */
export async function insertSignInCode(db: Db, code: SignInCode): Promise<void> {
  await sql`
    insert into sign_in_code (code_hash, service_id, state_hash, user_id, token_id, parent_hash, path, expires_at)
    select ${code.codeHash}, ${code.serviceId}::uuid, ${code.stateHash}, parent.user_id, parent.token_id, parent.session_hash,
      ${code.path}, ${inSeconds(codeSeconds)}
    from browser_session parent where parent.session_hash = ${code.parentHash}`.execute(db)
}

/**
 * Takes the code away and opens the session of that hash.
 *
 * @returns the path that the browser wanted; null = the code is none, was used, has expired, or is another service's or
 *   another browser's
 */
export async function redeemSignInCode(
  db: Db,
  use: Omit<SignInCode, 'path' | 'parentHash'> & { readonly sessionHash: Buffer },
): Promise<string | null> {
  const { rows } = await sql<{ path: string }>`
    with used as (
      delete from sign_in_code where code_hash = ${use.codeHash} returning *
    ), right_use as (
      select * from used
      where service_id = ${use.serviceId} and state_hash = ${use.stateHash} and expires_at > now()
    ), opened as (
      insert into browser_session (session_hash, service_id, user_id, token_id, parent_hash, expires_at)
      select ${use.sessionHash}, service_id, user_id, token_id, parent_hash, ${inSeconds(browserSessionSeconds)} from right_use
    )
    select path from right_use`.execute(db)
  return rows[0]?.path ?? null
}

/**
 * Opens a session at Cairn's own sign-in page.
 *
 * @param providerToken what the provider of identities knows the sign-in by; null = it was not by one
 */
export async function openSignInSession(
  db: Db,
  sessionHash: Buffer,
  owner: SessionOwner,
  providerToken: SealedSecret | null = null,
): Promise<void> {
  await sql`
    with seen as (update tenant_user set last_sign_in_at = now() where id = ${owner.userId})
    insert into browser_session (session_hash, user_id, token_id, expires_at, provider_token, provider_key_id)
    values (${sessionHash}, ${owner.userId}, ${owner.tokenId}, ${inSeconds(browserSessionSeconds)},
      ${providerToken?.sealed ?? null}, ${providerToken?.keyId ?? null})`.execute(db)
}

/**
 * Whom a session speaks for: one of the service, with null one of Cairn's own page. Null = nobody, or its token has
 * expired, was revoked or is not of the service's tenant.
 */
export async function findSessionHolder(
  db: Db,
  sessionHash: Buffer,
  serviceId: string | null,
): Promise<TokenHolder | null> {
  const { rows } = await sql<HolderRow>`
    select ${holderColumns}
    from browser_session b
    join tenant_user u on u.id = b.user_id and u.disabled_at is null
    join tenant on tenant.id = u.tenant_id
    left join api_token t on t.id = b.token_id
    left join service s on s.id = b.service_id
    where b.session_hash = ${sessionHash} and b.expires_at > now()
      and (b.token_id is null or (t.revoked_at is null and (t.expires_at is null or t.expires_at > now())))
      and b.service_id is not distinct from ${serviceId}::uuid
      and (b.service_id is null or s.tenant_id = u.tenant_id)`.execute(db)
  return rows[0] === undefined ? null : toHolder(rows[0])
}

export interface EndedSession {
  readonly tenantId: string
  /** As it was given to {@link openSignInSession}. */
  readonly providerToken: SealedSecret | null
}

/** Ends a session at Cairn's own page, and all at services that came from it. Null = there is none such. */
export async function endSignInSession(db: Db, sessionHash: Buffer): Promise<EndedSession | null> {
  const { rows } = await sql<{ tenantId: string; sealed: Buffer | null; keyId: string | null }>`
    with codes as (
      delete from sign_in_code where parent_hash = ${sessionHash}
    ), ended as (
      delete from browser_session
      where (session_hash = ${sessionHash} and service_id is null) or parent_hash = ${sessionHash}
      returning *
    )
    select tenant_user.tenant_id as "tenantId", provider_token as sealed, provider_key_id as "keyId"
    from ended join tenant_user on tenant_user.id = ended.user_id where session_hash = ${sessionHash}`.execute(db)
  const [row] = rows
  if (row === undefined) return null
  const { tenantId, sealed, keyId } = row
  return { tenantId, providerToken: sealed === null || keyId === null ? null : { sealed, keyId } }
}

/** Ends the session of a service, the one at Cairn's own page that it is of, and all others of that. */
export async function endBrowserSessions(db: Db, sessionHash: Buffer, serviceId: string): Promise<void> {
  await sql`
    with ended as (
      delete from browser_session where session_hash = ${sessionHash} and service_id = ${serviceId} returning parent_hash
    ), codes as (
      delete from sign_in_code where parent_hash in (select parent_hash from ended)
    )
    delete from browser_session
    where session_hash <> ${sessionHash} and (
      session_hash in (select parent_hash from ended) or parent_hash in (select parent_hash from ended)
    )`.execute(db)
}

/** Removes codes and sessions that have expired. Indexes: both by expires_at. */
export async function removeEndedSessions(db: Db): Promise<void> {
  await sql`delete from sign_in_code where expires_at < now()`.execute(db)
  await sql`delete from browser_session where expires_at < now()`.execute(db)
}
