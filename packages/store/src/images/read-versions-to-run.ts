import type { ImageType } from '@cairn/contract'
import type { Db } from '../database/database.ts'

/** What a run or a service needs of an image version. */
export interface VersionToRun {
  readonly imageId: number
  readonly imageName: string
  readonly imageType: ImageType
  readonly versionId: number
  readonly version: string
  readonly status: string
  /** Content id on the engine; null until a build succeeded. */
  readonly engineImageId: string | null
  readonly exposedPorts: readonly number[]
}

/**
 * Every version of these images of the tenant, newest first. Images of other tenants are left out, but for global ones. In a transaction none
 * of them can be deleted before its end.
 */
export async function readVersionsToRun(
  db: Db,
  tenantId: string,
  imageIds: readonly number[],
): Promise<readonly VersionToRun[]> {
  if (imageIds.length === 0) return []
  const rows = await db
    .selectFrom('image_version')
    .innerJoin('image', 'image.id', 'image_version.image_id')
    .select([
      'image.id as imageId',
      'image.name as imageName',
      'image.type as imageType',
      'image_version.id as versionId',
      'image_version.version as version',
      'image_version.status as status',
      'image_version.engine_image_id as engineImageId',
      'image_version.exposed_ports as exposedPorts',
    ])
    .where('image.id', 'in', imageIds)
    .where((eb) => eb.or([eb('image.tenant_id', '=', tenantId), eb('image.scope', '=', 'global')]))
    .orderBy('image_version.id', 'desc')
    .forKeyShare('image_version')
    .execute()
  return rows.map((row) => ({ ...row, exposedPorts: row.exposedPorts ?? [] }))
}

/** Of these versions of the tenant, or of global images, those that no run can start on any more. In a transaction the others stay until its end. */
export async function findGoneVersions(db: Db, tenantId: string, versionIds: readonly number[]): Promise<Set<number>> {
  if (versionIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('image_version')
    .innerJoin('image', 'image.id', 'image_version.image_id')
    .select('image_version.id as id')
    .where('image_version.id', 'in', versionIds)
    .where((eb) => eb.or([eb('image.tenant_id', '=', tenantId), eb('image.scope', '=', 'global')]))
    .where('image_version.status', '=', 'ready')
    .orderBy('image_version.id', 'desc')
    .forKeyShare('image_version')
    .execute()
  const kept = new Set(rows.map(({ id }) => id))
  return new Set(versionIds.filter((id) => !kept.has(id)))
}
