/**
 * The rows that a workflow's schedules stand for; `own-webhooks.ts` writes those of its hooks. They are written in the
 * transaction that changes the workflow, whose row the caller holds locked, so a pass over the schedule sees either all of a change or nothing.
 *
 * Locks: rows of the workflow, then its `schedule` work row. Index: primary keys.
 */
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import { enqueueWork } from '../work/enqueue-work.ts'
import type { StoredTrigger } from '../workflows/stored-trigger.ts'

export interface WorkflowOfTriggers {
  readonly tenantId: string
  readonly workflowId: number
}

/**
 * Makes the schedules of a new revision the ones that count. One that was there before goes on where it was; a new
 * one begins now, whatever its last time was. After the commit the caller gives the hint `work`.
 */
export async function syncSchedules(
  tx: Tx,
  { tenantId, workflowId }: WorkflowOfTriggers,
  triggers: readonly StoredTrigger[],
): Promise<void> {
  const schedules = triggers.flatMap((trigger) => ('cron' in trigger ? [trigger] : []))
  await sql`
    with wanted as (
      select distinct cron, timezone from unnest(
        ${schedules.map(({ cron }) => cron)}::text[],
        ${schedules.map(({ timezone }) => timezone ?? 'UTC')}::text[]
      ) as schedule (cron, timezone)
    ), removed as (
      delete from workflow_schedule
      where workflow_id = ${workflowId} and (cron, timezone) not in (select cron, timezone from wanted)
    )
    insert into workflow_schedule (workflow_id, tenant_id, cron, timezone)
    select ${workflowId}::bigint, ${tenantId}::uuid, cron, timezone from wanted
    on conflict do nothing`.execute(tx)
  if (schedules.length > 0) await enqueueWork(tx, workOf(workflowId))
}

/** Ends the triggers of a deleted workflow; what became of its ticks stays. */
export async function removeTriggers(tx: Tx, { tenantId, workflowId }: WorkflowOfTriggers): Promise<void> {
  for (const table of ['workflow_schedule', 'workflow_webhook'] as const) {
    await tx.deleteFrom(table).where('workflow_id', '=', workflowId).where('tenant_id', '=', tenantId).execute()
  }
}

/** Lets the schedules of a workflow begin anew: what passed while it was paused is neither run nor missed. */
export async function restartSchedules(tx: Tx, { tenantId, workflowId }: WorkflowOfTriggers): Promise<void> {
  await sql`
    update workflow_schedule set handled_until = greatest(handled_until, clock_timestamp())
    where workflow_id = ${workflowId} and tenant_id = ${tenantId}`.execute(tx)
  await enqueueWork(tx, workOf(workflowId))
}

const workOf = (workflowId: number) => ({ kind: 'schedule', key: String(workflowId) }) as const
