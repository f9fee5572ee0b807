/**
 * What users want of a service. The engine owns `observed_generation`, `active_revision` and the revisions' statuses.
 * Whoever changes the wish locks the service's row, raises `generation`, adds the revision of that number and enqueues
 * the service's work, in one transaction.
 */
import type { RevisionStatus, ServiceStatus, ServiceType } from '@cairn/contract'
import type { ServiceSpec } from '@cairn/domain'
import type { Tx } from '../database/database.ts'

export interface ServiceTag {
  readonly name: string
}

export type ServiceAccess = 'private' | 'public'

export interface NewService {
  readonly tenantId: string
  readonly name: string
  readonly serviceType: ServiceType
  readonly title: string | null
  readonly description: string | null
  readonly access: ServiceAccess
  readonly tags: readonly ServiceTag[]
  readonly spec: ServiceSpec
  readonly createdBy: string
}

/** The new service's id, or null when the tenant has a service of this name, one that is being deleted included. */
export async function insertService(tx: Tx, service: NewService): Promise<string | null> {
  const row = await tx
    .insertInto('service')
    .values({
      id: crypto.randomUUID(),
      tenant_id: service.tenantId,
      name: service.name,
      service_type: service.serviceType,
      title: service.title,
      description: service.description,
      access: service.access,
      tags: JSON.stringify(service.tags),
      status: 'CREATING',
      status_reason: null,
      active_revision: null,
      created_by: service.createdBy,
      updated_by: service.createdBy,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (row === undefined) return null
  await insertRevision(tx, row.id, 1, service)
  return row.id
}

async function insertRevision(
  tx: Tx,
  serviceId: string,
  revision: number,
  content: { readonly spec: ServiceSpec; readonly createdBy: string },
): Promise<void> {
  await tx
    .insertInto('service_revision')
    .values({
      service_id: serviceId,
      revision,
      spec: JSON.stringify(content.spec),
      status: 'starting',
      reason: null,
      created_by: content.createdBy,
      activated_at: null,
      drain_until: null,
    })
    .execute()
}

export interface LockedService {
  readonly id: string
  readonly name: string
  readonly serviceType: ServiceType
  readonly status: ServiceStatus
  readonly generation: number
  readonly title: string | null
  readonly description: string | null
  readonly access: ServiceAccess
  readonly tags: readonly ServiceTag[]
  /** Of the newest revision: what is wanted, not necessarily what serves. */
  readonly spec: ServiceSpec
  /** Of the newest revision. */
  readonly revisionStatus: RevisionStatus
}

/** Locks the service; null = the tenant has none of this id. */
export async function lockService(tx: Tx, tenantId: string, serviceId: string): Promise<LockedService | null> {
  const row = await tx
    .selectFrom('service')
    .select(['id', 'name', 'service_type', 'status', 'generation', 'title', 'description', 'access', 'tags'])
    .where('id', '=', serviceId)
    .where('tenant_id', '=', tenantId)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return null
  const revision = await tx
    .selectFrom('service_revision')
    .select(['spec', 'status'])
    .where('service_id', '=', row.id)
    .where('revision', '=', row.generation)
    .executeTakeFirstOrThrow()
  return { ...row, serviceType: row.service_type, spec: revision.spec, revisionStatus: revision.status }
}

export interface ServiceChange {
  readonly title: string | null
  readonly description: string | null
  readonly access: ServiceAccess
  readonly tags: readonly ServiceTag[]
  readonly updatedBy: string
}

/** Changes what needs no new instance. Call after {@link lockService}. */
export async function updateService(tx: Tx, serviceId: string, change: ServiceChange): Promise<void> {
  await tx
    .updateTable('service')
    .set({
      title: change.title,
      description: change.description,
      access: change.access,
      tags: JSON.stringify(change.tags),
      updated_at: new Date(),
      updated_by: change.updatedBy,
    })
    .where('id', '=', serviceId)
    .execute()
}

/** Makes the spec the wanted one. Call after {@link lockService}; the caller enqueues the service's work. */
export async function reviseService(
  tx: Tx,
  locked: LockedService,
  content: { readonly spec: ServiceSpec; readonly createdBy: string },
): Promise<void> {
  const generation = locked.generation + 1
  await insertRevision(tx, locked.id, generation, content)
  const hasServed = locked.status === 'AVAILABLE' || locked.status === 'DEPLOYING'
  await tx
    .updateTable('service')
    .set({ generation, status: hasServed ? 'DEPLOYING' : 'CREATING', status_reason: null })
    .where('id', '=', locked.id)
    .execute()
}

/** Asks for the service's end. Call after {@link lockService}; the caller enqueues the service's work. */
export async function markServiceDeleting(tx: Tx, serviceId: string, deletedBy: string): Promise<void> {
  await tx
    .updateTable('service')
    .set({ status: 'DELETING', status_reason: null, updated_at: new Date(), updated_by: deletedBy })
    .where('id', '=', serviceId)
    .execute()
}
