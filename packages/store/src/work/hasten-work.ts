/**
 * Locks: one work row. Call it outside of transactions, so that nothing is held while it waits. Index: primary key.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { WorkRequest } from './work-item.ts'

/** Makes a scheduled key due now. One that is leased, or that is not there, stays as it is. */
export async function hastenWork(db: Db, { kind, key }: Pick<WorkRequest, 'kind' | 'key'>): Promise<void> {
  await sql`
    update work set available_at = now()
    where kind = ${kind} and key = ${key} and token is null and available_at > now()`.execute(db)
}
