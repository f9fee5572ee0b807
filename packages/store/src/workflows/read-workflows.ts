import type { StoredExecutionStatus, WorkflowStatus } from '@cairn/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { containing, type Page, type PageRequest, pageOffset } from '../page.ts'

export interface WorkflowRecord {
  readonly id: number
  readonly name: string
  readonly status: WorkflowStatus
  /** Also while a run is live, when the status does not tell. */
  readonly isPaused: boolean
  /** Body of the current revision. */
  readonly body: object
  readonly createdAt: Date
  readonly createdBy: string
  readonly updatedAt: Date
  readonly updatedBy: string
  readonly lastExecutionId: string | null
  readonly lastExecutionStatus: StoredExecutionStatus | null
  readonly lastExecutedAt: Date | null
  /** The run that the last one retries. */
  readonly lastRerunOf: string | null
}

export interface WorkflowFilter {
  /** Part of the name. */
  readonly searchTerm?: string
  readonly status?: readonly string[]
  /** Stored statuses of the newest run. */
  readonly lastExecutionStatus?: readonly string[]
  /** E-mails. */
  readonly lastModifiedBy?: readonly string[]
}

/** Every workflow of the tenant that was not deleted. A workflow is `Running` while any of its runs is live. */
function describedWorkflows(tenantId: string): RawBuilder<WorkflowRecord> {
  return sql<WorkflowRecord>`
    select
      workflow.id, workflow.name, workflow.paused as "isPaused", revision.body,
      workflow.created_at as "createdAt", workflow.created_by as "createdBy",
      workflow.updated_at as "updatedAt", workflow.updated_by as "updatedBy",
      latest.id as "lastExecutionId", latest.status as "lastExecutionStatus", latest.created_at as "lastExecutedAt",
      latest.rerun_of as "lastRerunOf",
      case
        when exists (
          select from execution
          where execution.workflow_id = workflow.id
            and execution.status in ('waiting', 'queued', 'running', 'stopping')
        ) then 'Running'
        when workflow.paused then 'Paused'
        else 'Available'
      end as status
    from workflow
    join workflow_revision as revision
      on revision.workflow_id = workflow.id and revision.revision = workflow.revision
    left join lateral (
      select id, status, created_at, rerun_of from execution
      where execution.workflow_id = workflow.id
      order by created_at desc limit 1
    ) as latest on true
    where workflow.tenant_id = ${tenantId} and workflow.deleted_at is null`
}

/** A workflow of exactly the searched name comes first, then the newest. */
export async function listWorkflows(
  db: Db,
  tenantId: string,
  filter: WorkflowFilter,
  page: PageRequest,
): Promise<Page<WorkflowRecord>> {
  const term = filter.searchTerm ?? ''
  const { status, lastExecutionStatus, lastModifiedBy } = filter
  const found = sql`
    from (${describedWorkflows(tenantId)}) as described
    where described.name ilike ${containing(term)}
      and (${status?.length ? sql`described.status = any(${status})` : sql`true`})
      and (${lastExecutionStatus?.length ? sql`described."lastExecutionStatus" = any(${lastExecutionStatus})` : sql`true`})
      and (${lastModifiedBy?.length ? sql`described."updatedBy" = any(${lastModifiedBy})` : sql`true`})`
  const [items, counted] = await Promise.all([
    sql<WorkflowRecord>`
      select described.* ${found} order by (described.name = ${term}) desc, described.id desc
      limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total ${found}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

/** null = the tenant has no such workflow, or it was deleted. */
export async function findWorkflow(db: Db, tenantId: string, workflowId: number): Promise<WorkflowRecord | null> {
  const result = await sql<WorkflowRecord>`
    select described.* from (${describedWorkflows(tenantId)}) as described where described.id = ${workflowId}`.execute(
    db,
  )
  return result.rows[0] ?? null
}
