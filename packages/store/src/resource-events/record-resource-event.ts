import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'

export interface ResourceEvent {
  readonly tenantId: string
  /** `image`, `build`, `service` and so on. */
  readonly kind: string
  readonly resourceId: string
  /** What happened, e.g. `build.failed`. */
  readonly type: string
  /** Why, in words for the user. */
  readonly reason?: string
  /** Further facts, without secrets. */
  readonly data?: object
}

/** Adds to a resource's history, in the transaction of the change that it tells of. Locks nothing. */
export async function recordResourceEvent(tx: Tx, event: ResourceEvent): Promise<void> {
  await tx
    .insertInto('resource_event')
    .values({
      tenant_id: event.tenantId,
      kind: event.kind,
      resource_id: event.resourceId,
      type: event.type,
      reason: event.reason ?? null,
      data: event.data === undefined ? null : JSON.stringify(event.data),
    })
    .execute()
}

export interface RecordedResourceEvent {
  readonly id: number
  readonly type: string
  readonly reason: string | null
  readonly data: object | null
  readonly at: Date
}

/** The types of the events that this transaction has added, e.g. `service.revised`. */
export async function readTransactionEvents(tx: Tx): Promise<string[]> {
  const rows = await tx
    .selectFrom('resource_event')
    .select('type')
    .where(sql<boolean>`resource_event.xmin = pg_current_xact_id()::xid`)
    .orderBy('id')
    .execute()
  return rows.map(({ type }) => type)
}

/** A resource's history, oldest first. Index: resource_event (kind, resource_id, id). */
export async function readResourceEvents(
  db: Db,
  resource: Pick<ResourceEvent, 'tenantId' | 'kind' | 'resourceId'>,
  limit = 1000,
): Promise<RecordedResourceEvent[]> {
  return db
    .selectFrom('resource_event')
    .select(['id', 'type', 'reason', 'data', 'at'])
    .where('kind', '=', resource.kind)
    .where('resource_id', '=', resource.resourceId)
    .where('tenant_id', '=', resource.tenantId)
    .orderBy('id')
    .limit(limit)
    .execute()
}
