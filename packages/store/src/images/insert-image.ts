import type { ImageType } from '@cairn/contract'
import type { Tx } from '../database/database.ts'

export interface NewImage {
  readonly tenantId: string
  readonly name: string
  readonly type: ImageType
  readonly createdBy: string
}

/** The new image's id, or null when the tenant has an image of this name. */
export async function insertImage(tx: Tx, image: NewImage): Promise<number | null> {
  const row = await tx
    .insertInto('image')
    .values({ tenant_id: image.tenantId, name: image.name, type: image.type, created_by: image.createdBy })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id ?? null
}

export interface LockedImage {
  readonly id: number
  readonly name: string
  /** Its deletion was asked for: no version is added any more. */
  readonly deleting: boolean
}

/** Locks the image, so that versions are added one after the other; null = the tenant has no such image. */
export async function lockImage(tx: Tx, tenantId: string, imageId: number): Promise<LockedImage | null> {
  const row = await tx
    .selectFrom('image')
    .select(['id', 'name', 'deleting'])
    .where('id', '=', imageId)
    .where('tenant_id', '=', tenantId)
    .forUpdate()
    .executeTakeFirst()
  return row ?? null
}

/** The version texts of an image, oldest first. */
export async function readVersionNames(tx: Tx, tenantId: string, imageId: number): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('image_version')
    .select('version')
    .where('image_id', '=', imageId)
    .where('tenant_id', '=', tenantId)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.version)
}

/** A version of an artifact that the bytes of a build come from. */
export interface ArtifactReference {
  readonly id: string
  readonly version: number
}

export interface NewImageVersion {
  readonly tenantId: string
  readonly imageId: number
  readonly version: string
  readonly description: string
  readonly buildDetails: object
  /** The uploaded build context, or null when the source is a Dockerfile's text. */
  readonly contextSha256: string | null
  /** The stored artifact that the context is of, held by the caller; absent or null = of none. */
  readonly artifact?: ArtifactReference | null
  readonly createdBy: string
}

/** The new version's id, or null when the image has this version. */
export async function insertImageVersion(tx: Tx, version: NewImageVersion): Promise<number | null> {
  const row = await tx
    .insertInto('image_version')
    .values({
      tenant_id: version.tenantId,
      image_id: version.imageId,
      version: version.version,
      description: version.description,
      status: 'not-ready',
      build_details: JSON.stringify(version.buildDetails),
      context_sha256: version.contextSha256,
      artifact_id: version.artifact?.id ?? null,
      artifact_version: version.artifact?.version ?? null,
      engine_image_id: null,
      engine_tag: null,
      size_bytes: null,
      created_by: version.createdBy,
      updated_by: version.createdBy,
    })
    .onConflict((conflict) => conflict.columns(['image_id', 'version']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id ?? null
}
