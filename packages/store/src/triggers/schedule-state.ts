/** What a pass over a workflow's schedule reads and writes. Index: primary keys. */
import type { CronSchedule, ScheduleState } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'

/** The tenant of a workflow that has schedules; null = it has none, or is gone. */
export async function findScheduledTenant(db: Db, workflowId: number): Promise<string | null> {
  const row = await db
    .selectFrom('workflow_schedule')
    .select('tenant_id')
    .where('workflow_id', '=', workflowId)
    .limit(1)
    .executeTakeFirst()
  return row?.tenant_id ?? null
}

export interface SchedulesNow {
  readonly states: readonly ScheduleState[]
  /** The database's clock, in epoch milliseconds: the one that decides what is due. */
  readonly now: number
}

/** Call after `lockWorkflow`. */
export async function readSchedules(tx: Tx, tenantId: string, workflowId: number): Promise<SchedulesNow> {
  const { rows } = await sql<CronSchedule & { handledUntil: Date; now: Date }>`
    select cron, timezone, handled_until as "handledUntil", clock_timestamp() as now from workflow_schedule
    where workflow_id = ${workflowId} and tenant_id = ${tenantId}
    order by cron, timezone`.execute(tx)
  return {
    states: rows.map(({ cron, timezone, handledUntil }) => ({ cron, timezone, handledUntil: handledUntil.getTime() })),
    now: rows[0]?.now.getTime() ?? 0,
  }
}

/** A state is only ever moved on, never back. */
export async function writeScheduleStates(tx: Tx, workflowId: number, states: readonly ScheduleState[]): Promise<void> {
  await sql`
    update workflow_schedule as schedule
    set handled_until = greatest(schedule.handled_until, to_timestamp(state.handled_until / 1000))
    from unnest(
      ${states.map(({ cron }) => cron)}::text[],
      ${states.map(({ timezone }) => timezone)}::text[],
      ${states.map(({ handledUntil }) => handledUntil)}::float8[]
    ) as state (cron, timezone, handled_until)
    where schedule.workflow_id = ${workflowId}
      and schedule.cron = state.cron and schedule.timezone = state.timezone`.execute(tx)
}

/** Times are epoch milliseconds. */
export interface TickRecord {
  readonly schedule: CronSchedule
  readonly tick: number
  /** The last tick when the record stands for many. */
  readonly until: number | null
  readonly reason: string | null
  /** The run that was started; null = missed. */
  readonly executionId: string | null
}

/** Whether a run was started for the tick, or it is recorded as missed. */
export async function isTickRecorded(tx: Tx, workflowId: number, tick: number): Promise<boolean> {
  const row = await tx
    .selectFrom('schedule_tick')
    .select('tick')
    .where('workflow_id', '=', workflowId)
    .where('tick', '=', new Date(tick))
    .executeTakeFirst()
  return row !== undefined
}

/** A tick that is recorded already stays as it is. */
export async function recordTicks(
  tx: Tx,
  { tenantId, workflowId }: { readonly tenantId: string; readonly workflowId: number },
  records: readonly TickRecord[],
): Promise<void> {
  if (records.length === 0) return
  await tx
    .insertInto('schedule_tick')
    .values(
      records.map(({ schedule, tick, until, reason, executionId }) => ({
        workflow_id: workflowId,
        tenant_id: tenantId,
        tick: new Date(tick),
        cron: schedule.cron,
        timezone: schedule.timezone,
        outcome: executionId === null ? ('missed' as const) : ('fired' as const),
        until: until === null ? null : new Date(until),
        execution_id: executionId,
        reason,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
