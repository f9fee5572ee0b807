import { CairnError, type ImageBody } from '@cairn/contract'
import { nextVersion } from '@cairn/domain'
import { insertImage, insertImageVersion, lockImage, readVersionNames, type TokenHolder, type Tx } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { keepUpload } from '../archive.ts'
import { unchangeable } from './global-image.ts'
import { holdReferences, type PreparedBuild } from './build-source.ts'
import { prepareBuild } from './prepare-build.ts'
import { queueBuild } from './queue-build.ts'

export const createImage: Operation<'createImage'> = async (context, { caller, body, upload, signal }) => {
  const { tenantId, userEmail } = caller
  const wish = { tenantId, details: body.buildDetails, upload, known: null, signal }
  const build = await prepareBuild(context, wish)
  const queued = await context.database.transaction(async (tx) => {
    await keepContext(context, tx, build)
    await holdReferences(tx, caller, build)
    const imageId = await insertImage(tx, { tenantId, name: body.name, type: body.type, createdBy: userEmail })
    if (imageId === null)
      throw new CairnError('name_taken', `name: the name "${body.name}" is already in use by an image`)
    const versionId = await insertVersion(tx, caller, {
      imageId,
      version: body.version ?? nextVersion([]),
      body,
      build,
    })
    return queueBuild(tx, caller, { imageId, versionId, ...wantedOf(body, build) })
  })
  context.hints.notify('work')
  return queued
}

export const createImageVersion: Operation<'createImageVersion'> = async (context, call) => {
  const { caller, params, body, upload, signal } = call
  const { imageId } = params
  const wish = { tenantId: caller.tenantId, details: body.buildDetails, upload, known: null, signal }
  const build = await prepareBuild(context, wish)
  const queued = await context.database.transaction(async (tx) => {
    await keepContext(context, tx, build)
    await holdReferences(tx, caller, build)
    const image = await lockImage(tx, caller.tenantId, imageId)
    if (image === null) throw await unchangeable(tx, caller.tenantId, imageId)
    if (image.deleting) throw new CairnError('unprocessable', `image ${imageId} ("${image.name}") is being deleted`)
    const version = body.version ?? nextVersion(await readVersionNames(tx, caller.tenantId, imageId))
    const versionId = await insertVersion(tx, caller, { imageId, version, body, build })
    return queueBuild(tx, caller, { imageId, versionId, ...wantedOf(body, build) })
  })
  context.hints.notify('work')
  return queued
}

type VersionFields = Pick<ImageBody, 'description' | 'buildDetails' | 'autodeployResources'>

export function wantedOf({ autodeployResources }: VersionFields, { details }: PreparedBuild) {
  return { details, autodeployResources }
}

export async function keepContext(
  context: Pick<ApiContext, 'objectStore'>,
  tx: Tx,
  build: PreparedBuild,
): Promise<void> {
  if (build.context !== null) await keepUpload(context, tx, build.context)
}

interface AddedVersion {
  readonly imageId: number
  readonly version: string
  readonly body: VersionFields
  readonly build: PreparedBuild
}

async function insertVersion(tx: Tx, caller: TokenHolder, added: AddedVersion): Promise<number> {
  const versionId = await insertImageVersion(tx, {
    tenantId: caller.tenantId,
    imageId: added.imageId,
    version: added.version,
    description: added.body.description ?? '',
    buildDetails: added.build.details,
    contextSha256: added.build.context?.sha256 ?? null,
    artifact: added.build.artifact,
    createdBy: caller.userEmail,
  })
  if (versionId === null) {
    throw new CairnError('version_taken', `version: the image already has the version ${added.version}`)
  }
  return versionId
}
