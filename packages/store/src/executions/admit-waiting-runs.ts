/**
 * Lets waiting runs of a workflow go on as places become free.
 *
 * Always true: a run is admitted under the lock of its workflow's row, as one is started, so places are never given twice,
 * whoever admits; the oldest goes first. Nothing is remembered between calls: whichever engine process looks next sees the
 * places that a dead one left free. Lock order: workflow, then execution.
 */
import { sql } from 'kysely'
import type { Database, Tx } from '../database/database.ts'

/** Admits what may be; answers how many. After it the caller gives the hint `execution`. Index: execution_waiting. */
export async function admitWaitingRuns(database: Database, mostLiveRuns: number): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select waiting.workflow_id as id from (select distinct workflow_id from execution where status = 'waiting') as waiting
    where (
      select count(*) from execution
      where execution.workflow_id = waiting.workflow_id and status in ('queued', 'running', 'stopping')
    ) < ${mostLiveRuns}`.execute(database.db)
  let admitted = 0
  for (const { id } of rows) admitted += await database.transaction((tx) => admitOf(tx, id, mostLiveRuns))
  return admitted
}

/** A workflow whose concurrent runs were switched off meanwhile has one place. */
async function admitOf(tx: Tx, workflowId: number, mostLiveRuns: number): Promise<number> {
  const { rows: locked } = await sql<{ allowsConcurrentRuns: boolean | null }>`
    select (
      select (body -> 'metadata' ->> 'allowConcurrentExecution')::boolean from workflow_revision
      where workflow_revision.workflow_id = workflow.id and workflow_revision.revision = workflow.revision
    ) as "allowsConcurrentRuns"
    from workflow where id = ${workflowId} for update`.execute(tx)
  const places = locked[0]?.allowsConcurrentRuns === true ? mostLiveRuns : 1
  const { rows } = await sql`
    update execution set status = 'queued', admitted_at = now()
    where id in (
      select id from execution where workflow_id = ${workflowId} and status = 'waiting'
      order by created_at, id
      limit greatest(0, ${places}::bigint - (
        select count(*) from execution where workflow_id = ${workflowId} and status in ('queued', 'running', 'stopping')
      ))
    ) and status = 'waiting'
    returning 1`.execute(tx)
  return rows.length
}
