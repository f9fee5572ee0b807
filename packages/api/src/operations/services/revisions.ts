/** The history of a service, and the way back. */
import { CairnError, type ServiceRevision } from '@cairn/contract'
import type { ServiceSpec } from '@cairn/domain'
import {
  findService,
  findServiceRevision,
  keptRevisions,
  listServiceRevisions as list,
  type LockedService,
  type ServiceRevisionRecord,
} from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'
import { changeService, revise } from './change-service.ts'
import { describeSpec } from './read-services.ts'
import { findMissingSecret, resolveServiceImage, resolveServiceResources, type SpecContext } from './service-spec.ts'

export const listServiceRevisions: Operation<'listServiceRevisions'> = async (context, { caller, params, query }) => {
  const { db } = context.database
  if ((await findService(db, caller.tenantId, params.serviceId)) === null) throw notFound('service', params.serviceId)
  const request = pageRequestOf(query)
  const page = await list(db, caller.tenantId, params.serviceId, request)
  return { revisions: page.items.map(describe), revisionsCount: page.total, ...pageKeysOf(page, request) }
}

function describe({ spec, changedFields, createdAt, activatedAt, ...facts }: ServiceRevisionRecord): ServiceRevision {
  const { imageId, versionId, name, version } = spec.image
  return {
    ...facts,
    changedFields: [...changedFields],
    createdAt: createdAt.toISOString(),
    activatedAt: activatedAt?.toISOString() ?? null,
    imageDetails: { imageId, versionId, name, version },
    ...describeSpec(spec),
  }
}

export const rollbackService: Operation<'rollbackService'> = (context, { caller, params, body }) =>
  changeService(context, caller, params.serviceId, async (tx, locked) => {
    const { tenantId } = caller
    const revision = await findServiceRevision(tx, tenantId, locked.id, body.revision)
    refuseRevision(locked, body.revision, revision)
    const resolving = { db: tx, tenantId, serviceType: locked.serviceType, machine: context.machine() }
    const spec = await specAgain(resolving, revision)
    await revise(tx, caller, locked, { spec, cause: 'rolled-back', rolledBackTo: revision.revision })
    return true
  })

function refuseRevision(
  locked: LockedService,
  wanted: number,
  revision: ServiceRevisionRecord | null,
): asserts revision is ServiceRevisionRecord {
  if (revision === null) {
    const rule = wanted > locked.generation ? '' : `; the newest ${keptRevisions} are kept`
    throw new CairnError('not_found', `service "${locked.name}" has no revision ${wanted}${rule}`)
  }
  if (wanted === locked.generation) {
    throw new CairnError('unprocessable', `revision: ${wanted} is the newest one; restart the service instead`)
  }
  if (revision.activatedAt !== null) return
  const why = revision.reason === null ? '' : `: ${revision.reason}`
  throw new CairnError('unprocessable', `revision: ${wanted} has never served${why}`)
}

/**
 * The revision's specification, as far as it can run again.
 *
 * @throws CairnError `unprocessable` when its image version, its instance type or a secret is gone
 */
async function specAgain(resolving: SpecContext, { revision, spec }: ServiceRevisionRecord): Promise<ServiceSpec> {
  try {
    const { imageId, versionId } = spec.image
    const { image, port } = await resolveServiceImage(resolving, { imageId, versionId })
    const resources = resolveServiceResources(resolving, spec.resources.instanceTypeId)
    const missing = await findMissingSecret(resolving, spec.secrets)
    if (missing !== null) throw new CairnError('unprocessable', `secret "${missing}" does not exist any more`)
    return { ...spec, image, port, resources }
  } catch (error) {
    if (!(error instanceof CairnError)) throw error
    throw new CairnError('unprocessable', `revision: ${revision} cannot run again: ${error.message}`)
  }
}
