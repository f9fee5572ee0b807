import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/**
 * Removes every stream whose name starts with `prefix`, e.g. `step:<execution>:`. Index: primary key (its collation is
 * "C", so a prefix is a range).
 *
 * @returns the number of chunks removed
 * @throws when the prefix does not end with `:`, since it could then take in other streams
 */
export async function deleteLogs(db: Db, prefix: string): Promise<number> {
  if (!prefix.endsWith(':')) throw new Error(`the prefix of log streams must end with ":", got "${prefix}"`)
  const result = await sql`delete from log_chunk where starts_with(stream, ${prefix})`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}

/** Removes one stream. Index: primary key. */
export async function deleteLog(db: Db, stream: string): Promise<void> {
  await db.deleteFrom('log_chunk').where('stream', '=', stream).execute()
}
