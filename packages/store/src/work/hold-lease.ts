/**
 * Locks: the own work row, after the parent row and before everything else (see work-item.ts). Index: primary key.
 */
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import type { WorkItem } from './work-item.ts'

/**
 * Locks the work row for the rest of the transaction if the item's token still stands in it. False = the lease was lost
 * to another claim: write nothing, leave the transaction, drop the item.
 */
export async function holdLease(tx: Tx, item: WorkItem): Promise<boolean> {
  const { rows } = await sql`
    select 1 from work
    where kind = ${item.kind} and key = ${item.key} and token = ${item.token}::uuid
    for update`.execute(tx)
  return rows.length === 1
}
