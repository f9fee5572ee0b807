/**
 * Deleting artifacts and versions of them.
 *
 * Always true: what an image version was built from stays. The rows of the versions are locked before anyone looks who
 * uses them, and whoever refers to one locks it too (by its foreign key), so that neither misses the other. Only rows
 * go here; the bytes go by the sweep when no version refers to them any more, so a crash leaves no row without bytes.
 */
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'

/** An image version that was built from an artifact version. */
export interface ArtifactUse {
  readonly artifactVersion: number
  readonly imageId: number
  readonly imageName: string
  readonly imageVersion: string
}

export type ArtifactDeletion =
  | { readonly kind: 'deleted' }
  /** The tenant has no such artifact, or it has no such version. */
  | { readonly kind: 'unknown' }
  /** At least one use; nothing was deleted. */
  | { readonly kind: 'used'; readonly uses: readonly ArtifactUse[]; readonly useCount: number }

export interface ArtifactToDelete {
  readonly tenantId: string
  readonly artifactId: string
  /** null = the artifact with all versions. */
  readonly version: number | null
}

const namedUses = 5

/** Deletes unless something uses it; at most five of the uses are named. */
export async function deleteArtifact(tx: Tx, wanted: ArtifactToDelete): Promise<ArtifactDeletion> {
  const locked = await lockVersions(tx, wanted)
  if (locked === null || (wanted.version !== null && locked.length === 0)) return { kind: 'unknown' }
  const { uses, useCount } = await findUses(tx, wanted)
  if (useCount > 0) return { kind: 'used', uses, useCount }
  await tx
    .deleteFrom('artifact_version')
    .where('artifact_id', '=', wanted.artifactId)
    .$if(wanted.version !== null, (query) => query.where('version', '=', wanted.version))
    .execute()
  if (wanted.version === null) {
    await tx
      .deleteFrom('artifact')
      .where('id', '=', wanted.artifactId)
      .where('tenant_id', '=', wanted.tenantId)
      .execute()
  }
  return { kind: 'deleted' }
}

/** Locks the artifact, so that no version is added meanwhile, then its versions or the wanted one; null = no such artifact. */
async function lockVersions(tx: Tx, { tenantId, artifactId, version }: ArtifactToDelete) {
  const artifact = await tx
    .selectFrom('artifact')
    .select('id')
    .where('id', '=', artifactId)
    .where('tenant_id', '=', tenantId)
    .forUpdate()
    .executeTakeFirst()
  if (artifact === undefined) return null
  return tx
    .selectFrom('artifact_version')
    .select('version')
    .where('artifact_id', '=', artifactId)
    .$if(version !== null, (query) => query.where('version', '=', version))
    .orderBy('version')
    .forUpdate()
    .execute()
}

async function findUses(
  tx: Tx,
  { tenantId, artifactId, version }: ArtifactToDelete,
): Promise<{ readonly uses: readonly ArtifactUse[]; readonly useCount: number }> {
  const rows = await tx
    .selectFrom('image_version')
    .innerJoin('image', 'image.id', 'image_version.image_id')
    .select([
      'image_version.artifact_version as artifactVersion',
      'image.id as imageId',
      'image.name as imageName',
      'image_version.version as imageVersion',
      sql<number>`count(*) over ()`.as('useCount'),
    ])
    .where('image_version.tenant_id', '=', tenantId)
    .where('image_version.artifact_id', '=', artifactId)
    .$if(version !== null, (query) => query.where('image_version.artifact_version', '=', version))
    .orderBy('image_version.id')
    .limit(namedUses)
    .execute()
  const uses = rows.map(({ useCount: _count, artifactVersion, ...use }) => ({
    artifactVersion: artifactVersion ?? 0,
    ...use,
  }))
  return { uses, useCount: rows[0]?.useCount ?? 0 }
}
