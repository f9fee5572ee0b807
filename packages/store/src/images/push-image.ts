/**
 * What of image versions is in a registry. A row is written before anything is pushed and goes after the registry has
 * let go of it, so what a process that died has pushed is always found again. Only passes under the lease of the image's
 * work of kind `push` write here, so no two of them change one repository at a time.
 */
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'

/** A place in a registry. */
export interface PushPlace {
  /** `registry.example.com/cairn/k3x9/…/3` */
  readonly repository: string
  readonly tag: string
}

export interface VersionToPush {
  readonly versionId: number
  readonly tenantId: string
  readonly engineImageId: string
}

/** Versions whose image is there and is not in this repository, newest first. */
export async function readUnpushedVersions(
  db: Db,
  imageId: number,
  repository: string,
): Promise<readonly VersionToPush[]> {
  const { rows } = await sql<VersionToPush>`
    select version.id as "versionId", version.tenant_id as "tenantId", version.engine_image_id as "engineImageId"
    from image_version as version
    left join image_push on image_push.version_id = version.id
    where version.image_id = ${imageId} and version.status = 'ready' and version.engine_image_id is not null
      and (image_push.engine_image_id is distinct from version.engine_image_id
        or image_push.repository is distinct from ${repository})
    order by version.id desc`.execute(db)
  return rows
}

/** Whose the image is; null = it is gone. */
export async function findImageTenant(db: Db, imageId: number): Promise<string | null> {
  const row = await db.selectFrom('image').select('tenant_id').where('id', '=', imageId).executeTakeFirst()
  return row?.tenant_id ?? null
}

/** Counts a try. What an earlier place had is forgotten; what this one has is kept until the push has succeeded. */
export async function beginPush(
  tx: Tx,
  version: VersionToPush & { readonly imageId: number },
  { repository, tag }: PushPlace,
): Promise<void> {
  await sql`
    insert into image_push as push (version_id, image_id, tenant_id, repository, tag, attempts)
    values (${version.versionId}, ${version.imageId}, ${version.tenantId}, ${repository}, ${tag}, 1)
    on conflict (version_id) do update set
      attempts = push.attempts + 1, updated_at = now(), repository = excluded.repository, tag = excluded.tag,
      engine_image_id = case when push.repository = excluded.repository then push.engine_image_id end,
      digest = case when push.repository = excluded.repository then push.digest end`.execute(tx)
}

export async function recordPush(tx: Tx, version: VersionToPush, digest: string): Promise<void> {
  await tx
    .updateTable('image_push')
    .set((eb) => ({
      engine_image_id: version.engineImageId,
      digest,
      attempts: 0,
      reason: null,
      updated_at: eb.fn<Date>('now'),
    }))
    .where('version_id', '=', version.versionId)
    .execute()
}

/** `reason` is for the user. */
export async function notePushFailure(tx: Tx, versionId: number, reason: string): Promise<void> {
  await tx
    .updateTable('image_push')
    .set((eb) => ({ reason, updated_at: eb.fn<Date>('now') }))
    .where('version_id', '=', versionId)
    .execute()
}

export interface StoredPush extends PushPlace {
  readonly versionId: number
  /** null = nothing is known to have been pushed. */
  readonly digest: string | null
}

/** null = nothing was pushed of the version. */
export async function findPush(db: Db, versionId: number): Promise<StoredPush | null> {
  const row = await db
    .selectFrom('image_push')
    .select(['version_id as versionId', 'repository', 'tag', 'digest'])
    .where('version_id', '=', versionId)
    .executeTakeFirst()
  return row ?? null
}

/** Of versions that are gone. */
export async function readAbandonedPushes(db: Db, imageId: number): Promise<readonly StoredPush[]> {
  const { rows } = await sql<StoredPush>`
    select version_id as "versionId", repository, tag, digest from image_push
    where image_id = ${imageId} and not exists (select from image_version where image_version.id = image_push.version_id)
    order by version_id`.execute(db)
  return rows
}

/** Whether a manifest is that of another version as well: versions that were built alike share it. */
export async function isPushShared(
  db: Db,
  push: { readonly versionId: number; readonly repository: string; readonly digest: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('image_push')
    .select('version_id')
    .where('repository', '=', push.repository)
    .where('digest', '=', push.digest)
    .where('version_id', '<>', push.versionId)
    .executeTakeFirst()
  return row !== undefined
}

export async function forgetPush(tx: Tx, versionId: number): Promise<void> {
  await tx.deleteFrom('image_push').where('version_id', '=', versionId).execute()
}

export interface PulledImage {
  readonly engineImageId: string
  readonly engineTag: string
  readonly repository: string
  readonly digest: string
}

const pushedImages = sql`
  select version.engine_image_id as "engineImageId", version.engine_tag as "engineTag", image_push.repository,
    image_push.digest
  from image_version as version
  join image on image.id = version.image_id
  join image_push on image_push.version_id = version.id and image_push.engine_image_id = version.engine_image_id
  where version.status = 'ready' and version.engine_tag is not null`

/** Where the image of this content id can be pulled from; null = it was pushed nowhere, or no version has it any more. */
export async function findPushedImage(db: Db, engineImageId: string): Promise<PulledImage | null> {
  const found = sql<PulledImage>`
    ${pushedImages} and image_push.engine_image_id = ${engineImageId} order by version.id desc limit 1`
  return (await found.execute(db)).rows[0] ?? null
}

/** The same of an image that a Dockerfile of the tenant names by its tag: one of its own, or a global one. */
export async function findPushedTag(db: Db, tenantId: string, engineTag: string): Promise<PulledImage | null> {
  const found = sql<PulledImage>`
    ${pushedImages} and version.engine_tag = ${engineTag}
      and (image.tenant_id = ${tenantId} or image.scope = 'global') limit 1`
  return (await found.execute(db)).rows[0] ?? null
}

/** Ids of images with something to push to this registry, or to remove from one, that nothing looks at. */
export async function findImagesToPush(db: Db, registry: string): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from (
      select version.image_id as id
      from image_version as version
      left join image_push on image_push.version_id = version.id
      where version.status = 'ready' and version.engine_image_id is not null
        and (image_push.engine_image_id is distinct from version.engine_image_id
          or not starts_with(image_push.repository, ${`${registry}/`}))
      union
      select image_id from image_push
      where not exists (select from image_version where image_version.id = image_push.version_id)
    ) as image
    where not exists (select from work where work.kind = 'push' and work.key = image.id::text)
    order by id`.execute(db)
  return rows.map(({ id }) => id)
}
