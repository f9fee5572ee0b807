/** Deletions are asked for here and carried out by the engine; what is used is refused under lock. */
import { CairnError } from '@cairn/contract'
import {
  enqueueWork,
  findVersionUses,
  lockImage,
  lockVersionsToDelete,
  markImageDeleting,
  markVersionsDeleting,
  stopBuildsOf,
  type TokenHolder,
  type Tx,
  type VersionToDelete,
  type VersionUse,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { recordChange } from '../record-change.ts'
import { unchangeable } from './global-image.ts'

export const deleteImage: Operation<'deleteImage'> = async (context, { caller, params }) => {
  await deleteVersions(context, caller, { imageId: params.imageId, versionIds: null })
  return {}
}

export const deleteImageVersion: Operation<'deleteImageVersion'> = async (context, { caller, params }) => {
  await deleteVersions(context, caller, { imageId: params.imageId, versionIds: [params.versionId] })
  return {}
}

export const deleteImageVersions: Operation<'deleteImageVersions'> = async (context, { caller, params, query }) => {
  await deleteVersions(context, caller, { imageId: params.imageId, versionIds: [...new Set(query.versionIds)] })
  return {}
}

interface Wanted {
  readonly imageId: number
  /** null = the image with all that it has. */
  readonly versionIds: readonly number[] | null
}

/** All or nothing: one version that is used or unknown keeps the others. */
async function deleteVersions(context: ApiContext, caller: TokenHolder, wanted: Wanted): Promise<void> {
  const { imageId, versionIds } = wanted
  const stopped = await context.database.transaction(async (tx) => {
    const image = await lockImage(tx, caller.tenantId, imageId)
    if (image === null) throw await unchangeable(tx, caller.tenantId, imageId)
    const builds = await stopBuildsOf(tx, imageId, versionIds, caller.userEmail)
    const versions = await lockVersionsToDelete(tx, caller.tenantId, imageId, versionIds)
    const unknown = (versionIds ?? []).filter((id) => !versions.some((version) => version.id === id))
    if (unknown.length > 0) throw notFound('image version', `${unknown.join(', ')} of image ${imageId}`)
    await refuseUsed(tx, caller.tenantId, versions)
    if (versionIds === null) await markImageDeleting(tx, imageId)
    await markVersionsDeleting(
      tx,
      versions.map(({ id }) => id),
      caller.userEmail,
    )
    await recordChange(tx, caller, {
      type: versionIds === null ? 'image.deleting' : 'image.versions_deleting',
      id: imageId,
      facts: { versions: versions.map(({ version }) => version) },
    })
    const keys = builds.map((id) => ({ kind: 'build' as const, key: String(id) }))
    await enqueueWork(tx, { kind: 'image', key: String(imageId) }, ...keys)
    return builds.length
  })
  context.hints.notify('work')
  if (stopped > 0) context.hints.notify('stop')
}

const namedInMessage = 5

async function refuseUsed(tx: Tx, tenantId: string, versions: readonly VersionToDelete[]): Promise<void> {
  const ids = versions.map(({ id }) => id)
  const uses = await findVersionUses(tx, tenantId, ids, namedInMessage + 1)
  const [first] = uses
  if (first === undefined) return
  const used = versions.find(({ id }) => id === first.versionId)
  const named = uses.slice(0, namedInMessage).map(describe)
  const others = uses.length > namedInMessage ? ' and others' : ''
  throw new CairnError(
    'unprocessable',
    `version ${used?.version ?? first.versionId} cannot be deleted, it is used by ${named.join(', ')}${others}; change or delete those first`,
  )
}

function describe({ kind, id, name }: VersionUse): string {
  return kind === 'run' ? `run ${id} of workflow "${name}", which has not ended` : `${kind} ${id} ("${name}")`
}
