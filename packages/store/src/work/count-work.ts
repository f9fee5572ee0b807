import { sql } from 'kysely'
import type { StoredExecutionStatus } from '@cairn/contract'
import type { Db } from '../database/database.ts'
import type { WorkKind } from './work-kind.ts'

/** How much there is to do, over all tenants. */
export interface WorkCounts {
  readonly queued: Readonly<Partial<Record<WorkKind, number>>>
  readonly liveExecutions: Readonly<Partial<Record<StoredExecutionStatus, number>>>
}

/** Keys that are due and runs that have not ended; for readiness and metrics. */
export async function countWork(db: Db): Promise<WorkCounts> {
  const { rows } = await sql<{ queue: string; name: string; count: number }>`
    select 'work' as queue, kind as name, count(*) as count from work
    where token is null and available_at <= now() group by kind
    union all
    select 'execution', status, count(*) from execution
    where status in ('waiting', 'queued', 'running', 'stopping') group by status`.execute(db)
  const counts = (queue: string): Record<string, number> =>
    Object.fromEntries(rows.filter((row) => row.queue === queue).map((row) => [row.name, row.count]))
  return { queued: counts('work'), liveExecutions: counts('execution') }
}
