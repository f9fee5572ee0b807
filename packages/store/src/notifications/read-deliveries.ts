import type { DeliveryChannel, DeliveryStatus, WatcherEvent } from '@cairn/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'

export interface DeliveryRecord {
  readonly id: string
  readonly workflowId: number
  readonly executionId: string | null
  readonly event: WatcherEvent
  readonly watcher: number
  readonly watcherName: string | null
  readonly channel: DeliveryChannel
  readonly target: string
  readonly status: DeliveryStatus
  readonly attempts: number
  readonly lastError: string | null
  readonly nextAttemptAt: Date | null
  readonly createdAt: Date
  readonly deliveredAt: Date | null
}

export interface DeliveryFilter {
  readonly workflowId?: number | undefined
  readonly executionId?: string | undefined
  readonly status?: readonly DeliveryStatus[] | undefined
  readonly channel?: readonly DeliveryChannel[] | undefined
  readonly event?: readonly WatcherEvent[] | undefined
}

const columns = sql`
  id, workflow_id as "workflowId", execution_id as "executionId", event, watcher, watcher_name as "watcherName", channel,
  target, status, attempts, last_error as "lastError", next_attempt_at as "nextAttemptAt", created_at as "createdAt",
  delivered_at as "deliveredAt"`

/** Newest first. */
export async function listDeliveries(
  db: Db,
  tenantId: string,
  filter: DeliveryFilter,
  page: PageRequest,
): Promise<Page<DeliveryRecord>> {
  const found = sql`
    from delivery
    where tenant_id = ${tenantId}
      and ${filter.workflowId === undefined ? sql`true` : sql`workflow_id = ${filter.workflowId}`}
      and ${filter.executionId === undefined ? sql`true` : sql`execution_id = ${filter.executionId}`}
      and ${oneOf('status', filter.status)} and ${oneOf('channel', filter.channel)} and ${oneOf('event', filter.event)}`
  const [items, counted] = await Promise.all([
    sql<DeliveryRecord>`select ${columns} ${found} order by created_at desc, id
      limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total ${found}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

function oneOf(column: 'status' | 'channel' | 'event', wanted: readonly string[] | undefined): RawBuilder<unknown> {
  if (wanted === undefined || wanted.length === 0) return sql`true`
  return sql`${sql.ref(column)} = any(${[...wanted]}::text[])`
}

export interface AttemptRecord {
  readonly attempt: number
  readonly startedAt: Date
  /** null = under way. */
  readonly finishedAt: Date | null
  readonly durationMs: number | null
  readonly answer: number | null
  readonly error: string | null
}

export interface DeliveryWithAttempts extends DeliveryRecord {
  /** Oldest first, the last thousand. */
  readonly history: readonly AttemptRecord[]
}

const mostAttempts = 1000

/** null = the tenant has no such delivery. */
export async function findDelivery(db: Db, tenantId: string, id: string): Promise<DeliveryWithAttempts | null> {
  const { rows } = await sql<DeliveryRecord>`
    select ${columns} from delivery where id = ${id} and tenant_id = ${tenantId}`.execute(db)
  const [record] = rows
  if (record === undefined) return null
  const attempts = await db
    .selectFrom('delivery_attempt')
    .select(['attempt', 'started_at as startedAt', 'finished_at as finishedAt', 'duration_ms as durationMs'])
    .select(['answer', 'error'])
    .where('delivery_id', '=', id)
    .orderBy('attempt', 'desc')
    .limit(mostAttempts)
    .execute()
  return { ...record, history: attempts.toReversed() }
}

/** Deliveries by id, in the order in which they were made. */
export async function readDeliveries(db: Db, tenantId: string, ids: readonly string[]): Promise<DeliveryRecord[]> {
  const { rows } = await sql<DeliveryRecord>`
    select ${columns} from delivery where id = any(${[...ids]}::uuid[]) and tenant_id = ${tenantId}`.execute(db)
  return rows.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
}
