/**
 * Locks: the own work row, which `holdLease` of the same transaction may have locked already. Index: primary key.
 */
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import type { WorkItem } from './work-item.ts'

export interface Backoff {
  /** Delay after the first failure, in milliseconds; doubles with each further one. 500 by default. */
  readonly firstMs?: number
  /** The delay never exceeds this, in milliseconds. 60,000 by default. */
  readonly maxMs?: number
}

/**
 * Ends a pass that failed: counts the failure and makes the key due after a delay that doubles each time, of which a
 * random half is cut off so that keys that failed together do not return together. A key that was enqueued again
 * meanwhile is due now, since the change may be the cure. False = the lease was lost.
 */
export async function failWork(tx: Tx, item: WorkItem, backoff: Backoff = {}): Promise<boolean> {
  const { firstMs = 500, maxMs = 60_000 } = backoff
  const { rows } = await sql`
    update work set
      token = null,
      dirty = false,
      failures = failures + 1,
      available_at = case
        when dirty then now()
        else now() + least(${maxMs}::float8, ${firstMs}::float8 * power(2, least(failures, 30)))
          * (0.5 + random() / 2) * interval '1 millisecond'
      end
    where kind = ${item.kind} and key = ${item.key} and token = ${item.token}::uuid
    returning 1`.execute(tx)
  return rows.length === 1
}
