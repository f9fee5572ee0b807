import type { StoredExecutionStatus } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'
import type { StoredTick } from './read-ticks.ts'

export interface PastFiring extends StoredTick {
  readonly workflowId: number
  readonly workflowName: string
  /** Of the run that was started; null = none was, or it is kept no more. */
  readonly runStatus: StoredExecutionStatus | null
}

/**
 * What became of the times of all schedules of a tenant, the newest first; workflows that were deleted are left out. Index:
 * schedule_tick (tenant_id, tick desc).
 */
export async function listPastFirings(
  db: Db,
  tenantId: string,
  { from, to }: { readonly from: Date; readonly to: Date },
  page: PageRequest,
): Promise<Page<PastFiring>> {
  const found = sql`
    from schedule_tick t join workflow w on w.id = t.workflow_id and w.deleted_at is null
    left join execution e on e.id = t.execution_id
    where t.tenant_id = ${tenantId} and t.tick between ${from} and ${to}`
  const [items, counted] = await Promise.all([
    sql<PastFiring>`
      select t.workflow_id as "workflowId", w.name as "workflowName", t.tick, t.until, t.cron, t.timezone, t.outcome,
        t.execution_id as "executionId", t.reason, t.recorded_at as "recordedAt", e.status as "runStatus"
      ${found} order by t.tick desc, t.workflow_id limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total ${found}`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}
