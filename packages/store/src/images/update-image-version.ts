import type { ImageVersionStatus } from '@cairn/contract'
import type { Tx } from '../database/database.ts'
import type { ArtifactReference } from './insert-image.ts'

export interface LockedVersion {
  readonly id: number
  readonly version: string
  readonly description: string
  readonly status: ImageVersionStatus
  readonly buildDetails: object
  readonly contextSha256: string | null
  /** Id of the build that runs or waits, if any. */
  readonly liveBuildId: number | null
}

/** Locks the version; null = the tenant has no such image or it has no such version. */
export async function lockImageVersion(
  tx: Tx,
  tenantId: string,
  imageId: number,
  versionId: number,
): Promise<LockedVersion | null> {
  const row = await tx
    .selectFrom('image_version')
    .select(['id', 'version', 'description', 'status', 'build_details', 'context_sha256'])
    .where('id', '=', versionId)
    .where('image_id', '=', imageId)
    .where('tenant_id', '=', tenantId)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return null
  const live = await tx
    .selectFrom('build')
    .select('id')
    .where('version_id', '=', versionId)
    .where('status', 'in', ['queued', 'running', 'stopping'])
    .executeTakeFirst()
  return {
    id: row.id,
    version: row.version,
    description: row.description,
    status: row.status,
    buildDetails: row.build_details,
    contextSha256: row.context_sha256,
    liveBuildId: live?.id ?? null,
  }
}

export interface VersionChange {
  readonly description: string
  readonly buildDetails: object
  readonly contextSha256: string | null
  readonly artifact: ArtifactReference | null
  readonly updatedBy: string
}

/** Call after {@link lockImageVersion}. */
export async function updateImageVersion(tx: Tx, versionId: number, change: VersionChange): Promise<void> {
  await tx
    .updateTable('image_version')
    .set({
      description: change.description,
      build_details: JSON.stringify(change.buildDetails),
      context_sha256: change.contextSha256,
      artifact_id: change.artifact?.id ?? null,
      artifact_version: change.artifact?.version ?? null,
      updated_at: new Date(),
      updated_by: change.updatedBy,
    })
    .where('id', '=', versionId)
    .execute()
}

/** False = the tenant has no such image or it has no such version. */
export async function setVersionTags(
  tx: Tx,
  version: { readonly tenantId: string; readonly imageId: number; readonly versionId: number },
  tags: readonly { readonly name: string; readonly color?: string }[],
  by: string,
): Promise<boolean> {
  const result = await tx
    .updateTable('image_version')
    .set((eb) => ({ tags: JSON.stringify(tags), updated_at: eb.fn<Date>('now'), updated_by: by }))
    .where('id', '=', version.versionId)
    .where('image_id', '=', version.imageId)
    .where('tenant_id', '=', version.tenantId)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
