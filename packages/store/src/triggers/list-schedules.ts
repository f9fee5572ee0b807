import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'

export interface ListedSchedule {
  readonly workflowId: number
  readonly workflowName: string
  readonly cron: string
  readonly timezone: string
  readonly isPaused: boolean
}

/** The schedules of a tenant's workflows, by the names of the workflows. Index: workflow (tenant_id, name), primary key. */
export async function listSchedules(db: Db, tenantId: string, page: PageRequest): Promise<Page<ListedSchedule>> {
  const [listed, counted] = await Promise.all([
    sql<ListedSchedule>`
      select workflow.id as "workflowId", workflow.name as "workflowName", schedule.cron, schedule.timezone,
        workflow.paused as "isPaused"
      from workflow join workflow_schedule as schedule on schedule.workflow_id = workflow.id
      where workflow.tenant_id = ${tenantId} and schedule.tenant_id = ${tenantId} and workflow.deleted_at is null
      order by workflow.name, workflow.id, schedule.cron, schedule.timezone
      limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`
      select count(*) as total
      from workflow join workflow_schedule as schedule on schedule.workflow_id = workflow.id
      where workflow.tenant_id = ${tenantId} and schedule.tenant_id = ${tenantId} and workflow.deleted_at is null`.execute(
      db,
    ),
  ])
  return { items: listed.rows, total: counted.rows[0]?.total ?? 0 }
}
