import type { Tx } from '../database/database.ts'

/** An upload whose bytes are durable in the object store and counted in `stored_object`. */
export interface StoredArchive {
  readonly sha256: string
  readonly sizeBytes: number
  readonly entryCount: number
  /** null = not asked for. */
  readonly scan: object | null
  /** null = not asked for. */
  readonly validation: object | null
}

export interface NewArtifact {
  readonly tenantId: string
  readonly name: string
  readonly description: string | null
  /** What it is for, in the words of who uploads. */
  readonly source: string | null
  readonly createdBy: string
  readonly archive: StoredArchive
}

/** Makes an artifact with its version 1; answers its id. */
export async function insertArtifact(tx: Tx, artifact: NewArtifact): Promise<string> {
  const id = crypto.randomUUID()
  await tx
    .insertInto('artifact')
    .values({
      id,
      tenant_id: artifact.tenantId,
      name: artifact.name,
      description: artifact.description,
      source: artifact.source,
      created_by: artifact.createdBy,
    })
    .execute()
  await insertVersion(tx, id, 1, artifact)
  return id
}

async function insertVersion(
  tx: Tx,
  artifactId: string,
  version: number,
  content: { readonly createdBy: string; readonly archive: StoredArchive },
): Promise<void> {
  await tx
    .insertInto('artifact_version')
    .values({
      artifact_id: artifactId,
      version,
      sha256: content.archive.sha256,
      size_bytes: content.archive.sizeBytes,
      entry_count: content.archive.entryCount,
      scan: content.archive.scan === null ? null : JSON.stringify(content.archive.scan),
      validation: content.archive.validation === null ? null : JSON.stringify(content.archive.validation),
      created_by: content.createdBy,
    })
    .execute()
}

export interface NewArtifactVersion {
  readonly tenantId: string
  readonly artifactId: string
  readonly createdBy: string
  readonly archive: StoredArchive
}

/**
 * Adds the next version and answers its number, or null when the tenant has no such artifact. Locks the artifact's row,
 * so that two uploads at once get two numbers; a number is never used again, also not after its version was deleted.
 */
export async function insertArtifactVersion(tx: Tx, added: NewArtifactVersion): Promise<number | null> {
  const artifact = await tx
    .updateTable('artifact')
    .set((eb) => ({ updated_at: new Date(), last_version: eb('last_version', '+', 1) }))
    .where('id', '=', added.artifactId)
    .where('tenant_id', '=', added.tenantId)
    .returning('last_version as version')
    .executeTakeFirst()
  if (artifact === undefined) return null
  await insertVersion(tx, added.artifactId, artifact.version, added)
  return artifact.version
}
