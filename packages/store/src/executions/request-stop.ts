/**
 * The wish to end a run: a mark on its row, until the owner has ended it.
 *
 * Always true: the mark is set once, by the first who asks, and only on a run that has not ended. It moves the run to
 * `stopping`, which any engine process may claim, so a run that nobody owns is ended like every other: by an owner, who
 * reads the mark with the claim and starts nothing. Lock order: the execution's row alone.
 */
import { isEndedExecution, type StoredExecutionStatus } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'

export interface StopRequest {
  readonly tenantId: string
  readonly workflowId: number
  readonly executionId: string
  /** E-mail of who asks. */
  readonly by: string
  /** In the words of who asks; null = none were given. */
  readonly reason: string | null
}

/**
 * Marks the run. Answers its status: `stopping`, or with what it ended when it was over already; null = the tenant's
 * workflow has no such run. After the commit the caller gives the hints `stop` and `execution`.
 */
export async function requestStop(tx: Tx, stop: StopRequest): Promise<StoredExecutionStatus | null> {
  const run = await tx
    .selectFrom('execution')
    .select(['id', 'status', 'stop_requested_at'])
    .where('id', '=', stop.executionId)
    .where('workflow_id', '=', stop.workflowId)
    .where('tenant_id', '=', stop.tenantId)
    .forUpdate()
    .executeTakeFirst()
  if (run === undefined) return null
  if (isEndedExecution(run.status)) return run.status
  if (run.stop_requested_at === null) {
    await sql`
      update execution set status = 'stopping', stop_requested_at = now(), stop_requested_by = ${stop.by},
        stop_reason = ${stop.reason}
      where id = ${run.id} and tenant_id = ${stop.tenantId}`.execute(tx)
  }
  return 'stopping'
}

/** Shows a run that its time limit ends as `stopping`. Only of a run that the process owns. */
export async function showAsStopping(db: Db, ownerId: string, executionId: string): Promise<void> {
  await db
    .updateTable('execution')
    .set({ status: 'stopping' })
    .where('id', '=', executionId)
    .where('owner', '=', ownerId)
    .where('status', '=', 'running')
    .execute()
}

export interface RequestedStop {
  readonly executionId: string
  /** Nobody owns the run. */
  readonly isUnowned: boolean
  readonly by: string
  readonly reason: string | null
}

/** The stops that were asked for of a process's live runs, and of those that nobody owns. Index: execution_stop_requested. */
export async function readRequestedStops(db: Db, ownerId: string): Promise<RequestedStop[]> {
  const { rows } = await sql<RequestedStop>`
    select id as "executionId", owner is null as "isUnowned", stop_requested_by as by, stop_reason as reason
    from execution
    where (owner = ${ownerId}::uuid or owner is null) and stop_requested_at is not null
      and status in ('queued', 'running', 'stopping')`.execute(db)
  return rows
}
