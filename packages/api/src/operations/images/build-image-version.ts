import { findImageVersion, lockImageVersion } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { queueBuild } from './queue-build.ts'
import { refuseUnlessChangeable } from './update-image-version.ts'

/** The only thing that a tenant may do to a global image; its builds belong to the image's own tenant. */
export const buildImageVersion: Operation<'buildImageVersion'> = async (context, { caller, params }) => {
  const { imageId, versionId } = params
  const seen = await findImageVersion(context.database.db, caller.tenantId, imageId, versionId)
  if (seen === null) throw notFound('image version', `${versionId} of image ${imageId}`)
  const owner = { ...caller, tenantId: seen.tenantId }
  const queued = await context.database.transaction(async (tx) => {
    const locked = await lockImageVersion(tx, owner.tenantId, imageId, versionId)
    if (locked === null) throw notFound('image version', `${versionId} of image ${imageId}`)
    refuseUnlessChangeable(locked)
    return queueBuild(tx, owner, { imageId, versionId, details: locked.buildDetails })
  })
  context.hints.notify('work')
  return queued
}
