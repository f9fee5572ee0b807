/** What the tables must say after any crash, whatever engine the containers ran on, as queries that find what breaks it. */
import { foldRun, graphOf } from '@cairn/domain'
import { type Database, readRunEventsOfMany } from '@cairn/store'

const terminal = `('step.succeeded', 'step.failed', 'step.skipped', 'step.stopped', 'step.reused')`

const queries = {
  'runs that have not ended': `select id from execution where finished_at is null`,
  'runs that ended without their last event, or with it and not in status': `
    select e.id from execution e where not exists (select from execution_event v
      where v.execution_id = e.id and v.type = 'run.finished' and v.data->>'status' = e.status)`,
  'runs that ended by a fault': `select id, reason from execution where reason like '%a fault of Cairn%'`,
  'events after the end of a run': `
    select v.execution_id from execution_event v join execution_event f using (execution_id)
    where f.type = 'run.finished' and v.sequence > f.sequence`,
  'logs of a run with a gap': `
    select execution_id from execution_event group by 1 having max(sequence) <> count(*)`,
  'steps with two terminal events': `
    select execution_id, step from execution_event where type in ${terminal} group by 1, 2 having count(*) > 1`,
  'steps without a terminal event': `
    select e.id, s.key from execution e join run_plan p on p.id = e.plan_id, jsonb_each(p.body::jsonb->'steps') s
    where not exists (select from execution_event v where v.execution_id = e.id and v.step = s.key and v.type in ${terminal})`,
  'steps that started before one that they wait for ended': `
    select v.execution_id, v.step from execution_event v
    join execution e on e.id = v.execution_id join run_plan p on p.id = e.plan_id,
      jsonb_array_elements_text((p.body::jsonb->'steps'->v.step->'parents') || (p.body::jsonb->'steps'->v.step->'alsoWaitsFor')) parent
    where v.type = 'attempt.started' and not exists (select from execution_event t
      where t.execution_id = v.execution_id and t.step = parent and t.type in ${terminal} and t.sequence < v.sequence)`,
  'attempts that started in a run that was stopping': `
    select v.execution_id, v.step from execution_event v join execution_event s using (execution_id)
    where v.type = 'attempt.started' and s.type = 'run.stopping' and v.sequence > s.sequence`,
  'runs that were stopping twice': `
    select execution_id from execution_event where type = 'run.stopping' group by 1 having count(*) > 1`,
  deadlocks: `select deadlocks from pg_stat_database where datname = current_database() and deadlocks > 0`,
} as const satisfies Record<string, string>

/** By invariant, the rows that break it; empty = all hold. */
export async function findBrokenRecords(database: Database): Promise<Record<string, unknown[]>> {
  const broken = await findRows(database, queries)
  await refoldAll(database)
  return broken
}

/** By name, the rows of each query that has some. */
export async function findRows(
  database: Database,
  named: Readonly<Record<string, string>>,
): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {}
  for (const [name, query] of Object.entries(named)) {
    const { rows } = await database.pool.query<Record<string, unknown>>(query)
    if (rows.length > 0) found[name] = rows
  }
  return found
}

/** The fold refuses every log that no run can have written. */
async function refoldAll(database: Database): Promise<void> {
  const runs = await database.db
    .selectFrom('execution')
    .innerJoin('run_plan', 'run_plan.id', 'execution.plan_id')
    .select(['execution.id', 'run_plan.body'])
    .execute()
  const events = await readRunEventsOfMany(
    database.db,
    runs.map((run) => run.id),
  )
  for (const run of runs) foldRun(graphOf(run.body), events.get(run.id) ?? [])
}
