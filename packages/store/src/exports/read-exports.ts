import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'

export interface ExportRecord {
  readonly id: string
  readonly workflowId: number
  readonly executionId: string
  readonly stepName: string
  readonly name: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly rowCount: number
  readonly createdAt: Date
}

export interface ExportFilter {
  readonly workflowId?: number | undefined
  readonly executionId?: string | undefined
}

const columns = sql`
  id, workflow_id as "workflowId", execution_id as "executionId", step as "stepName", name, sha256,
  size_bytes as "sizeBytes", row_count as "rowCount", created_at as "createdAt"`

/** Newest first. Index: export_file (tenant_id, created_at). */
export async function listExports(
  db: Db,
  tenantId: string,
  filter: ExportFilter,
  page: PageRequest,
): Promise<Page<ExportRecord>> {
  const { workflowId, executionId } = filter
  const found = sql`
    from export_file where tenant_id = ${tenantId}
      and (${workflowId === undefined ? sql`true` : sql`workflow_id = ${workflowId}`})
      and (${executionId === undefined ? sql`true` : sql`execution_id = ${executionId}`})`
  const [items, counted] = await Promise.all([
    sql<ExportRecord>`select ${columns} ${found} order by created_at desc, id
      limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total ${found}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

/** null = the tenant has no such export. */
export async function findExport(db: Db, tenantId: string, exportId: string): Promise<ExportRecord | null> {
  const { rows } = await sql<ExportRecord>`
    select ${columns} from export_file where tenant_id = ${tenantId} and id = ${exportId}`.execute(db)
  return rows[0] ?? null
}
