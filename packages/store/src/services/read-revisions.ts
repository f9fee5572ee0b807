import type { RevisionCause, RevisionStatus } from '@cairn/contract'
import type { ServiceSpec } from '@cairn/domain'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'

export interface ServiceRevisionRecord {
  readonly revision: number
  readonly status: RevisionStatus
  /** Why it failed or was removed. */
  readonly reason: string | null
  readonly cause: RevisionCause
  readonly rolledBackTo: number | null
  /** What differs from the revision before, by the names of the contract. */
  readonly changedFields: readonly string[]
  readonly createdAt: Date
  readonly createdBy: string
  /** null = it has never served. */
  readonly activatedAt: Date | null
  readonly spec: ServiceSpec
}

function revisionsOf(db: Db, tenantId: string, serviceId: string) {
  return db
    .selectFrom('service_revision as r')
    .innerJoin('service', 'service.id', 'r.service_id')
    .where('service.tenant_id', '=', tenantId)
    .where('r.service_id', '=', serviceId)
}

const columns = [
  'r.revision as revision',
  'r.status as status',
  'r.reason as reason',
  'r.cause as cause',
  'r.rolled_back_to as rolledBackTo',
  'r.changed_fields as changedFields',
  'r.created_at as createdAt',
  'r.created_by as createdBy',
  'r.activated_at as activatedAt',
  'r.spec as spec',
] as const

/** Newest first. Index: primary key. */
export async function listServiceRevisions(
  db: Db,
  tenantId: string,
  serviceId: string,
  page: PageRequest,
): Promise<Page<ServiceRevisionRecord>> {
  const found = revisionsOf(db, tenantId, serviceId)
  const [items, counted] = await Promise.all([
    found.select(columns).orderBy('r.revision', 'desc').limit(page.pageSize).offset(pageOffset(page)).execute(),
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  return { items, total: counted.total }
}

/** null = the tenant has no such service, or it has no such revision, or does not keep it any more. */
export async function findServiceRevision(
  db: Db,
  tenantId: string,
  serviceId: string,
  revision: number,
): Promise<ServiceRevisionRecord | null> {
  const row = await revisionsOf(db, tenantId, serviceId)
    .select(columns)
    .where('r.revision', '=', revision)
    .executeTakeFirst()
  return row ?? null
}
