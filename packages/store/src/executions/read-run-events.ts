import type { RecordedRunEvent, RunPlan } from '@cairn/domain'
import type { Db } from '../database/database.ts'
import { fromEventRow } from './run-event-row.ts'

const eventColumns = ['sequence', 'at', 'type', 'step', 'attempt', 'data'] as const

/** The log of a tenant's run, in order; empty also when the tenant has no such run. */
export async function readRunEvents(db: Db, tenantId: string, executionId: string): Promise<RecordedRunEvent[]> {
  const rows = await db
    .selectFrom('execution_event')
    .select(eventColumns)
    .where('execution_id', '=', executionId)
    .where((where) =>
      where.exists(
        where
          .selectFrom('execution')
          .select('execution.id')
          .where('execution.id', '=', executionId)
          .where('execution.tenant_id', '=', tenantId),
      ),
    )
    .orderBy('sequence')
    .execute()
  return rows.map(fromEventRow)
}

/** The logs of many runs, by run; a run without events has no entry. For the process that owns them. */
export async function readRunEventsOfMany(
  db: Db,
  executionIds: readonly string[],
): Promise<Map<string, RecordedRunEvent[]>> {
  const byRun = new Map<string, RecordedRunEvent[]>()
  if (executionIds.length === 0) return byRun
  const rows = await db
    .selectFrom('execution_event')
    .select(['execution_id', ...eventColumns])
    .where((where) => where('execution_id', '=', where.fn.any(where.val([...executionIds]))))
    .orderBy('execution_id')
    .orderBy('sequence')
    .execute()
  for (const row of rows) {
    const events = byRun.get(row.execution_id)
    if (events === undefined) byRun.set(row.execution_id, [fromEventRow(row)])
    else events.push(fromEventRow(row))
  }
  return byRun
}

/** Plans by id; an id without a row has no entry. */
export async function readRunPlans(db: Db, planIds: readonly number[]): Promise<Map<number, RunPlan>> {
  if (planIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('run_plan')
    .select(['id', 'body'])
    .where((where) => where('id', '=', where.fn.any(where.val([...planIds]))))
    .execute()
  return new Map(rows.map((row) => [row.id, row.body]))
}

/** Of these runs, those that have not ended. */
export async function selectLiveExecutions(db: Db, executionIds: readonly string[]): Promise<Set<string>> {
  if (executionIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('execution')
    .select('id')
    .where((where) => where('id', '=', where.fn.any(where.val([...executionIds]))))
    .where('status', 'in', ['queued', 'running', 'stopping'])
    .execute()
  return new Set(rows.map((row) => row.id))
}
