import type { AutodeployResource, BuildDetails } from '@cairn/contract'
import { secretsOfBuild } from '@cairn/domain'
import {
  enqueueWork,
  findUnknownResource,
  holdBuildSecrets,
  insertBuild,
  type TokenHolder,
  type Tx,
} from '@cairn/store'
import { refusedField } from '../../refusals.ts'
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
  await checkAutodeploy(tx, tenantId, autodeployResources)
  const autodeployment =
    autodeployResources.length === 0 ? null : { id: crypto.randomUUID(), resources: autodeployResources }
  const buildId = await insertBuild(tx, { tenantId, imageId, versionId, requestedBy, autodeployment })
  await holdBuildSecrets(tx, { tenantId, versionId }, secretsOfBuild(wanted.details))
  await recordChange(tx, caller, { type: 'build.queued', id: buildId, facts: { imageId, versionId } })
  await enqueueWork(tx, { kind: 'build', key: String(buildId) })
  return { imageId, versionId, buildId, ...(autodeployment !== null && { autodeploymentId: autodeployment.id }) }
}

async function checkAutodeploy(tx: Tx, tenantId: string, resources: readonly AutodeployResource[]): Promise<void> {
  const workspace = resources.findIndex(({ entityType }) => entityType === 'workspace')
  if (workspace !== -1) {
    throw refusedField('invalid_request', `autodeployResources.${workspace}.entityType`, 'Cairn has no workspaces')
  }
  const unknown = await findUnknownResource(tx, tenantId, resources)
  const resource = resources[unknown ?? -1]
  if (resource === undefined) return
  const what = resource.entityType === 'workflow' ? 'workflow' : 'service'
  const rule = `${what} ${resource.entityId} does not exist`
  throw refusedField('unknown_reference', `autodeployResources.${unknown}.entityId`, rule)
}
