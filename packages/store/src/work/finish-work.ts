/**
 * Locks: the own work row, which `holdLease` of the same transaction has locked already. Index: primary key.
 */
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import type { WorkItem } from './work-item.ts'

/**
 * Ends a pass after which the key needs no more work: removes the row, or makes it due now when the key was enqueued
 * again meanwhile. False = the lease was lost.
 */
export async function finishWork(tx: Tx, item: WorkItem): Promise<boolean> {
  const { rows } = await sql`
    with own as (
      select kind, key, dirty from work
      where kind = ${item.kind} and key = ${item.key} and token = ${item.token}::uuid
      for update
    ), removed as (
      delete from work using own
      where work.kind = own.kind and work.key = own.key and not own.dirty
      returning 1
    ), kept as (
      update work set token = null, dirty = false, failures = 0, available_at = now()
      from own
      where work.kind = own.kind and work.key = own.key and own.dirty
      returning 1
    )
    select 1 from removed union all select 1 from kept`.execute(tx)
  return rows.length === 1
}
