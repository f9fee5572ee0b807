import type { RunTrigger, StoredExecutionStatus } from '@cairn/contract'
import type { RunParameters, RunPlan } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'

export interface ExecutionRecord {
  readonly executionId: string
  readonly status: StoredExecutionStatus
  readonly createdAt: Date
  readonly finishedAt: Date | null
  readonly startedBy: string
  readonly reason: string | null
  /** The run that this one retries. */
  readonly rerunOf: string | null
}

export interface ExecutionFilter {
  readonly workflowId: number
  /** Stored statuses. */
  readonly status?: readonly StoredExecutionStatus[]
  /** Started at or after. */
  readonly from: Date
  /** Started at or before. */
  readonly to: Date
  /** Only the newest so many; null = all. */
  readonly newest: number | null
}

const columns = sql`
  id as "executionId", status, created_at as "createdAt", finished_at as "finishedAt", started_by as "startedBy", reason,
  rerun_of as "rerunOf"`

/** Newest first; also of a deleted workflow. */
export async function listExecutions(
  db: Db,
  tenantId: string,
  filter: ExecutionFilter,
  page: PageRequest,
): Promise<Page<ExecutionRecord>> {
  const found = sql`
    from execution
    where tenant_id = ${tenantId} and workflow_id = ${filter.workflowId}
      and created_at between ${filter.from} and ${filter.to}
      and (${filter.status?.length ? sql`status = any(${filter.status})` : sql`true`})
    order by created_at desc, id
    limit ${filter.newest}`
  const [items, counted] = await Promise.all([
    sql<ExecutionRecord>`select * from (select ${columns} ${found}) as newest order by "createdAt" desc, "executionId"
      limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total from (select id ${found}) as newest`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

/**
 * The newest runs of each of some workflows, newest first, by the workflow's id. A workflow without runs has no entry.
 *
 * @param most of each workflow
 */
export async function listNewestExecutions(
  db: Db,
  tenantId: string,
  workflowIds: readonly number[],
  most: number,
): Promise<ReadonlyMap<number, readonly ExecutionRecord[]>> {
  if (workflowIds.length === 0 || most === 0) return new Map()
  const { rows } = await sql<ExecutionRecord & { readonly workflowId: number }>`
    select asked.workflow_id as "workflowId", newest.*
    from unnest(${workflowIds}::int[]) as asked (workflow_id)
    cross join lateral (
      select ${columns} from execution
      where execution.workflow_id = asked.workflow_id and execution.tenant_id = ${tenantId}
      order by created_at desc, id limit ${most}
    ) as newest
    order by newest."createdAt" desc`.execute(db)
  return Map.groupBy(rows, ({ workflowId }) => workflowId)
}

export interface ExecutionWithPlan extends ExecutionRecord {
  readonly trigger: RunTrigger
  /** The run behind which it had to wait when it started; null = it had not to. */
  readonly waitedBehind: string | null
  /** When it was let go on; null also while it waits. */
  readonly admittedAt: Date | null
  /** Given to the run. */
  readonly parameters: RunParameters
  readonly plan: RunPlan
}

/** null = the tenant has no such workflow or it has no such run. */
export async function findExecution(
  db: Db,
  tenantId: string,
  workflowId: number,
  executionId: string,
): Promise<ExecutionWithPlan | null> {
  const row = await db
    .selectFrom('execution')
    .innerJoin('run_plan', 'run_plan.id', 'execution.plan_id')
    .select([
      'execution.id as executionId',
      'execution.status as status',
      'execution.created_at as createdAt',
      'execution.finished_at as finishedAt',
      'execution.started_by as startedBy',
      'execution.reason as reason',
      'execution.trigger as trigger',
      'execution.waited_behind as waitedBehind',
      'execution.admitted_at as admittedAt',
      'execution.rerun_of as rerunOf',
      'execution.parameters as parameters',
      'run_plan.body as plan',
    ])
    .where('execution.id', '=', executionId)
    .where('execution.workflow_id', '=', workflowId)
    .where('execution.tenant_id', '=', tenantId)
    .executeTakeFirst()
  return row ?? null
}

/** The newest run that retries a run of the workflow, or null. Looks at the runs that started after it. */
export async function findNewestRetry(
  db: Db,
  tenantId: string,
  workflowId: number,
  execution: Pick<ExecutionRecord, 'executionId' | 'createdAt'>,
): Promise<string | null> {
  const row = await db
    .selectFrom('execution')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('created_at', '>=', execution.createdAt)
    .where('rerun_of', '=', execution.executionId)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}
