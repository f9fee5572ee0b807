import type { ServiceLimits, ServiceStatus, ServiceType } from '@cairn/contract'
import type { ScaleTier, ServiceSpec } from '@cairn/domain'
import type { Db } from '../database/database.ts'
import { containing, type Page, type PageRequest, pageOffset } from '../page.ts'
import type { ServiceAccess, ServiceTag } from './write-service.ts'

export interface ServiceRecord {
  readonly id: string
  readonly name: string
  readonly serviceType: ServiceType
  readonly status: ServiceStatus
  /** Why it has this status. */
  readonly statusReason: string | null
  readonly title: string | null
  readonly description: string | null
  readonly access: ServiceAccess
  readonly tags: readonly ServiceTag[]
  readonly minInstances: number
  /** null = the defaults. */
  readonly drainSeconds: number | null
  /** null = none. */
  readonly limits: ServiceLimits | null
  /** Who stopped it; null = it is not stopped. */
  readonly stoppedBy: string | null
  /** What scaling wants instead of `minInstances`; null = nothing else. */
  readonly scaledInstances: number | null
  readonly tier: ScaleTier
  /** null = `minInstances`. */
  readonly maxInstances: number | null
  /** null = the default. */
  readonly targetConcurrency: number | null
  readonly createdAt: Date
  readonly createdBy: string
  readonly updatedAt: Date
  readonly updatedBy: string
  /** Of the newest revision: what is wanted, not necessarily what serves. */
  readonly spec: ServiceSpec
}

export interface ServiceFilter {
  /** Part of the name. */
  readonly searchTerm?: string
  readonly status?: readonly ServiceStatus[]
  readonly serviceType?: readonly ServiceType[]
}

const columns = [
  'service.id as id',
  'service.name as name',
  'service.service_type as serviceType',
  'service.status as status',
  'service.status_reason as statusReason',
  'service.title as title',
  'service.description as description',
  'service.access as access',
  'service.tags as tags',
  'service.min_instances as minInstances',
  'service.drain_seconds as drainSeconds',
  'service.request_limits as limits',
  'service.stopped_by as stoppedBy',
  'service.scaled_instances as scaledInstances',
  'service.scale_tier as tier',
  'service.max_instances as maxInstances',
  'service.target_concurrency as targetConcurrency',
  'service.created_at as createdAt',
  'service.created_by as createdBy',
  'service.updated_at as updatedAt',
  'service.updated_by as updatedBy',
  'service_revision.spec as spec',
] as const

function servicesOf(db: Db, tenantId: string) {
  return db
    .selectFrom('service')
    .innerJoin('service_revision', (join) =>
      join
        .onRef('service_revision.service_id', '=', 'service.id')
        .onRef('service_revision.revision', '=', 'service.generation'),
    )
    .where('service.tenant_id', '=', tenantId)
}

/** A service of exactly the searched name comes first, then the newest. */
export async function listServices(
  db: Db,
  tenantId: string,
  filter: ServiceFilter,
  page: PageRequest,
): Promise<Page<ServiceRecord>> {
  const { searchTerm = '', status, serviceType } = filter
  let found = servicesOf(db, tenantId).where('service.name', 'ilike', containing(searchTerm))
  if (status?.length) found = found.where('service.status', 'in', status)
  if (serviceType?.length) found = found.where('service.service_type', 'in', serviceType)
  const [items, counted] = await Promise.all([
    found
      .select(columns)
      .orderBy((eb) => eb('service.name', '=', searchTerm), 'desc')
      .orderBy('service.created_at', 'desc')
      .orderBy('service.id')
      .limit(page.pageSize)
      .offset(pageOffset(page))
      .execute(),
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  return { items, total: counted.total }
}

/** null = the tenant has no such service. */
export async function findService(db: Db, tenantId: string, serviceId: string): Promise<ServiceRecord | null> {
  const row = await servicesOf(db, tenantId).select(columns).where('service.id', '=', serviceId).executeTakeFirst()
  return row ?? null
}

/** null = the tenant has no service of this name. */
export async function findServiceByName(db: Db, tenantId: string, name: string): Promise<ServiceRecord | null> {
  const row = await servicesOf(db, tenantId).select(columns).where('service.name', '=', name).executeTakeFirst()
  return row ?? null
}
