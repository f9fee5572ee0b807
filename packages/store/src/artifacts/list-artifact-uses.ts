import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** An image version, as what was built from an artifact version. */
export interface ArtifactUser {
  readonly imageId: number
  readonly imageName: string
  readonly versionId: number
  readonly version: string
}

/** Of one artifact version. */
const mostUsers = 20

/**
 * What was built from these versions of an artifact, by version: the first of each, in order. Index: image_version
 * (artifact_id, artifact_version).
 */
export async function listArtifactUses(
  db: Db,
  tenantId: string,
  artifactId: string,
  versions: readonly number[],
): Promise<ReadonlyMap<number, readonly ArtifactUser[]>> {
  if (versions.length === 0) return new Map()
  const { rows } = await sql<{ artifactVersion: number; users: ArtifactUser[] }>`
    select artifact_version as "artifactVersion",
      json_agg(json_build_object('imageId', image_id, 'imageName', name, 'versionId', id, 'version', version) order by id)
        as users
    from (
      select image_version.artifact_version, image_version.image_id, image.name, image_version.id, image_version.version,
        row_number() over (partition by image_version.artifact_version order by image_version.id) as place
      from image_version join image on image.id = image_version.image_id
      where image_version.tenant_id = ${tenantId} and image_version.artifact_id = ${artifactId}
        and image_version.artifact_version = any(${versions})
    ) as used
    where place <= ${sql.lit(mostUsers)}
    group by artifact_version`.execute(db)
  return new Map(rows.map(({ artifactVersion, users }) => [artifactVersion, users]))
}
