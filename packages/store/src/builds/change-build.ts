/** Guarded transitions of a build; call them after `lockBuild` and `holdLease` (see lock-build.ts). */
import type { Tx } from '../database/database.ts'
import { recordResourceEvent } from '../resource-events/record-resource-event.ts'
import { holdBuildSecrets } from './hold-build-secrets.ts'
import { enqueueWork } from '../work/enqueue-work.ts'
import type { BuildToRun } from './lock-build.ts'

type LockedBuild = Pick<BuildToRun, 'id' | 'tenantId' | 'versionId'>

/** Queued, or running under a process that died → running. False = the build is in another state. */
export async function startBuild(tx: Tx, build: LockedBuild, attempt: number): Promise<boolean> {
  const result = await tx
    .updateTable('build')
    .set((eb) => ({
      status: 'running' as const,
      attempts: attempt,
      reason: null,
      started_at: eb.fn.coalesce('started_at', eb.fn<Date>('now')),
    }))
    .where('id', '=', build.id)
    .where('status', 'in', ['queued', 'running'])
    .where('attempts', '=', attempt - 1)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/**
 * Running → queued: the build did not fail, it could not be carried out now. `isCounted` = the attempt counts against
 * their number. False = the build is in another state or attempt.
 */
export async function returnBuild(
  tx: Tx,
  build: LockedBuild,
  attempt: number,
  why: { readonly reason: string; readonly isCounted: boolean },
): Promise<boolean> {
  const result = await tx
    .updateTable('build')
    .set({ status: 'queued', attempts: why.isCounted ? attempt : attempt - 1, reason: why.reason })
    .where('id', '=', build.id)
    .where('status', '=', 'running')
    .where('attempts', '=', attempt)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** What became known of the attempt. It changes nothing when the build is finished or in another attempt. */
export async function noteBuildFacts(
  tx: Tx,
  build: LockedBuild,
  attempt: number,
  facts: { readonly commit: string | null; readonly steps: number; readonly cached: number },
): Promise<void> {
  await tx
    .updateTable('build')
    .set({
      source_commit: facts.commit,
      step_count: facts.steps === 0 ? null : facts.steps,
      cached_step_count: facts.steps === 0 ? null : facts.cached,
    })
    .where('id', '=', build.id)
    .where('status', 'in', ['running', 'stopping'])
    .where('attempts', '=', attempt)
    .execute()
}

/** Not finished → failed or stopped. `reason` is for the user. False = it is finished already, or in another attempt. */
export async function endBuild(
  tx: Tx,
  build: LockedBuild,
  attempt: number,
  end: { readonly status: 'failed' | 'stopped'; readonly reason: string },
): Promise<boolean> {
  const result = await tx
    .updateTable('build')
    .set((eb) => ({ status: end.status, reason: end.reason, finished_at: eb.fn<Date>('now') }))
    .where('id', '=', build.id)
    .where('status', 'in', ['queued', 'running', 'stopping'])
    .where('attempts', '=', attempt)
    .executeTakeFirst()
  if (result.numUpdatedRows !== 1n) return false
  await holdBuildSecrets(tx, build, [])
  await recordBuildEvent(tx, build, `build.${end.status}`, { reason: end.reason })
  return true
}

export interface BuiltImage {
  readonly engineImageId: string
  readonly engineTag: string
  readonly sizeBytes: number
  readonly exposedPorts: readonly number[]
}

/** `not_wanted` = the version is being deleted; `not_current` = the build is in another state or attempt. */
export type CompletedBuild = 'completed' | 'not_wanted' | 'not_current'

/** Running → success, and its version → ready, together; the image is then described, and pushed if there is a registry. */
export async function completeBuild(
  tx: Tx,
  build: LockedBuild,
  attempt: number,
  image: BuiltImage,
): Promise<CompletedBuild> {
  const finished = await tx
    .updateTable('build')
    .set((eb) => ({ status: 'success' as const, reason: null, finished_at: eb.fn<Date>('now') }))
    .where('id', '=', build.id)
    .where('status', '=', 'running')
    .where('attempts', '=', attempt)
    .executeTakeFirst()
  if (finished.numUpdatedRows !== 1n) return 'not_current'
  await holdBuildSecrets(tx, build, [])
  const imageId = await makeVersionReady(tx, build.versionId, image)
  if (imageId !== null) {
    const { engineImageId, sizeBytes } = image
    await recordBuildEvent(tx, build, 'build.success', { data: { engineImageId, sizeBytes, attempt } })
    const key = String(imageId)
    await enqueueWork(tx, { kind: 'image', key }, { kind: 'push', key })
    return 'completed'
  }
  const reason = 'the image version was deleted while it was being built'
  await tx.updateTable('build').set({ status: 'stopped', reason }).where('id', '=', build.id).execute()
  await recordBuildEvent(tx, build, 'build.stopped', { reason })
  return 'not_wanted'
}

/** Answers the version's image; null = the version is not waiting for a build. */
async function makeVersionReady(tx: Tx, versionId: number, image: BuiltImage): Promise<number | null> {
  const result = await tx
    .updateTable('image_version')
    .set((eb) => ({
      status: 'ready' as const,
      engine_image_id: image.engineImageId,
      engine_tag: image.engineTag,
      size_bytes: image.sizeBytes,
      exposed_ports: JSON.stringify(image.exposedPorts),
      updated_at: eb.fn<Date>('now'),
    }))
    .where('id', '=', versionId)
    .where('status', '=', 'not-ready')
    .returning('image_id')
    .executeTakeFirst()
  return result?.image_id ?? null
}

async function recordBuildEvent(
  tx: Tx,
  build: LockedBuild,
  type: string,
  facts: { readonly reason?: string; readonly data?: object },
): Promise<void> {
  await recordResourceEvent(tx, {
    tenantId: build.tenantId,
    kind: 'build',
    resourceId: String(build.id),
    type,
    ...facts,
  })
}
