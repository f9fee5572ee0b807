/** What must hold after any crash on the stored engine: of the tables, and of the containers that it ran. */
import { stepLogStream } from '@cairn/domain'
import { type Database, readLog } from '@cairn/store'
import { findBrokenRecords, findRows } from './recorded-invariants.ts'
import { linesOf } from './stored-engine.ts'

const queries = {
  'containers that ran on after their run had ended': `
    select w.name from fake_engine.workload w join execution e on e.id::text = w.execution_id
    where w.finish_at > e.finished_at + interval '1 second' and not w.held`,
  'containers that are held after their run had ended': `
    select w.name from fake_engine.workload w join execution e on e.id::text = w.execution_id
    where w.held and e.finished_at is not null`,
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
} as const satisfies Record<string, string>

/** By invariant, the rows that break it; empty = all hold. */
export async function findBrokenInvariants(database: Database): Promise<Record<string, unknown[]>> {
  const broken = { ...(await findBrokenRecords(database)), ...(await findRows(database, queries)) }
  const logs = await findBrokenLogs(database)
  if (logs.length > 0) broken['step logs with lost, doubled or disordered lines'] = logs
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
