/**
 * Deletion of image versions: `deleting` is written by the API, after it has seen under lock that nothing uses them; the
 * engine removes what it has of each and then its row. An image goes with its last version.
 *
 * Lock order: image → own work row (`holdLease`) → builds → versions, by id, newest first. Whoever comes to use a version
 * holds it shared until its commit (`readVersionsToRun`), so a use and a deletion see each other.
 */
import type { ImageVersionStatus } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { enqueueWork } from '../work/enqueue-work.ts'

export interface VersionToDelete {
  readonly id: number
  readonly version: string
  readonly status: ImageVersionStatus
}

/** Locks versions of an image, newest first; null = all of them. Those that do not exist are left out. */
export async function lockVersionsToDelete(
  tx: Tx,
  tenantId: string,
  imageId: number,
  versionIds: readonly number[] | null,
): Promise<readonly VersionToDelete[]> {
  let found = tx
    .selectFrom('image_version')
    .select(['id', 'version', 'status'])
    .where('image_id', '=', imageId)
    .where('tenant_id', '=', tenantId)
  if (versionIds !== null) found = found.where('id', 'in', versionIds)
  return found.orderBy('id', 'desc').forUpdate().execute()
}

/** No version is added to the image any more. Call after `lockImage`. */
export async function markImageDeleting(tx: Tx, imageId: number): Promise<void> {
  await tx.updateTable('image').set({ deleting: true }).where('id', '=', imageId).execute()
}

/** Call after {@link lockVersionsToDelete}. */
export async function markVersionsDeleting(tx: Tx, versionIds: readonly number[], by: string): Promise<void> {
  if (versionIds.length === 0) return
  await tx
    .updateTable('image_version')
    .set({ status: 'deleting', status_reason: null, updated_at: new Date(), updated_by: by })
    .where('id', 'in', versionIds)
    .execute()
}

/**
 * Asks the builds of these versions that have not ended to stop, and answers their ids, for the caller to enqueue. Call it
 * before the versions are locked.
 */
export async function stopBuildsOf(
  tx: Tx,
  imageId: number,
  versionIds: readonly number[] | null,
  by: string,
): Promise<number[]> {
  let live = tx
    .updateTable('build')
    .set({ status: 'stopping', stop_requested_by: by, stop_reason: 'the image version is being deleted' })
    .where('image_id', '=', imageId)
    .where('status', 'in', ['queued', 'running', 'stopping'])
  if (versionIds !== null) live = live.where('version_id', 'in', versionIds)
  return (await live.returning('id').execute()).map(({ id }) => id)
}

/** An image of which something is being deleted. */
export interface ImageBeingDeleted {
  readonly id: number
  readonly tenantId: string
  readonly name: string
  readonly versions: readonly DeletingVersion[]
}

export interface DeletingVersion {
  readonly id: number
  readonly version: string
  /** A build of it has not ended, so what it makes may still come. */
  readonly isBuilding: boolean
}

/** null = there is no such image. */
export async function readImageBeingDeleted(db: Db, imageId: number): Promise<ImageBeingDeleted | null> {
  const image = await db
    .selectFrom('image')
    .select(['id', 'tenant_id as tenantId', 'name'])
    .where('id', '=', imageId)
    .executeTakeFirst()
  if (image === undefined) return null
  const { rows } = await sql<DeletingVersion>`
    select id, version, exists (
      select from build where build.version_id = image_version.id and build.status in ('queued', 'running', 'stopping')
    ) as "isBuilding"
    from image_version where image_id = ${imageId} and status = 'deleting' order by id`.execute(db)
  return { ...image, versions: rows }
}

/** Locks the image: the first lock of the engine's transactions. False = it is gone. */
export async function lockImageForPass(tx: Tx, imageId: number): Promise<boolean> {
  const row = await tx.selectFrom('image').select('id').where('id', '=', imageId).forUpdate().executeTakeFirst()
  return row !== undefined
}

/**
 * Removes the rows of a version that is `deleting`, its builds' too, after the engine has nothing of it any more; what a
 * registry has of it is removed next. Answers the builds, whose logs are to be deleted; null = it is not being deleted, or is gone.
 */
export async function forgetVersion(tx: Tx, versionId: number): Promise<readonly number[] | null> {
  const builds = await tx.selectFrom('build').select('id').where('version_id', '=', versionId).forUpdate().execute()
  const version = await tx
    .selectFrom('image_version')
    .select('status')
    .where('id', '=', versionId)
    .forUpdate()
    .executeTakeFirst()
  if (version?.status !== 'deleting') return null
  await tx.deleteFrom('build').where('version_id', '=', versionId).execute()
  await tx.deleteFrom('image_version').where('id', '=', versionId).execute()
  const pushed = await tx
    .selectFrom('image_push')
    .select('image_id')
    .where('version_id', '=', versionId)
    .executeTakeFirst()
  if (pushed !== undefined) await enqueueWork(tx, { kind: 'push', key: String(pushed.image_id) })
  return builds.map(({ id }) => id)
}

/** Removes the image's row when it has no version. False = it has one. */
export async function forgetImageWithoutVersions(tx: Tx, imageId: number): Promise<boolean> {
  const { rows } = await sql`
    delete from image where id = ${imageId}
      and not exists (select from image_version where image_version.image_id = image.id)
    returning 1`.execute(tx)
  return rows.length === 1
}

/** Deleting → delete-failed; `reason` is for the user, who may ask again. False = it is in another state. */
export async function failVersionDeletion(tx: Tx, versionId: number, reason: string): Promise<boolean> {
  const result = await tx
    .updateTable('image_version')
    .set((eb) => ({ status: 'delete-failed' as const, status_reason: reason, updated_at: eb.fn<Date>('now') }))
    .where('id', '=', versionId)
    .where('status', '=', 'deleting')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Ids of images of which something is being deleted that nothing would ever look at again, as they have no work row. */
export async function findForgottenDeletions(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct image_id as id from image_version
    where status = 'deleting'
      and not exists (select from work where work.kind = 'image' and work.key = image_version.image_id::text)
    order by id`.execute(db)
  return rows.map(({ id }) => id)
}
