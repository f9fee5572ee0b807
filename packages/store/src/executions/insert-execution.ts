import type { RunTrigger } from '@cairn/contract'
import type { RunEvent, RunParameters, RunPlan } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'
import { prepared } from '../database/prepared.ts'
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
export function insertExecution(tx: Tx, execution: NewExecution): Promise<void> {
  return insertExecutions(tx, [execution])
}

/** As {@link insertExecution}, of many runs in one statement; those of a workflow in the order given. */
export async function insertExecutions(tx: Tx, executions: readonly NewExecution[]): Promise<void> {
  if (executions.length === 0) return
  const column = <T>(of: (execution: NewExecution) => T): T[] => executions.map(of)
  // By the clock: the transaction may be older than that of a run which had the lock before.
  await prepared(
    'insert-executions',
    sql`
    insert into execution (id, tenant_id, workflow_id, plan_id, status, parameters, started_by, trigger, rerun_of,
      waited_behind, seeded, created_at)
    select id, tenant_id, workflow_id, plan_id, status, parameters, started_by, trigger, rerun_of, waited_behind, seeded,
      clock_timestamp() + place * interval '1 microsecond'
    from unnest(
      ${column(({ id }) => id)}::uuid[], ${column(({ tenantId }) => tenantId)}::uuid[],
      ${column(({ workflowId }) => workflowId)}::bigint[], ${column(({ planId }) => planId)}::bigint[],
      ${column(({ status }) => status ?? 'queued')}::text[],
      ${column(({ parameters }) => JSON.stringify(parameters))}::jsonb[],
      ${column(({ startedBy }) => startedBy)}::text[], ${column(({ trigger }) => trigger)}::text[],
      ${column(({ rerunOf }) => rerunOf ?? null)}::uuid[], ${column(({ waitsBehind }) => waitsBehind ?? null)}::uuid[],
      ${column(({ seeds }) => (seeds ?? []).length > 0)}::boolean[], ${placesOf(executions)}::integer[]
    ) as run (id, tenant_id, workflow_id, plan_id, status, parameters, started_by, trigger, rerun_of, waited_behind, seeded,
      place)`,
  ).execute(tx)
  for (const { id, seeds } of executions) if (seeds !== undefined && seeds.length > 0) await insertSeeds(tx, id, seeds)
}

/** How many of the same workflow come before each, so that no two of them have the same moment. */
function placesOf(executions: readonly NewExecution[]): number[] {
  const counts = new Map<number, number>()
  return executions.map(({ workflowId }) => {
    const place = counts.get(workflowId) ?? 0
    counts.set(workflowId, place + 1)
    return place
  })
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
