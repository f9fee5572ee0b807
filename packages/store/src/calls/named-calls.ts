/**
 * Writes that their callers named by a key. Always true: of calls with one key of one tenant at most one is begun within
 * 24 hours, however many arrive at once, as its row can be inserted once.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { SealedSecret } from '../secrets/secret-cipher.ts'

export interface NamedCall {
  readonly tenantId: string
  readonly key: string
}

/** What is known of a call that was begun before. */
export interface KnownCall {
  /** What was asked. */
  readonly request: SealedSecret
  /** null = it goes on, or its end is not known. */
  readonly answer: SealedSecret | null
}

/** @returns null = this call begins now; else the one of that key. Keys older than 24 hours are forgotten. */
export async function beginNamedCall(
  db: Db,
  { tenantId, key }: NamedCall,
  request: SealedSecret,
): Promise<KnownCall | null> {
  const begun = await sql`
    with old as (
      select ctid from named_call
      where created_at < now() - interval '24 hours' and (tenant_id, key) <> (${tenantId}::uuid, ${key})
      limit 100 for update skip locked
    ), forgotten as (
      delete from named_call using old where named_call.ctid = old.ctid
    )
    insert into named_call as known (tenant_id, key, request_key_id, request)
    values (${tenantId}, ${key}, ${request.keyId}, ${request.sealed})
    on conflict (tenant_id, key) do update
      set request_key_id = excluded.request_key_id, request = excluded.request, answer_key_id = null, answer = null,
        created_at = excluded.created_at
      where known.created_at < now() - interval '24 hours'
    returning 1`.execute(db)
  if (begun.rows.length > 0) return null
  const { rows } = await sql<{
    request_key_id: string
    request: Buffer
    answer_key_id: string | null
    answer: Buffer | null
  }>`
    select request_key_id, request, answer_key_id, answer from named_call
    where tenant_id = ${tenantId} and key = ${key}`.execute(db)
  const [known] = rows
  // Refused in between, and so forgotten: the caller may ask again.
  if (known === undefined) return { request, answer: null }
  const { answer_key_id: keyId, answer: sealed } = known
  return {
    request: { keyId: known.request_key_id, sealed: known.request },
    answer: keyId === null || sealed === null ? null : { keyId, sealed },
  }
}

/** Keeps the answer of a call that was begun. */
export async function answerNamedCall(db: Db, { tenantId, key }: NamedCall, answer: SealedSecret): Promise<void> {
  await sql`
    update named_call set answer_key_id = ${answer.keyId}, answer = ${answer.sealed}
    where tenant_id = ${tenantId} and key = ${key}`.execute(db)
}

/** Forgets a call that was refused and so had no effect: the key is free again. */
export async function forgetNamedCall(db: Db, { tenantId, key }: NamedCall): Promise<void> {
  await sql`delete from named_call where tenant_id = ${tenantId} and key = ${key} and answer is null`.execute(db)
}
