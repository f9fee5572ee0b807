/** What must hold of runs on a real container engine after any faults: of the tables, the outputs and the logs. */
import { graphOf, stepLogStream } from '@cairn/domain'
import { type Database, readLog, readRunEventsOfMany } from '@cairn/store'
import { findBrokenRecords } from '../execution/recorded-invariants.ts'
import { handedOn, noOutput } from './random-workflow.ts'

/** By invariant, what breaks it; empty = all hold. */
export async function findBrokenRuns(database: Database): Promise<Record<string, unknown[]>> {
  const broken = await findBrokenRecords(database)
  const runs = await database.db
    .selectFrom('execution')
    .innerJoin('run_plan', 'run_plan.id', 'execution.plan_id')
    .select(['execution.id', 'run_plan.body'])
    .execute()
  const events = await readRunEventsOfMany(
    database.db,
    runs.map(({ id }) => id),
  )
  const wrongOutputs: unknown[] = []
  const doubledStarts: unknown[] = []
  for (const { id, body } of runs) {
    const outputs = new Map<string, string>()
    const attempts = new Map<string, number>()
    for (const { event } of events.get(id) ?? []) {
      if (event.type === 'attempt.started') attempts.set(event.step, event.attempt)
      if (event.type !== 'step.succeeded' && event.type !== 'step.reused') continue
      const output = event.outputs[`from_${event.step}`] ?? noOutput
      outputs.set(event.step, output)
      const parents = graphOf(body).steps.get(event.step)?.step.parents ?? []
      const expected = handedOn(
        event.step,
        parents.map((parent) => outputs.get(parent) ?? noOutput),
      )
      if (output !== expected) wrongOutputs.push({ id, step: event.step, output, expected })
    }
    for (const [step, attempt] of attempts) {
      if (body.steps[step]?.type !== 'standard') continue
      const { lines } = await readLog(database.db, stepLogStream(id, step), { token: null })
      const starts = lines.filter(({ text }) => text === 'started').length
      if (starts > attempt) doubledStarts.push({ id, step, attempt, starts })
    }
  }
  if (wrongOutputs.length > 0) broken['outputs that are not what the parents handed on'] = wrongOutputs
  if (doubledStarts.length > 0) broken['containers that started more often than attempts did'] = doubledStarts
  return broken
}
