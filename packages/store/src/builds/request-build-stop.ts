/**
 * The wish to end a build: its status `stopping`, until the engine process that runs it, or the next one that claims it, has
 * ended it. Lock order: build → its work row.
 */
import type { StoredBuildStatus } from '@cairn/contract'
import type { Db, Tx } from '../database/database.ts'
import { recordResourceEvent } from '../resource-events/record-resource-event.ts'
import { enqueueWork } from '../work/enqueue-work.ts'

export interface BuildStopRequest {
  readonly tenantId: string
  readonly imageId: number
  readonly buildId: number
  /** E-mail of who asks. */
  readonly by: string
  /** In the words of who asks; null = none were given. */
  readonly reason: string | null
}

/**
 * Marks the build; the first who asks is remembered. Answers its status: `stopping`, or with what it ended when it was over
 * already; null = the tenant's image has no such build. After the commit the caller gives the hints `work` and `stop`.
 */
export async function requestBuildStop(tx: Tx, stop: BuildStopRequest): Promise<StoredBuildStatus | null> {
  const build = await tx
    .selectFrom('build')
    .select(['id', 'status'])
    .where('id', '=', stop.buildId)
    .where('image_id', '=', stop.imageId)
    .where('tenant_id', '=', stop.tenantId)
    .forUpdate()
    .executeTakeFirst()
  if (build === undefined) return null
  if (build.status !== 'queued' && build.status !== 'running') return build.status
  await tx
    .updateTable('build')
    .set({ status: 'stopping', stop_requested_by: stop.by, stop_reason: stop.reason })
    .where('id', '=', build.id)
    .execute()
  await recordResourceEvent(tx, {
    tenantId: stop.tenantId,
    kind: 'build',
    resourceId: String(build.id),
    type: 'build.stopping',
    ...(stop.reason !== null && { reason: stop.reason }),
    data: { by: stop.by },
  })
  await enqueueWork(tx, { kind: 'build', key: String(build.id) })
  return 'stopping'
}

/** Whether somebody wants the build to end. Index: primary key. */
export async function isBuildStopping(db: Db, buildId: number): Promise<boolean> {
  const row = await db.selectFrom('build').select('status').where('id', '=', buildId).executeTakeFirst()
  return row?.status === 'stopping'
}
