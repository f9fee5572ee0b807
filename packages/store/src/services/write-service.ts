/**
 * What users want of a service. The engine owns `observed_generation`, `active_revision` and the revisions' statuses.
 * Whoever changes the wish locks the service's row, raises `generation`, adds the revision of that number and enqueues
 * the service's work, in one transaction.
 */
import type { RevisionCause, RevisionStatus, ServiceLimits, ServiceStatus, ServiceType } from '@cairn/contract'
import { redeployFieldsChanged, type ServiceSpec, terminalRevisionStatuses } from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { holdServiceSecrets } from './hold-service-secrets.ts'

export interface ServiceTag {
  readonly name: string
}

export type ServiceAccess = 'private' | 'public'

/** What a revision runs, who made it and why. */
export interface RevisionContent {
  readonly spec: ServiceSpec
  readonly createdBy: string
  readonly cause: RevisionCause
  /** The revision whose specification this is; set when, and only when, it is a rollback. */
  readonly rolledBackTo: number | null
}

export interface NewService {
  readonly tenantId: string
  readonly name: string
  readonly serviceType: ServiceType
  readonly title: string | null
  readonly description: string | null
  readonly access: ServiceAccess
  readonly tags: readonly ServiceTag[]
  readonly minInstances: number
  /** Longest time that an instance drains; null or absent = the defaults. */
  readonly drainSeconds?: number | null
  /** null or absent = none. */
  readonly limits?: ServiceLimits | null
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
      min_instances: service.minInstances,
      drain_seconds: service.drainSeconds ?? null,
      request_limits: limitsText(service.limits ?? null),
      created_by: service.createdBy,
      updated_by: service.createdBy,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (row === undefined) return null
  await insertRevision(tx, row.id, 1, { ...service, cause: 'created', changedFields: [], rolledBackTo: null })
  await holdServiceSecrets(tx, { id: row.id, tenantId: service.tenantId })
  return row.id
}

const limitsText = (limits: ServiceLimits | null): string | null => (limits === null ? null : JSON.stringify(limits))

async function insertRevision(
  tx: Tx,
  serviceId: string,
  revision: number,
  content: RevisionContent & { readonly changedFields: readonly string[] },
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
      cause: content.cause,
      changed_fields: JSON.stringify(content.changedFields),
      rolled_back_to: content.rolledBackTo,
    })
    .execute()
}

export interface LockedService {
  readonly id: string
  readonly tenantId: string
  readonly name: string
  readonly serviceType: ServiceType
  readonly status: ServiceStatus
  readonly generation: number
  readonly title: string | null
  readonly description: string | null
  readonly access: ServiceAccess
  readonly tags: readonly ServiceTag[]
  readonly minInstances: number
  readonly drainSeconds: number | null
  readonly limits: ServiceLimits | null
  /** Who stopped it; null = it is not stopped. */
  readonly stoppedBy: string | null
  /** Of the newest revision: what is wanted, not necessarily what serves. */
  readonly spec: ServiceSpec
  /** Of the newest revision. */
  readonly revisionStatus: RevisionStatus
}

/** Locks the service; null = the tenant has none of this id. */
export async function lockService(tx: Tx, tenantId: string, serviceId: string): Promise<LockedService | null> {
  const row = await tx
    .selectFrom('service')
    .selectAll()
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
  const { id, name, status, generation, title, description, access, tags } = row
  return {
    id,
    tenantId,
    name,
    status,
    generation,
    title,
    description,
    access,
    tags,
    serviceType: row.service_type,
    minInstances: row.min_instances,
    drainSeconds: row.drain_seconds,
    limits: row.request_limits,
    stoppedBy: row.stopped_by,
    spec: revision.spec,
    revisionStatus: revision.status,
  }
}

export interface ServiceChange {
  readonly title: string | null
  readonly description: string | null
  readonly access: ServiceAccess
  readonly tags: readonly ServiceTag[]
  readonly minInstances: number
  readonly drainSeconds: number | null
  readonly limits: ServiceLimits | null
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
      min_instances: change.minInstances,
      drain_seconds: change.drainSeconds,
      request_limits: limitsText(change.limits),
      updated_at: new Date(),
      updated_by: change.updatedBy,
    })
    .where('id', '=', serviceId)
    .execute()
}

/** Makes the spec the wanted one. Call after {@link lockService}; the caller enqueues the service's work. */
export async function reviseService(tx: Tx, locked: LockedService, content: RevisionContent): Promise<void> {
  const generation = locked.generation + 1
  const changedFields = redeployFieldsChanged(locked.spec, content.spec)
  await insertRevision(tx, locked.id, generation, { ...content, changedFields })
  await holdServiceSecrets(tx, locked)
  await forgetOldRevisions(tx, locked.id, generation)
  const hasServed = locked.status === 'AVAILABLE' || locked.status === 'DEPLOYING'
  const status = hasServed ? (locked.stoppedBy === null ? 'DEPLOYING' : 'AVAILABLE') : 'CREATING'
  await tx
    .updateTable('service')
    // Who deploys wants to see what came of it: a service that sleeps wakes.
    .set((eb) => ({
      generation,
      status,
      status_reason: null,
      scaled_instances: eb.fn('nullif', ['scaled_instances', eb.val(0)]),
    }))
    .where('id', '=', locked.id)
    .execute()
}

/** Revisions of one service that are kept, the live ones apart. */
export const keptRevisions = 100

/** Index: primary key. */
async function forgetOldRevisions(tx: Tx, serviceId: string, newest: number): Promise<void> {
  await tx
    .deleteFrom('service_revision')
    .where('service_id', '=', serviceId)
    .where('revision', '<=', newest - keptRevisions)
    .where('status', 'in', terminalRevisionStatuses)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('service_instance')
            .select('workload_name')
            .whereRef('service_instance.service_id', '=', 'service_revision.service_id')
            .whereRef('service_instance.revision', '=', 'service_revision.revision'),
        ),
      ),
    )
    .execute()
}

/** No instances from now on, until {@link markServiceStarted}. Call after {@link lockService}; the caller enqueues its work. */
export async function markServiceStopped(tx: Tx, serviceId: string, stoppedBy: string): Promise<void> {
  await tx
    .updateTable('service')
    .set({ stopped_by: stoppedBy, stopped_at: new Date(), scaled_instances: null })
    .where('id', '=', serviceId)
    .execute()
}

/** Call after {@link lockService}; the caller enqueues the service's work. */
export async function markServiceStarted(tx: Tx, serviceId: string): Promise<void> {
  await tx
    .updateTable('service')
    .set({ stopped_by: null, stopped_at: null, scaled_instances: null })
    .where('id', '=', serviceId)
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
