/**
 * The rows of `stored_object` and the bytes behind them.
 *
 * Invariant: a referenced row has its bytes. Whoever refers to an object, and whoever removes bytes, first takes the
 * object's advisory lock in its transaction; so bytes are never removed between the check and the reference.
 * Lock order: the advisory lock comes before every row.
 */
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'

/** Serialises references to, and removal of, one object until the transaction ends. */
export async function lockStoredObject(tx: Tx, sha256: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`stored_object:${sha256}`}, 0))`.execute(tx)
}

/** Call under {@link lockStoredObject}, when the bytes are durable. */
export async function insertStoredObject(tx: Tx, object: { sha256: string; sizeBytes: number }): Promise<void> {
  await tx
    .insertInto('stored_object')
    .values({ sha256: object.sha256, size_bytes: object.sizeBytes })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute()
}

/**
 * Removes the row unless something refers to it; true = nothing does, and the caller removes the bytes before it commits.
 * Call under {@link lockStoredObject}.
 */
export async function deleteUnreferencedObject(tx: Tx, sha256: string): Promise<boolean> {
  const used = await sql<{ used: boolean }>`
    select exists (select from artifact_version where sha256 = ${sha256})
        or exists (select from image_version where context_sha256 = ${sha256})
        or exists (select from image_version where sbom_sha256 = ${sha256})
        or exists (select from export_file where sha256 = ${sha256}) as used`.execute(tx)
  if (used.rows[0]?.used === true) return false
  await tx.deleteFrom('stored_object').where('sha256', '=', sha256).execute()
  return true
}

/** null = there is no such object. */
export async function readStoredObject(
  db: Db,
  sha256: string,
): Promise<{ readonly sha256: string; readonly sizeBytes: number } | null> {
  const row = await db
    .selectFrom('stored_object')
    .select(['sha256', 'size_bytes as sizeBytes'])
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  return row ?? null
}
