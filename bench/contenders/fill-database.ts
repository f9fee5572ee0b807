/** Rows in number, as runs leave them, by few statements: for what grows with them. */
import type { Database, RunStarter } from '@cairn/store'
import { startOne, type Workflows } from './start-runs.ts'

const rowsEach = 50_000

export interface Filler {
  readonly database: Database
  readonly runStarter: RunStarter
}

/** Adds what is missing until so many runs wait to be claimed, shared out among the workflows. */
export async function fillQueue(filler: Filler, workflows: Workflows, count: number): Promise<void> {
  const { database } = filler
  await ensurePlans(filler, workflows)
  const { rows } = await database.pool.query<{ waiting: number }>(
    `select count(*) as waiting from execution where status = 'queued'`,
  )
  for (let missing = count - (rows[0]?.waiting ?? 0); missing > 0; missing -= rowsEach) {
    await insertRuns(database, workflows, { count: Math.min(missing, rowsEach), status: 'queued' })
  }
  await database.pool.query('analyze')
}

/** Adds runs of three steps that have ended, with their events and logs. */
export async function addFinishedRuns(filler: Filler, workflows: Workflows, count: number): Promise<void> {
  const { database } = filler
  await ensurePlans(filler, workflows)
  for (let missing = count; missing > 0; missing -= rowsEach) {
    await insertRuns(database, workflows, { count: Math.min(missing, rowsEach), status: 'success' })
  }
  await database.pool.query(insertEvents)
  await database.pool.query(insertLogs)
  await database.pool.query('vacuum analyze')
}

const insertEvents = `
insert into execution_event (execution_id, sequence, at, type, step, attempt, data)
select run.id, event.sequence, run.finished_at, event.type, event.step, event.attempt, event.data::jsonb
from execution as run, (values
  (1, 'attempt.started', 's0', 1, null), (2, 'step.succeeded', 's0', null, '{"outputs":{}}'),
  (3, 'attempt.started', 's1', 1, null), (4, 'step.succeeded', 's1', null, '{"outputs":{}}'),
  (5, 'attempt.started', 's2', 1, null), (6, 'step.succeeded', 's2', null, '{"outputs":{}}'),
  (7, 'run.finished', null, null, '{"status":"success","reason":null}')
) as event (sequence, type, step, attempt, data)
where run.status = 'success'`

const insertLogs = `
insert into log_chunk (stream, sequence, first_at, last_at, line_count, lines)
select 'step:' || run.id || ':' || step.name, 1, run.finished_at, run.finished_at, 2,
  '[[1764100000000,"GET http://127.0.0.1:40000/s0"],[1764100000001,"200 OK, 2 bytes, 1 ms"]]'
from execution as run, (values ('s0'), ('s1'), ('s2')) as step (name)
where run.status = 'success'`

/** Every workflow has a plan once a run of it was started; those runs are taken away again. */
async function ensurePlans({ database, runStarter }: Filler, workflows: Workflows): Promise<void> {
  const { rows } = await database.pool.query('select from run_plan limit 1')
  if (rows.length > 0) return
  for (const id of workflows.ids) await startOne(runStarter, workflows, id)
  await database.pool.query('delete from execution')
}

async function insertRuns(
  database: Database,
  { ids }: Workflows,
  runs: { readonly count: number; readonly status: 'queued' | 'success' },
): Promise<void> {
  const each = Math.ceil(runs.count / ids.length)
  await database.pool.query(
    `insert into execution (id, tenant_id, workflow_id, plan_id, status, parameters, started_by, trigger, finished_at)
    select gen_random_uuid(), workflow.tenant_id, workflow.id, plan.id, $3, '{"global":{},"stepWise":{}}', 'bench', 'manual',
      case $3 when 'queued' then null else now() end
    from generate_series(1, $2), workflow join run_plan as plan on plan.workflow_id = workflow.id
    where workflow.id = any($1)
    limit $4`,
    [ids, each, runs.status, runs.count],
  )
}
