/**
 * Locks: the work rows named, in (kind, key) order; the last locks of a transaction (see work-item.ts). Index: primary key.
 */
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import type { WorkRequest } from './work-item.ts'

/**
 * Makes keys due, in the caller's transaction, so that a change and the work it asks for commit together. A key that is
 * scheduled is pulled forward; one that is leased is marked and becomes due when its pass ends.
 */
export async function enqueueWork(tx: Tx, ...requests: readonly WorkRequest[]): Promise<void> {
  const kinds = requests.map((request) => request.kind)
  const keys = requests.map((request) => request.key)
  const delays = requests.map((request) => request.delayMs ?? 0)
  await sql`
    insert into work (kind, key, available_at)
    select kind, key, now() + min(delay_ms) * interval '1 millisecond'
    from unnest(${kinds}::text[], ${keys}::text[], ${delays}::float8[]) as request (kind, key, delay_ms)
    group by kind, key
    order by kind, key
    on conflict (kind, key) do update set
      dirty = work.dirty or work.token is not null,
      available_at = case
        when work.token is null then least(work.available_at, excluded.available_at)
        else work.available_at
      end`.execute(tx)
}
