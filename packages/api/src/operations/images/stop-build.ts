import { wireBuildStatus } from '@cairn/domain'
import { requestBuildStop } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { buildIdOf } from './read-builds.ts'

/** Only the wish is written: the engine process that builds, or the next one, ends it. */
export const stopBuild: Operation<'stopBuild'> = async (context, { caller, params, body }) => {
  const { imageId } = params
  const buildId = buildIdOf(params)
  const stop = { tenantId: caller.tenantId, imageId, by: caller.userEmail, reason: body.reason ?? null }
  const status =
    buildId === null ? null : await context.database.transaction((tx) => requestBuildStop(tx, { ...stop, buildId }))
  if (buildId === null || status === null) throw notFound('build', `${params.buildId} of image ${imageId}`)
  if (status === 'stopping') {
    context.hints.notify('work')
    context.hints.notify('stop')
  }
  return { buildId, status: wireBuildStatus(status) }
}
