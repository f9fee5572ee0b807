/** Locks nothing. Index: work (kind, available_at). */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { WorkKind } from './work-kind.ts'

/** Milliseconds until a key of these kinds is due, 0 when one is by now; null = none is within `withinMs`. */
export async function readNextDue(db: Db, kinds: readonly WorkKind[], withinMs: number): Promise<number | null> {
  const { rows } = await sql<{ dueInMs: number | null }>`
    select greatest(ceil(extract(epoch from min(available_at) - now()) * 1000), 0)::float8 as "dueInMs" from work
    where kind = any(${[...kinds]}::text[])
      and available_at <= now() + ${withinMs}::float8 * interval '1 millisecond'`.execute(db)
  return rows[0]?.dueInMs ?? null
}
