import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/**
 * Hashes of stored objects that nothing refers to, oldest first: uploads whose request failed after the bytes were
 * stored, or whose artifact is gone, or an export that was written again. Delete each under its lock (`lockStoredObject`), where it is checked again.
 *
 * @param olderThanMs age of the row in milliseconds, so that an upload under way is left alone
 */
export async function findUnusedObjects(db: Db, olderThanMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ sha256: string }>`
    select object.sha256 from stored_object as object
    where object.created_at < now() - ${olderThanMs}::float8 * interval '1 millisecond'
      and not exists (select from artifact_version where artifact_version.sha256 = object.sha256)
      and not exists (select from image_version where image_version.context_sha256 = object.sha256)
      and not exists (select from image_version where image_version.sbom_sha256 = object.sha256)
      and not exists (select from export_file where export_file.sha256 = object.sha256)
    order by object.created_at
    limit ${limit}`.execute(db)
  return rows.map(({ sha256 }) => sha256)
}

/** Those of the hashes that have a row. */
export async function findKnownObjects(db: Db, hashes: readonly string[]): Promise<Set<string>> {
  if (hashes.length === 0) return new Set()
  const rows = await db.selectFrom('stored_object').select('sha256').where('sha256', 'in', hashes).execute()
  return new Set(rows.map(({ sha256 }) => sha256))
}
