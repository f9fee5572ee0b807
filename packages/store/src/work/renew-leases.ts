/**
 * Locks: the items' work rows, FOR UPDATE SKIP LOCKED, in the one statement only; waits for none, so it cannot deadlock
 * with a pass that holds its own row and enqueues another. Index: primary key.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { WorkItem } from './work-item.ts'

/**
 * Extends the leases of all items that are still held, in one statement, and answers those items. The ones missing from
 * the answer were claimed by others: their passes must stop. A row that its own pass has locked at this moment counts as
 * held and is left as it is.
 */
export async function renewLeases(db: Db, items: readonly WorkItem[], leaseMs: number): Promise<WorkItem[]> {
  if (items.length === 0) return []
  const { rows } = await sql<{ token: string }>`
    with held as (
      select work.kind, work.key, work.token
      from unnest(
        ${items.map((item) => item.kind)}::text[],
        ${items.map((item) => item.key)}::text[],
        ${items.map((item) => item.token)}::uuid[]
      ) as item (kind, key, token)
      join work on work.kind = item.kind and work.key = item.key and work.token = item.token
    ), free as (
      select work.kind, work.key from work join held using (kind, key, token) for update of work skip locked
    ), renewed as (
      update work set available_at = now() + ${leaseMs}::float8 * interval '1 millisecond'
      from free
      where work.kind = free.kind and work.key = free.key
    )
    select token from held`.execute(db)
  const held = new Set(rows.map((row) => row.token))
  return items.filter((item) => held.has(item.token))
}
