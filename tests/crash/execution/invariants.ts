/** What must hold after any crash, as queries that find what breaks it. */
import { foldRun, graphOf, stepLogStream } from '@cairn/domain'
import { type Database, readLog, readRunEventsOfMany } from '@cairn/store'
import { linesOf } from './stored-engine.ts'

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
  'steps that started before a parent ended': `
    select v.execution_id, v.step from execution_event v
    join execution e on e.id = v.execution_id join run_plan p on p.id = e.plan_id,
      jsonb_array_elements_text(p.body::jsonb->'steps'->v.step->'parents') parent
    where v.type = 'attempt.started' and not exists (select from execution_event t
      where t.execution_id = v.execution_id and t.step = parent and t.type in ${terminal} and t.sequence < v.sequence)`,
  'attempts that started in a run that was stopping': `
    select v.execution_id, v.step from execution_event v join execution_event s using (execution_id)
    where v.type = 'attempt.started' and s.type = 'run.stopping' and v.sequence > s.sequence`,
  'runs that were stopping twice': `
    select execution_id from execution_event where type = 'run.stopping' group by 1 having count(*) > 1`,
  'containers that ran on after their run had ended': `
    select w.name from fake_engine.workload w join execution e on e.id::text = w.execution_id
    where w.finish_at > e.finished_at + interval '1 second'`,
  'containers that started twice': `select name from fake_engine.start group by 1 having count(*) > 1`,
  'containers of a step that ran at the same time': `
    select a.name, b.name from fake_engine.start a join fake_engine.start b
      on a.execution_id = b.execution_id and a.step = b.step and a.name < b.name
    where tstzrange(a.started_at, a.finish_at) && tstzrange(b.started_at, b.finish_at)`,
  'containers that no recorded attempt started': `
    select s.name from fake_engine.start s where (select count(*) from fake_engine.start o
      where o.execution_id = s.execution_id and o.step = s.step) > (select count(*) from execution_event v
      where v.execution_id::text = s.execution_id and v.step = s.step and v.type = 'attempt.started')`,
  'attempts that ran in a container and count as lost': `
    select execution_id, step from execution_event v where type = 'attempt.failed' and data->>'cause' = 'lost'
      and exists (select from fake_engine.start s where s.execution_id = v.execution_id::text and s.step = v.step)`,
  deadlocks: `select deadlocks from pg_stat_database where datname = current_database() and deadlocks > 0`,
} as const satisfies Record<string, string>

/** By invariant, the rows that break it; empty = all hold. */
export async function findBrokenInvariants(database: Database): Promise<Record<string, unknown[]>> {
  const broken: Record<string, unknown[]> = {}
  for (const [name, query] of Object.entries(queries)) {
    const { rows } = await database.pool.query<Record<string, unknown>>(query)
    if (rows.length > 0) broken[name] = rows
  }
  const logs = await findBrokenLogs(database)
  if (logs.length > 0) broken['step logs with lost, doubled or disordered lines'] = logs
  await refoldAll(database)
  return broken
}

/** The log of a step is what its containers printed, in order, each line once. */
async function findBrokenLogs(database: Database): Promise<unknown[]> {
  const { rows } = await database.pool.query<{ execution_id: string; step: string; names: string[] }>(
    'select execution_id, step, array_agg(name order by started_at) as names from fake_engine.start group by 1, 2',
  )
  const broken: unknown[] = []
  for (const { execution_id: id, step, names } of rows) {
    const log = await readLog(database.db, stepLogStream(id, step), { token: null })
    const printed = log.lines.map((line) => line.text)
    const expected = names.flatMap(linesOf)
    if (JSON.stringify(printed) !== JSON.stringify(expected)) broken.push({ id, step, printed, expected })
  }
  return broken
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
