import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'
import type { NewAuditEvent } from './audit-log.ts'

export interface AuditRecord extends Omit<NewAuditEvent, 'tenantId'> {
  readonly id: number
  readonly at: Date
}

export interface AuditFilter {
  readonly tenantId: string
  readonly user: string | undefined
  readonly operations: readonly string[] | undefined
  readonly resourceKind: string | undefined
  readonly resourceId: string | undefined
  readonly result: 'done' | 'refused' | undefined
  readonly from: Date
  readonly to: Date
}

const columns = sql`
  id, at, user_id as "userId", user_email as "userEmail", token_label as "tokenLabel", operation,
  resource_kind as "resourceKind", resource_id as "resourceId", resource_name as "resourceName", address, status,
  error_code as "errorCode", request_id as "requestId"`

function found(filter: AuditFilter) {
  const conditions = [
    sql`tenant_id = ${filter.tenantId} and at between ${filter.from} and ${filter.to}`,
    ...(filter.user === undefined ? [] : [sql`user_email = ${filter.user.toLowerCase()}`]),
    ...(filter.operations === undefined ? [] : [sql`operation = any(${filter.operations}::text[])`]),
    ...(filter.resourceKind === undefined ? [] : [sql`resource_kind = ${filter.resourceKind}`]),
    ...(filter.resourceId === undefined
      ? []
      : [sql`(resource_id = ${filter.resourceId} or starts_with(resource_id, ${`${filter.resourceId}/`}))`]),
    ...(filter.result === undefined ? [] : [sql`(error_code is null) = ${filter.result === 'done'}`]),
  ]
  return sql`from audit_event where ${sql.join(conditions, sql` and `)}`
}

/** Newest first. Index: audit_event (tenant_id, id desc). */
export async function listAuditEvents(db: Db, filter: AuditFilter, page: PageRequest): Promise<Page<AuditRecord>> {
  const [items, counted] = await Promise.all([
    sql<AuditRecord>`
      select ${columns} ${found(filter)} order by id desc limit ${page.pageSize} offset ${pageOffset(page)}`.execute(
      db,
    ),
    sql<{ total: number }>`select count(*) as total ${found(filter)}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

const batch = 1000

/** All of them, newest first, read a batch at a time. */
export async function* readAuditEvents(db: Db, filter: AuditFilter): AsyncGenerator<readonly AuditRecord[]> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const { rows } = await sql<AuditRecord>`
      select ${columns} ${found(filter)} and id < ${before} order by id desc limit ${batch}`.execute(db)
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < batch) return
    before = last.id
  }
}
