/**
 * What follows the success of a build: services run the new version, workflows name it.
 *
 * Always true: each resource is changed in a transaction of its own, under the lock of its row, and left alone when it is
 * at the version already; so what a process that died had begun is gone on with, and nothing is redeployed twice.
 * Lock order: the resource's row → image versions, shared → its work row.
 */
import type { AutodeployResource, AutodeployResult } from '@cairn/contract'
import { chooseServicePort } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { readVersionsToRun, type VersionToRun } from '../images/read-versions-to-run.ts'
import { recordResourceEvent } from '../resource-events/record-resource-event.ts'
import { lockService, reviseService } from '../services/write-service.ts'
import { enqueueWork } from '../work/enqueue-work.ts'
import { readStoredBody } from '../workflows/stored-body.ts'
import { lockWorkflow, reviseWorkflow } from '../workflows/write-workflow.ts'

/** The built version that resources are to use. */
export interface VersionToDeploy {
  readonly tenantId: string
  readonly imageId: number
  readonly versionId: number
  readonly buildId: number
  /** E-mail of who asked for the build. */
  readonly by: string
}

/** Changes one resource; it says why when it cannot be. The caller gives the hint `work` after the commit. */
export async function deployTo(
  tx: Tx,
  version: VersionToDeploy,
  resource: AutodeployResource,
): Promise<AutodeployResult> {
  const reason =
    resource.entityType === 'workflow' ? await repin(tx, version, resource) : await redeploy(tx, version, resource)
  const { entityType } = resource
  return { entityId: String(resource.entityId), entityType, status: reason === null ? 'redeployed' : 'refused', reason }
}

async function redeploy(tx: Tx, wanted: VersionToDeploy, { entityId }: AutodeployResource): Promise<string | null> {
  const service = isUuid(entityId) ? await lockService(tx, wanted.tenantId, entityId) : null
  if (service === null) return `service ${entityId} does not exist any more`
  if (service.status === 'DELETING' || service.status === 'DELETE_FAILED') return `the service is ${service.status}`
  const { image } = service.spec
  if (image.imageId !== wanted.imageId) return `the service runs image ${image.imageId}, not image ${wanted.imageId}`
  if (image.versionId === wanted.versionId) return null
  const version = await holdVersion(tx, wanted)
  if (version === null) return `version ${wanted.versionId} of the image is not ready any more`
  const spec = { ...service.spec, image: imageOf(version), port: chooseServicePort(version.exposedPorts) }
  await reviseService(tx, service, { spec, createdBy: wanted.by, cause: 'image-built', rolledBackTo: null })
  await record(tx, wanted, { kind: 'service', id: service.id, generation: service.generation + 1 })
  await enqueueWork(tx, { kind: 'service', key: service.id })
  return null
}

function imageOf({ imageId, versionId, imageName: name, version, engineImageId }: VersionToRun) {
  return { imageId, versionId, name, version, engineId: engineImageId ?? '' }
}

/** Steps that name no version take the latest one anyway. */
async function repin(tx: Tx, wanted: VersionToDeploy, { entityId }: AutodeployResource): Promise<string | null> {
  const id = Number(entityId)
  const workflow = Number.isSafeInteger(id) ? await lockWorkflow(tx, wanted.tenantId, id) : null
  if (workflow === null) return `workflow ${entityId} does not exist any more`
  const body = readStoredBody(workflow.body)
  const ofImage = Object.entries(body.steps).filter(([, step]) => imageIdOf(step) === wanted.imageId)
  if (ofImage.length === 0) return `no step of the workflow uses image ${wanted.imageId}`
  const behind = ofImage.filter(([, step]) => ![undefined, wanted.versionId].includes(pinOf(step)))
  if (behind.length === 0) return null
  if ((await holdVersion(tx, wanted)) === null) return `version ${wanted.versionId} of the image is not ready any more`
  const repinned = behind.map(([name, step]) => [name, { ...step, imageVersionId: wanted.versionId }] as const)
  const steps = { ...body.steps, ...Object.fromEntries(repinned) }
  const secrets = await readSecretsOfWorkflow(tx, workflow)
  await reviseWorkflow(tx, workflow, { name: workflow.name, body: { ...body, steps }, secrets, updatedBy: wanted.by })
  await record(tx, wanted, { kind: 'workflow', id: String(workflow.id), revision: workflow.revision + 1 })
  return null
}

const imageIdOf = (step: object): number | null =>
  'imageId' in step && typeof step.imageId === 'number' ? step.imageId : null
const pinOf = (step: object): number | undefined =>
  'imageVersionId' in step && typeof step.imageVersionId === 'number' ? step.imageVersionId : undefined

async function readSecretsOfWorkflow(
  tx: Tx,
  workflow: { readonly id: number; readonly tenantId: string },
): Promise<string[]> {
  const rows = await tx
    .selectFrom('secret_use')
    .select('name')
    .where('tenant_id', '=', workflow.tenantId)
    .where('kind', '=', 'workflow')
    .where('resource_id', '=', String(workflow.id))
    .execute()
  return rows.map(({ name }) => name)
}

async function holdVersion(tx: Tx, { tenantId, imageId, versionId }: VersionToDeploy): Promise<VersionToRun | null> {
  const versions = await readVersionsToRun(tx, tenantId, [imageId])
  const version = versions.find((found) => found.versionId === versionId)
  return version?.status === 'ready' && version.engineImageId !== null ? version : null
}

async function record(
  tx: Tx,
  { tenantId, buildId, versionId, by }: VersionToDeploy,
  { kind, id, ...facts }: { readonly kind: 'service' | 'workflow'; readonly id: string } & Record<string, unknown>,
): Promise<void> {
  const data = { ...facts, by, buildId, versionId }
  const reason = `build ${buildId} succeeded`
  await recordResourceEvent(tx, { tenantId, kind, resourceId: id, type: `${kind}.revised`, reason, data })
}

const isUuid = (id: string | number): id is string => typeof id === 'string' && /^[0-9a-f-]{36}$/i.test(id)

/** Writes down what became of each; false = it was written before. Call after `lockBuild` and `holdLease`. */
export async function finishAutodeployment(
  tx: Tx,
  buildId: number,
  results: readonly AutodeployResult[],
): Promise<boolean> {
  const result = await tx
    .updateTable('build')
    .set({ autodeploy_results: JSON.stringify(results) })
    .where('id', '=', buildId)
    .where('status', '=', 'success')
    .where('autodeploy_results', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Of these resources the first that the tenant does not have. */
export async function findUnknownResource(
  db: Db,
  tenantId: string,
  resources: readonly AutodeployResource[],
): Promise<number | null> {
  const isKnown = await Promise.all(
    resources.map(async ({ entityId, entityType }) => {
      const { rows } = await sql`
        select 1 from service where tenant_id = ${tenantId} and id::text = ${String(entityId).toLowerCase()}
          and ${entityType !== 'workflow'}
        union all
        select 1 from workflow where tenant_id = ${tenantId} and id::text = ${String(entityId)} and deleted_at is null
          and ${entityType === 'workflow'}`.execute(db)
      return rows.length > 0
    }),
  )
  const unknown = isKnown.indexOf(false)
  return unknown === -1 ? null : unknown
}
