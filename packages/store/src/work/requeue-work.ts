/**
 * Locks: the own work row, which `holdLease` of the same transaction has locked already. Index: primary key.
 */
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import type { WorkItem } from './work-item.ts'

/**
 * Ends a pass that went well but is not the last: the key is due after `delayMs`, or now when it was enqueued again
 * meanwhile. Failures are forgotten. False = the lease was lost.
 */
export async function requeueWork(tx: Tx, item: WorkItem, delayMs: number): Promise<boolean> {
  const { rows } = await sql`
    update work set
      token = null,
      dirty = false,
      failures = 0,
      available_at = case when dirty then now() else now() + ${delayMs}::float8 * interval '1 millisecond' end
    where kind = ${item.kind} and key = ${item.key} and token = ${item.token}::uuid
    returning 1`.execute(tx)
  return rows.length === 1
}
