/**
 * Images of versions that nothing has used for long, and images on the engine that no version needs. What is in use, what
 * a run of the past or present is pinned to, the latest version of an image, and global images stay.
 */
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { findVersionUses } from './version-uses.ts'

export interface PrunableVersion {
  readonly id: number
  readonly imageId: number
  readonly tenantId: string
}

/** Candidates, the longest unused first; each is checked again by {@link pruneVersion}. */
export async function findPrunableVersions(
  db: Db,
  unusedMs: number,
  limit: number,
): Promise<readonly PrunableVersion[]> {
  const { rows } = await sql<PrunableVersion>`
    select version.id, version.image_id as "imageId", version.tenant_id as "tenantId"
    from image_version as version
    join image on image.id = version.image_id
    where version.status = 'ready' and image.scope = 'custom'
      and version.updated_at < now() - ${unusedMs}::float8 * interval '1 millisecond'
      and version.id < (
        select max(latest.id) from image_version as latest where latest.image_id = version.image_id and latest.status = 'ready'
      )
      and not exists (
        select from workflow
        join run_plan on run_plan.workflow_id = workflow.id
        cross join lateral json_each(run_plan.body -> 'steps') as step
        where workflow.tenant_id = version.tenant_id
          and (step.value -> 'image' ->> 'versionId')::bigint = version.id
      )
    order by version.updated_at
    limit ${limit}`.execute(db)
  return rows
}

/**
 * Ready → not-ready, with the reason, unless something uses the version by now; its image is left to the engine. Call after
 * `lockImageForPass`.
 */
export async function pruneVersion(tx: Tx, version: PrunableVersion, reason: string): Promise<boolean> {
  const locked = await tx
    .selectFrom('image_version')
    .select('id')
    .where('id', '=', version.id)
    .where('status', '=', 'ready')
    .forUpdate()
    .executeTakeFirst()
  if (locked === undefined) return false
  if ((await findVersionUses(tx, version.tenantId, [version.id], 1)).length > 0) return false
  await tx
    .updateTable('image_version')
    .set({ status: 'not-ready', status_reason: reason, engine_image_id: null, engine_tag: null })
    .where('id', '=', version.id)
    .execute()
  return true
}

/** Of the versions with these ids those whose image is needed on the engine: it is theirs, or a build may just make it. */
export async function findNeededVersions(db: Db, versionIds: readonly number[]): Promise<Set<number>> {
  if (versionIds.length === 0) return new Set()
  const { rows } = await sql<{ id: number }>`
    select id from image_version
    where id = any(${versionIds}) and (engine_image_id is not null or exists (
      select from build where build.version_id = image_version.id and build.status in ('queued', 'running', 'stopping')
    ))`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** Of these content ids those that a version names. */
export async function findNeededImages(db: Db, engineImageIds: readonly string[]): Promise<Set<string>> {
  if (engineImageIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('image_version')
    .select('engine_image_id as id')
    .where('engine_image_id', 'in', engineImageIds)
    .execute()
  return new Set(rows.flatMap(({ id }) => (id === null ? [] : [id])))
}
