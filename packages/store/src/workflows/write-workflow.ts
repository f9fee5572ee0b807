/**
 * A workflow is a row with a revision number; the bodies are immutable rows of `workflow_revision`. Whoever changes a
 * workflow, or starts a run of it, first locks its row: so a run is never started on a workflow that is being deleted,
 * and two starts at once see each other.
 */
import type { Tx } from '../database/database.ts'
import { listQueryPaths } from '@cairn/domain'
import { replaceQueryUses } from '../queries/write-query.ts'
import { replaceSecretUses } from '../secrets/replace-secret-uses.ts'

export interface NewWorkflow {
  readonly tenantId: string
  readonly name: string
  readonly body: object
  /** Names of the secrets that the body names; all exist. */
  readonly secrets: readonly string[]
  readonly createdBy: string
}

/** The new workflow's id, or null when the tenant has a workflow of this name. */
export async function insertWorkflow(tx: Tx, workflow: NewWorkflow): Promise<number | null> {
  const row = await tx
    .insertInto('workflow')
    .values({
      tenant_id: workflow.tenantId,
      name: workflow.name,
      created_by: workflow.createdBy,
      updated_by: workflow.createdBy,
      deleted_at: null,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).where('deleted_at', 'is', null).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (row === undefined) return null
  await insertRevision(tx, { workflowId: row.id, revision: 1, body: workflow.body, createdBy: workflow.createdBy })
  await replaceSecretUses(tx, { kind: 'workflow', id: String(row.id) }, workflow)
  await replaceQueryUses(tx, { id: row.id, tenantId: workflow.tenantId }, queryPathsOf(workflow.body))
  return row.id
}

function queryPathsOf(body: object): readonly string[] {
  return listQueryPaths({ steps: {}, ...body })
}

interface NewRevision {
  readonly workflowId: number
  readonly revision: number
  readonly body: object
  readonly createdBy: string
}

async function insertRevision(tx: Tx, revision: NewRevision): Promise<void> {
  await tx
    .insertInto('workflow_revision')
    .values({
      workflow_id: revision.workflowId,
      revision: revision.revision,
      body: JSON.stringify(revision.body),
      created_by: revision.createdBy,
    })
    .execute()
}

export interface LockedWorkflow {
  readonly id: number
  readonly tenantId: string
  readonly name: string
  readonly revision: number
  readonly paused: boolean
  readonly body: object
}

/** Locks the workflow; null = the tenant has none of this id, or it was deleted. */
export async function lockWorkflow(tx: Tx, tenantId: string, workflowId: number): Promise<LockedWorkflow | null> {
  const row = await tx
    .selectFrom('workflow')
    .select((workflow) => [
      'id',
      'tenant_id as tenantId',
      'name',
      'revision',
      'paused',
      workflow
        .selectFrom('workflow_revision')
        .select('body')
        .whereRef('workflow_revision.workflow_id', '=', 'workflow.id')
        .whereRef('workflow_revision.revision', '=', 'workflow.revision')
        .as('body'),
    ])
    .where('id', '=', workflowId)
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return null
  return { ...row, body: row.body ?? (await readRevision(tx, row)) }
}

/** A statement that waited for the lock does not see the revision that was made while it waited. */
async function readRevision(tx: Tx, workflow: { readonly id: number; readonly revision: number }): Promise<object> {
  const { body } = await tx
    .selectFrom('workflow_revision')
    .select('body')
    .where('workflow_id', '=', workflow.id)
    .where('revision', '=', workflow.revision)
    .executeTakeFirstOrThrow()
  return body
}

/** Whether another workflow of the tenant has the name. */
export async function isWorkflowNameTaken(
  tx: Tx,
  tenantId: string,
  name: string,
  exceptWorkflowId: number,
): Promise<boolean> {
  const row = await tx
    .selectFrom('workflow')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .where('id', '!=', exceptWorkflowId)
    .executeTakeFirst()
  return row !== undefined
}

export interface WorkflowChange {
  readonly name: string
  readonly body: object
  /** Names of the secrets that the body names; all exist. */
  readonly secrets: readonly string[]
  readonly updatedBy: string
}

/** Makes the body the current revision. Call after {@link lockWorkflow}. */
export async function reviseWorkflow(tx: Tx, locked: LockedWorkflow, change: WorkflowChange): Promise<void> {
  const revision = locked.revision + 1
  await insertRevision(tx, { workflowId: locked.id, revision, body: change.body, createdBy: change.updatedBy })
  const { tenantId } = locked
  await replaceSecretUses(tx, { kind: 'workflow', id: String(locked.id) }, { tenantId, secrets: change.secrets })
  await replaceQueryUses(tx, locked, queryPathsOf(change.body))
  await tx
    .updateTable('workflow')
    .set({ name: change.name, revision, updated_at: new Date(), updated_by: change.updatedBy })
    .where('id', '=', locked.id)
    .execute()
}

/** The workflow leaves every list; its runs stay readable by id. Call after {@link lockWorkflow}. */
export async function deleteWorkflow(tx: Tx, locked: LockedWorkflow, deletedBy: string): Promise<void> {
  const now = new Date()
  await tx
    .updateTable('workflow')
    .set({ deleted_at: now, updated_at: now, updated_by: deletedBy })
    .where('id', '=', locked.id)
    .execute()
  const { tenantId } = locked
  await replaceSecretUses(tx, { kind: 'workflow', id: String(locked.id) }, { tenantId, secrets: [] })
  await replaceQueryUses(tx, locked, [])
}

/** Stops or resumes the workflow's schedule. Call after {@link lockWorkflow}. */
export async function setWorkflowPaused(
  tx: Tx,
  locked: LockedWorkflow,
  paused: boolean,
  changedBy: string,
): Promise<void> {
  await tx
    .updateTable('workflow')
    .set({ paused, updated_at: new Date(), updated_by: changedBy })
    .where('id', '=', locked.id)
    .execute()
}
