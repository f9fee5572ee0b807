import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import { prepared } from '../database/prepared.ts'

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

/** The runs of a workflow that have not ended. */
export interface RunLine {
  readonly live: number
  readonly waiting: number
  /** The one that started first; null = there is none. */
  readonly oldest: string | null
  /** The one that waits behind all others; null = none waits. */
  readonly last: string | null
}

const empty: RunLine = { live: 0, waiting: 0, oldest: null, last: null }

/**
 * The lines of these workflows, by id. The caller holds their rows FOR UPDATE, so that nobody else starts or admits a run
 * until its transaction ends. Index: execution_live.
 */
export async function readRunLines(tx: Tx, workflowIds: readonly number[]): Promise<Map<number, RunLine>> {
  const { rows } = await prepared<RunLine & { readonly workflowId: number }>(
    'read-run-lines',
    // One look per workflow: planned by that, whatever the number of workflows.
    sql`
    select asked.id as "workflowId", line.live, line.waiting, line.oldest, line.last
    from unnest(${workflowIds}::bigint[]) as asked (id)
    cross join lateral (
      select count(*) filter (where status <> 'waiting') as live, count(*) filter (where status = 'waiting') as waiting,
        (array_agg(id order by created_at, id))[1] as oldest,
        (array_agg(id order by created_at desc, id desc) filter (where status = 'waiting'))[1] as last
      from execution
      where workflow_id = asked.id and status in ('waiting', 'queued', 'running', 'stopping')
    ) as line`,
  ).execute(tx)
  return new Map(rows.map(({ workflowId, ...line }) => [workflowId, line]))
}

/** The place of a run that is about to start. It waits also while a place is free when others wait: the oldest is first. */
export function findPlace(line: RunLine, allowsConcurrentRuns: boolean, limits: RunLimits): RunPlace {
  const { live, waiting, oldest, last } = line
  if (oldest === null) return { kind: 'place', status: 'queued' }
  if (!allowsConcurrentRuns) return { kind: 'already_running', executionId: oldest }
  if (waiting === 0 && live < limits.mostLiveRuns) return { kind: 'place', status: 'queued' }
  if (waiting < limits.mostWaitingRuns) return { kind: 'place', status: 'waiting', behind: last ?? oldest }
  return { kind: 'queue_full', live, waiting }
}

/** The lines of workflows as runs are added to them, before they are inserted. */
export class RunLines {
  readonly #lines: Map<number, RunLine>

  constructor(read: ReadonlyMap<number, RunLine>) {
    this.#lines = new Map(read)
  }

  of(workflowId: number): RunLine {
    return this.#lines.get(workflowId) ?? empty
  }

  add(workflowId: number, run: { readonly id: string; readonly status: 'queued' | 'waiting' }): void {
    const line = this.of(workflowId)
    const oldest = line.oldest ?? run.id
    this.#lines.set(
      workflowId,
      run.status === 'waiting'
        ? { ...line, oldest, waiting: line.waiting + 1, last: run.id }
        : { ...line, oldest, live: line.live + 1 },
    )
  }
}
