import type { AutodeployResource, BuildDetails } from '@cairn/contract'
import { secretsOfBuild } from '@cairn/domain'
import { enqueueWork, holdBuildSecrets, insertBuild, type TokenHolder, type Tx } from '@cairn/store'
import { recordChange } from '../record-change.ts'

export interface WantedBuild {
  readonly imageId: number
  readonly versionId: number
  readonly details: BuildDetails
  readonly autodeployResources?: readonly AutodeployResource[] | undefined
}

export interface QueuedBuild {
  readonly imageId: number
  readonly versionId: number
  readonly buildId: number
  readonly autodeploymentId?: string
}

/**
 * Queues a build of the version in the caller's transaction, which holds the secrets that it names. Its last step: the work
 * row is locked last.
 */
export async function queueBuild(tx: Tx, caller: TokenHolder, wanted: WantedBuild): Promise<QueuedBuild> {
  const { imageId, versionId, autodeployResources = [] } = wanted
  const { tenantId, userEmail: requestedBy } = caller
  const autodeployment =
    autodeployResources.length === 0 ? null : { id: crypto.randomUUID(), resources: autodeployResources }
  const buildId = await insertBuild(tx, { tenantId, imageId, versionId, requestedBy, autodeployment })
  await holdBuildSecrets(tx, { tenantId, versionId }, secretsOfBuild(wanted.details))
  await recordChange(tx, caller, { type: 'build.queued', id: buildId, facts: { imageId, versionId } })
  await enqueueWork(tx, { kind: 'build', key: String(buildId) })
  return { imageId, versionId, buildId, ...(autodeployment !== null && { autodeploymentId: autodeployment.id }) }
}
