/** What a notification is made of: the run or the workflow, and who watches it at this moment. */
import type { StoredExecutionStatus, Watcher } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

export interface WatchedWorkflow {
  readonly tenantId: string
  readonly tenantName: string
  readonly workflowId: number
  readonly workflowName: string
  /** Of the current revision: who is told is decided when there is something to tell. */
  readonly watchers: readonly Watcher[]
}

export interface WatchedRun extends WatchedWorkflow {
  readonly executionId: string
  readonly status: StoredExecutionStatus
  readonly reason: string | null
  readonly firstAttemptAt: Date | null
  readonly finishedAt: Date | null
}

const workflowColumns = sql`
  tenant.id as "tenantId", tenant.name as "tenantName", workflow.id as "workflowId", workflow.name as "workflowName",
  coalesce(revision.body -> 'watchers', '[]') as watchers`

const currentRevision = sql`
  join tenant on tenant.id = workflow.tenant_id
  join workflow_revision as revision on revision.workflow_id = workflow.id and revision.revision = workflow.revision`

/** Also of a deleted workflow; for the engine, which has no tenant of its own. null = there is no such run. */
export async function readWatchedRun(db: Db, executionId: string): Promise<WatchedRun | null> {
  const { rows } = await sql<WatchedRun>`
    select ${workflowColumns}, execution.id as "executionId", execution.status, execution.reason,
      execution.finished_at as "finishedAt",
      (select at from execution_event
       where execution_id = execution.id and type = 'attempt.started'
       order by sequence limit 1) as "firstAttemptAt"
    from execution
    join workflow on workflow.id = execution.workflow_id
    ${currentRevision}
    where execution.id = ${executionId}`.execute(db)
  return rows[0] ?? null
}

/** Also a deleted one; for the engine. */
export async function readWatchedWorkflow(db: Db, workflowId: number): Promise<WatchedWorkflow | null> {
  const { rows } = await sql<WatchedWorkflow>`
    select ${workflowColumns} from workflow ${currentRevision} where workflow.id = ${workflowId}`.execute(db)
  return rows[0] ?? null
}

/**
 * How the newest other run of the workflow that had ended by then went; runs that somebody stopped say nothing about the
 * workflow's health and are passed over. null = there was none. Index: execution (workflow_id, created_at desc).
 */
export async function readOutcomeBefore(
  db: Db,
  run: Pick<WatchedRun, 'tenantId' | 'workflowId' | 'executionId' | 'finishedAt'>,
): Promise<'success' | 'failed' | null> {
  const { rows } = await sql<{ status: 'success' | 'failed' }>`
    select status from execution
    where workflow_id = ${run.workflowId} and tenant_id = ${run.tenantId} and id <> ${run.executionId}
      and status in ('success', 'failed') and finished_at <= ${run.finishedAt}
    order by created_at desc
    limit 1`.execute(db)
  return rows[0]?.status ?? null
}

/** Why the run of this tick did not start, as the schedule recorded it; null when nothing is on record. */
export async function readMissedReason(
  db: Db,
  workflow: Pick<WatchedWorkflow, 'tenantId' | 'workflowId'>,
  tick: string,
): Promise<string | null> {
  const { rows } = await sql<{ reason: string | null }>`
    select reason from resource_event
    where kind = 'workflow' and resource_id = ${String(workflow.workflowId)} and tenant_id = ${workflow.tenantId}
      and type = 'schedule.missed' and data ->> 'tick' = ${tick}
    order by id desc
    limit 1`.execute(db)
  return rows[0]?.reason ?? null
}
