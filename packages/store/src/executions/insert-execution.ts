import type { RunTrigger } from '@cairn/contract'
import type { RunEvent, RunParameters, RunPlan } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { toEventColumns } from './run-event-row.ts'

export interface NewRunPlan {
  readonly workflowId: number
  readonly revision: number
  /** `planDigest(body)` of the domain. */
  readonly digest: string
  readonly body: RunPlan
}

/**
 * The id of the plan's row; runs of one revision with the same pins share it. The caller holds the workflow's row FOR
 * UPDATE, so nobody else adds the same plan meanwhile.
 */
export async function upsertRunPlan(tx: Tx, plan: NewRunPlan): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    with existing as (
      select id from run_plan where workflow_id = ${plan.workflowId} and digest = ${plan.digest}
    ), inserted as (
      insert into run_plan (workflow_id, revision, digest, body)
      select ${plan.workflowId}::bigint, ${plan.revision}::integer, ${plan.digest}::text, ${JSON.stringify(plan.body)}::json
      where not exists (select from existing)
      returning id
    )
    select id from existing union all select id from inserted`.execute(tx)
  const [row] = rows
  if (row === undefined) throw new Error(`the plan of workflow ${plan.workflowId} was not stored`)
  return row.id
}

export interface NewExecution {
  readonly id: string
  readonly tenantId: string
  readonly workflowId: number
  readonly planId: number
  readonly parameters: RunParameters
  readonly trigger: RunTrigger
  readonly startedBy: string
  /** `queued` (the default): any engine process may claim it. `waiting`: not before it is admitted. */
  readonly status?: 'queued' | 'waiting'
  /** Events that stand before its first owner decides anything. */
  readonly seeds?: readonly RunEvent[]
  readonly rerunOf?: string | null
  /** Of a waiting run. */
  readonly waitsBehind?: string | null
}

/**
 * Makes a run. After the commit the caller gives the hint `execution`. The caller holds the workflow's row FOR UPDATE from
 * before it looked for a place, so runs of a workflow are created in the order of their `created_at`.
 */
export async function insertExecution(tx: Tx, execution: NewExecution): Promise<void> {
  const seeds = execution.seeds ?? []
  await tx
    .insertInto('execution')
    .values({
      id: execution.id,
      tenant_id: execution.tenantId,
      workflow_id: execution.workflowId,
      plan_id: execution.planId,
      status: execution.status ?? 'queued',
      parameters: JSON.stringify(execution.parameters),
      started_by: execution.startedBy,
      trigger: execution.trigger,
      reason: null,
      owner: null,
      finished_at: null,
      rerun_of: execution.rerunOf ?? null,
      waited_behind: execution.waitsBehind ?? null,
      seeded: seeds.length > 0,
      // The transaction may be older than that of a run which had the lock before.
      created_at: sql`clock_timestamp()`,
    })
    .execute()
  if (seeds.length > 0) await insertSeeds(tx, execution.id, seeds)
}

async function insertSeeds(tx: Tx, executionId: string, seeds: readonly RunEvent[]): Promise<void> {
  const columns = seeds.map(toEventColumns)
  await sql`
    insert into execution_event (execution_id, sequence, at, type, step, attempt, data)
    select ${executionId}::uuid, e.sequence, clock_timestamp(), e.type, e.step, e.attempt, e.data
    from unnest(
      ${columns.map(({ type }) => type)}::text[], ${columns.map(({ step }) => step)}::text[],
      ${columns.map(({ attempt }) => attempt)}::integer[],
      ${columns.map(({ data }) => (data === null ? null : JSON.stringify(data)))}::jsonb[]
    ) with ordinality as e (type, step, attempt, data, sequence)`.execute(tx)
}

/** The oldest run of a workflow that has not ended, or null. Index: execution_live. */
export async function findLiveExecution(db: Db, workflowId: number): Promise<string | null> {
  const row = await db
    .selectFrom('execution')
    .select('id')
    .where('workflow_id', '=', workflowId)
    .where('status', 'in', ['waiting', 'queued', 'running', 'stopping'])
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}
