import { type BuildDetails, CairnError } from '@cairn/contract'
import {
  type LockedVersion,
  findImageVersion,
  lockImageVersion,
  readStoredObject,
  updateImageVersion as update,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation, Upload } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { holdReferences } from './build-source.ts'
import { readOnly } from './global-image.ts'
import { keepContext, wantedOf } from './create-image.ts'
import { prepareBuild } from './prepare-build.ts'
import { queueBuild } from './queue-build.ts'

/** Details and context that the body leaves out stay as they are; a new build follows. */
export const updateImageVersion: Operation<'updateImageVersion'> = async (context, call) => {
  const { caller, params, body, upload, signal } = call
  const { imageId, versionId } = params
  const seen = await findImageVersion(context.database.db, caller.tenantId, imageId, versionId)
  if (seen === null) throw unknownVersion(imageId, versionId)
  if (seen.imageScope === 'global') throw readOnly(seen)
  const details = changedDetails(seen.buildDetails, body.buildDetails ?? {}, upload !== null)
  const known = seen.contextSha256 === null ? null : await readContext(context, seen.contextSha256)
  const build = await prepareBuild(context, { tenantId: caller.tenantId, details, upload, known, signal })
  const queued = await context.database.transaction(async (tx) => {
    await keepContext(context, tx, build)
    await holdReferences(tx, caller, build)
    const locked = await lockImageVersion(tx, caller.tenantId, imageId, versionId)
    if (locked === null) throw unknownVersion(imageId, versionId)
    refuseUnlessChangeable(locked)
    await update(tx, versionId, {
      description: body.description ?? locked.description,
      buildDetails: build.details,
      contextSha256: build.context?.sha256 ?? null,
      artifact: build.artifact,
      updatedBy: caller.userEmail,
    })
    return queueBuild(tx, caller, { imageId, versionId, ...wantedOf(body, build) })
  })
  context.hints.notify('work')
  return queued
}

/**
 * The details of before with those of the body in their place; another source begins anew. A file that is uploaded takes the
 * place of the stored artifact that was named before.
 */
function changedDetails(before: BuildDetails, change: BuildDetails, hasUpload: boolean): BuildDetails {
  const isOtherSource = change.source !== undefined && change.source !== (before.source ?? 'upload')
  if (isOtherSource) return change
  const { artifactId, artifactVersion, ...kept } = before
  const namesAnother = change.artifactId !== undefined && change.artifactId !== artifactId
  if (hasUpload || namesAnother || artifactId === undefined) return { ...kept, ...change }
  return { ...kept, artifactId, ...(artifactVersion !== undefined && { artifactVersion }), ...change }
}

function unknownVersion(imageId: number, versionId: number): CairnError {
  return notFound('image version', `${versionId} of image ${imageId}`)
}

/** @throws {CairnError} `unprocessable`, saying what it waits for */
export function refuseUnlessChangeable(version: LockedVersion): void {
  if (version.status !== 'not-ready') {
    throw new CairnError(
      'unprocessable',
      `version ${version.version} is ${version.status}; only one that is not-ready can be changed, so create a new version`,
    )
  }
  if (version.liveBuildId !== null) {
    throw new CairnError('unprocessable', `build ${version.liveBuildId} of this version has not ended; wait for it`)
  }
}

async function readContext(context: ApiContext, sha256: string): Promise<Upload> {
  const object = await readStoredObject(context.database.db, sha256)
  if (object === null) throw new Error(`object ${sha256} has no row`)
  return object
}
