import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'

/** How many runs a workflow may have. */
export interface RunLimits {
  /** Live runs of a workflow with concurrent runs; 1 without. */
  readonly mostLiveRuns: number
  /** Runs that wait behind those. */
  readonly mostWaitingRuns: number
}

/** Where a new run goes, or why there is no place for it. */
export type RunPlace =
  | { readonly kind: 'place'; readonly status: 'queued' }
  | { readonly kind: 'place'; readonly status: 'waiting'; readonly behind: string }
  /** Concurrent runs are off and this one has not ended. */
  | { readonly kind: 'already_running'; readonly executionId: string }
  | { readonly kind: 'queue_full'; readonly live: number; readonly waiting: number }

/**
 * The place of a run that is about to start. It waits also while a place is free when others wait: the oldest is admitted
 * first. The caller holds the workflow's row FOR UPDATE until the run is inserted. Index: execution_live.
 */
export async function findPlace(
  tx: Tx,
  workflow: { readonly id: number; readonly allowsConcurrentRuns: boolean },
  limits: RunLimits,
): Promise<RunPlace> {
  const { rows } = await sql<{ live: number; waiting: number; oldest: string | null; last: string | null }>`
    select count(*) filter (where status <> 'waiting') as live, count(*) filter (where status = 'waiting') as waiting,
      (array_agg(id order by created_at, id))[1] as oldest,
      (array_agg(id order by created_at desc, id desc) filter (where status = 'waiting'))[1] as last
    from execution
    where workflow_id = ${workflow.id} and status in ('waiting', 'queued', 'running', 'stopping')`.execute(tx)
  const { live, waiting, oldest, last } = rows[0] ?? { live: 0, waiting: 0, oldest: null, last: null }
  if (oldest === null) return { kind: 'place', status: 'queued' }
  if (!workflow.allowsConcurrentRuns) return { kind: 'already_running', executionId: oldest }
  if (waiting === 0 && live < limits.mostLiveRuns) return { kind: 'place', status: 'queued' }
  if (waiting < limits.mostWaitingRuns) return { kind: 'place', status: 'waiting', behind: last ?? oldest }
  return { kind: 'queue_full', live, waiting }
}
