/** What the tables tell of the installation, as one statement each sees it. Expired leases count by the database's clock. */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { WorkKind } from '../work/work-kind.ts'

export interface DatabaseState {
  readonly now: Date
  readonly version: string
  readonly sizeBytes: number
  readonly migrations: number
  readonly newestMigration: string | null
}

export interface LiveEngine {
  readonly id: string
  readonly startedAt: Date
  readonly leaseUntil: Date
}

export interface DueWork {
  readonly kind: WorkKind
  readonly due: number
  readonly oldestDueAt: Date
}

export interface LiveExecutions {
  readonly waiting: number
  readonly queued: number
  readonly running: number
  readonly stopping: number
}

export async function readDatabaseState(db: Db): Promise<DatabaseState> {
  const { rows } = await sql<DatabaseState>`
    select now() as now, current_setting('server_version') as version,
      pg_database_size(current_database()) as "sizeBytes",
      count(*) as migrations, max(name) as "newestMigration"
    from cairn_migration`.execute(db)
  const [state] = rows
  if (state === undefined) throw new Error('an aggregate answered no row')
  return state
}

/** Engines that are alive by their lease, the longest running first. */
export async function listLiveEngines(db: Db): Promise<LiveEngine[]> {
  const { rows } = await sql<LiveEngine>`
    select id, started_at as "startedAt", lease_until as "leaseUntil" from engine_process
    where alive and lease_until >= now() order by started_at, id`.execute(db)
  return rows
}

/** Keys of all tenants that are due and not taken, by kind. */
export async function listDueWork(db: Db): Promise<DueWork[]> {
  const { rows } = await sql<DueWork>`
    select kind, count(*) as due, min(available_at) as "oldestDueAt" from work
    where token is null and available_at <= now() group by kind order by kind`.execute(db)
  return rows
}

/** Runs of the tenant that have not ended. */
export async function countLiveExecutions(db: Db, tenantId: string): Promise<LiveExecutions> {
  const { rows } = await sql<LiveExecutions>`
    select count(*) filter (where status = 'waiting') as waiting, count(*) filter (where status = 'queued') as queued,
      count(*) filter (where status = 'running') as running, count(*) filter (where status = 'stopping') as stopping
    from execution
    where tenant_id = ${tenantId} and status in ('waiting', 'queued', 'running', 'stopping')`.execute(db)
  return rows[0] ?? { waiting: 0, queued: 0, running: 0, stopping: 0 }
}
