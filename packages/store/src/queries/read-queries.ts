import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { containing, type Page, type PageRequest, pageOffset } from '../page.ts'

/** A query with its newest version, without the text. */
export interface QueryRecord {
  readonly path: string
  readonly version: number
  readonly sizeBytes: number
  readonly createdAt: Date
  readonly createdBy: string
  readonly updatedAt: Date
  readonly updatedBy: string
}

/** By path. Index: query (tenant_id, path). */
export async function listQueries(
  db: Db,
  tenantId: string,
  searchTerm: string,
  page: PageRequest,
): Promise<Page<QueryRecord>> {
  const found = sql`
    from query where tenant_id = ${tenantId} and deleted_at is null and path ilike ${containing(searchTerm)}`
  const [items, counted] = await Promise.all([
    sql<QueryRecord>`
      select path, version, octet_length(text) as "sizeBytes", listed.created_at as "createdAt",
        listed.created_by as "createdBy", updated_at as "updatedAt", updated_by as "updatedBy"
      from (select * ${found} order by path limit ${page.pageSize} offset ${pageOffset(page)}) as listed
      join query_version using (version) where query_version.query_id = listed.id
      order by path`.execute(db),
    sql<{ total: number }>`select count(*) as total ${found}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

export interface QueryVersionRecord {
  readonly version: number
  readonly sizeBytes: number
  readonly createdAt: Date
  readonly createdBy: string
}

const versionColumns = sql`
  query_version.version, octet_length(text) as "sizeBytes", query_version.created_at as "createdAt",
  query_version.created_by as "createdBy"`

/** @param version null = the newest. null is answered when the tenant has no such query or it has no such version. */
export async function findQuery(
  db: Db,
  tenantId: string,
  path: string,
  version: number | null,
): Promise<(QueryVersionRecord & { readonly text: string }) | null> {
  const { rows } = await sql<QueryVersionRecord & { readonly text: string }>`
    select ${versionColumns}, text
    from query join query_version on query_id = query.id
    where tenant_id = ${tenantId} and path = ${path} and deleted_at is null
      and query_version.version = coalesce(${version}::integer, query.version)`.execute(db)
  return rows[0] ?? null
}

/** Workflows that are listed of one query. */
const mostUsersListed = 100

/** Workflows whose current revision names the query, the oldest first. Index: query (tenant_id, path), query_use by its own. */
export async function listQueryUsers(
  db: Db,
  tenantId: string,
  path: string,
): Promise<readonly { readonly id: number; readonly name: string }[]> {
  const { rows } = await sql<{ id: number; name: string }>`
    select workflow.id, workflow.name
    from query join query_use on query_use.query_id = query.id join workflow on workflow.id = query_use.workflow_id
    where query.tenant_id = ${tenantId} and query.path = ${path} and query.deleted_at is null
    order by workflow.id limit ${sql.lit(mostUsersListed)}`.execute(db)
  return rows
}

/** Newest first; null = the tenant has no such query. */
export async function listQueryVersions(
  db: Db,
  tenantId: string,
  path: string,
  page: PageRequest,
): Promise<Page<QueryVersionRecord> | null> {
  const of = sql`from query join query_version on query_id = query.id
    where tenant_id = ${tenantId} and path = ${path} and deleted_at is null`
  const [items, counted] = await Promise.all([
    sql<QueryVersionRecord>`
      select ${versionColumns} ${of} order by query_version.version desc
      limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total ${of}`.execute(db),
  ])
  const total = counted.rows[0]?.total ?? 0
  return total === 0 ? null : { items: items.rows, total }
}

/** The newest version of a query. */
export interface QueryToRun {
  readonly path: string
  readonly version: number
  readonly text: string
}

/**
 * The newest versions of those of the paths that exist, each once; null when their texts have more than `mostBytes` in
 * all. In a transaction none of them can be deleted before its end. Index: query (tenant_id, path).
 */
export async function readQueriesToRun(
  db: Db,
  tenantId: string,
  paths: readonly string[],
  mostBytes: number,
): Promise<readonly QueryToRun[] | null> {
  if (paths.length === 0) return []
  await sql`
    select from query where tenant_id = ${tenantId} and path = any(${[...paths]}) order by path for key share`.execute(
    db,
  )
  const newest = sql`
    from query join query_version on query_id = query.id and query_version.version = query.version
    where tenant_id = ${tenantId} and path = any(${[...paths]}) and deleted_at is null`
  const sum = await sql<{ bytes: number }>`
    select coalesce(sum(octet_length(text)), 0)::bigint as bytes ${newest}`.execute(db)
  if ((sum.rows[0]?.bytes ?? 0) > mostBytes) return null
  return (await sql<QueryToRun>`select path, query.version, text ${newest}`.execute(db)).rows
}
