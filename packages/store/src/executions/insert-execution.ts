import type { RunParameters, RunPlan } from '@cairn/domain'
import type { Db, Tx } from '../database/database.ts'

export interface NewRunPlan {
  readonly workflowId: number
  readonly revision: number
  /** `planDigest(body)` of the domain. */
  readonly digest: string
  readonly body: RunPlan
}

/** The id of the plan's row; runs of one revision with the same pins share it. */
export async function upsertRunPlan(tx: Tx, plan: NewRunPlan): Promise<number> {
  const inserted = await tx
    .insertInto('run_plan')
    .values({
      workflow_id: plan.workflowId,
      revision: plan.revision,
      digest: plan.digest,
      body: JSON.stringify(plan.body),
    })
    .onConflict((conflict) => conflict.columns(['workflow_id', 'digest']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted !== undefined) return inserted.id
  const existing = await tx
    .selectFrom('run_plan')
    .select('id')
    .where('workflow_id', '=', plan.workflowId)
    .where('digest', '=', plan.digest)
    .executeTakeFirstOrThrow()
  return existing.id
}

export interface NewExecution {
  readonly id: string
  readonly tenantId: string
  readonly workflowId: number
  readonly planId: number
  readonly parameters: RunParameters
  readonly startedBy: string
}

/**
 * Makes a run that any engine process may claim. After the commit the caller gives the hint `execution`. A caller that
 * allows one live run holds the workflow's row FOR UPDATE from before {@link findLiveExecution}.
 */
export async function insertExecution(tx: Tx, execution: NewExecution): Promise<void> {
  await tx
    .insertInto('execution')
    .values({
      id: execution.id,
      tenant_id: execution.tenantId,
      workflow_id: execution.workflowId,
      plan_id: execution.planId,
      status: 'queued',
      parameters: JSON.stringify(execution.parameters),
      started_by: execution.startedBy,
      reason: null,
      owner: null,
      finished_at: null,
    })
    .execute()
}

/** The oldest run of a workflow that has not ended, or null. Index: execution_live. */
export async function findLiveExecution(db: Db, workflowId: number): Promise<string | null> {
  const row = await db
    .selectFrom('execution')
    .select('id')
    .where('workflow_id', '=', workflowId)
    .where('status', 'in', ['queued', 'running', 'stopping'])
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}
