/**
 * What is in a version's image: found by the engine after the build, kept until the version is built anew.
 *
 * Lock order: the stored object's advisory lock → image → own work row → version (see artifacts/stored-object.ts).
 */
import type { SbomSummary } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'

/** A version whose image is there and not described yet. */
export interface UndescribedVersion {
  readonly id: number
  readonly version: string
  readonly engineImageId: string
}

const isUndescribed = sql<boolean>`status = 'ready' and engine_image_id is not null
  and described_engine_id is distinct from engine_image_id`

export async function readUndescribedVersions(db: Db, imageId: number): Promise<readonly UndescribedVersion[]> {
  const { rows } = await sql<UndescribedVersion>`
    select id, version, engine_image_id as "engineImageId" from image_version
    where image_id = ${imageId} and ${isUndescribed} order by id desc`.execute(db)
  return rows
}

export interface VersionContents {
  readonly layers: readonly string[]
  /** null = none could be made; the summary says why. */
  readonly sbomSha256: string | null
  readonly summary: SbomSummary
}

/** False = the version was built anew, is being deleted or is gone. */
export async function describeVersionContents(
  tx: Tx,
  version: UndescribedVersion,
  contents: VersionContents,
): Promise<boolean> {
  const result = await tx
    .updateTable('image_version')
    .set({
      described_engine_id: version.engineImageId,
      layers: JSON.stringify(contents.layers),
      sbom_sha256: contents.sbomSha256,
      sbom_summary: JSON.stringify(contents.summary),
    })
    .where('id', '=', version.id)
    .where('engine_image_id', '=', version.engineImageId)
    .where('status', '=', 'ready')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Ids of images with versions to describe that nothing would ever look at again, as they have no work row. */
export async function findForgottenDescriptions(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct image_id as id from image_version
    where ${isUndescribed}
      and not exists (select from work where work.kind = 'image' and work.key = image_version.image_id::text)
    order by id`.execute(db)
  return rows.map(({ id }) => id)
}
