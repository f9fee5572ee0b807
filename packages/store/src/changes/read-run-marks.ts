/** How far runs have come, for those who watch many of them: read from the record of runs, which is not made any larger by it. */
import type { StoredExecutionStatus } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

export interface RunMark {
  readonly id: string
  readonly tenantId: string
  readonly workflowId: number
  readonly status: StoredExecutionStatus
  /** Of its newest event; 0 = none. */
  readonly sequence: number
}

export interface WatchedRuns {
  readonly tenantIds: readonly string[]
  /** Runs that are asked for although they may have ended. */
  readonly ids: readonly string[]
  /** Seconds back from now within which a run was created that is asked for although it may have ended. */
  readonly createdWithinSeconds: number
}

const mostLive = 2000
const mostNew = 1000

/**
 * The newest live runs of these tenants, those that were just created, and those that are named. Indexes: execution_live,
 * execution (tenant_id, created_at), primary keys; one look-up of events for each run.
 */
export async function readRunMarks(db: Db, watched: WatchedRuns): Promise<readonly RunMark[]> {
  const { rows } = await sql<RunMark>`
    with watched as (
      (select id from execution
        where tenant_id = any(${watched.tenantIds}::uuid[]) and status in ('waiting', 'queued', 'running', 'stopping')
        order by created_at desc limit ${mostLive})
      union
      (select id from execution
        where tenant_id = any(${watched.tenantIds}::uuid[])
          and created_at > now() - make_interval(secs => ${watched.createdWithinSeconds})
        order by created_at desc limit ${mostNew})
      union
      select unnest(${watched.ids}::uuid[])
    )
    select e.id, e.tenant_id as "tenantId", e.workflow_id as "workflowId", e.status,
      coalesce(
        (select sequence from execution_event where execution_id = e.id order by sequence desc limit 1), 0
      ) as sequence
    from watched join execution e on e.id = watched.id`.execute(db)
  return rows
}

export interface ChangedStep {
  readonly executionId: string
  readonly step: string
}

/** Steps of these runs that have events beyond the sequence that is named with each. Index: primary key of the events. */
export async function readChangedSteps(
  db: Db,
  runs: readonly { readonly id: string; readonly after: number }[],
): Promise<readonly ChangedStep[]> {
  if (runs.length === 0) return []
  const { rows } = await sql<ChangedStep>`
    select distinct event.execution_id as "executionId", event.step
    from unnest(${runs.map(({ id }) => id)}::uuid[], ${runs.map(({ after }) => after)}::integer[]) as run (id, after)
    join execution_event event on event.execution_id = run.id and event.sequence > run.after
    where event.step is not null
    limit 5000`.execute(db)
  return rows
}
