import type { Db } from '../database/database.ts'

/** What a run or a service needs of an image version. */
export interface VersionToRun {
  readonly imageId: number
  readonly imageName: string
  readonly versionId: number
  readonly version: string
  readonly status: string
  /** Content id on the engine; null until a build succeeded. */
  readonly engineImageId: string | null
  readonly exposedPorts: readonly number[]
}

/** Every version of these images of the tenant, newest first. Images of other tenants are left out. */
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
      'image_version.id as versionId',
      'image_version.version as version',
      'image_version.status as status',
      'image_version.engine_image_id as engineImageId',
      'image_version.exposed_ports as exposedPorts',
    ])
    .where('image.id', 'in', imageIds)
    .where('image.tenant_id', '=', tenantId)
    .orderBy('image_version.id', 'desc')
    .execute()
  return rows.map((row) => ({ ...row, exposedPorts: row.exposedPorts ?? [] }))
}
