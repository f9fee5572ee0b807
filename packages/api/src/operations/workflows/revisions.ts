/** The history of a workflow, and the way back. */
import { randomUUID } from 'node:crypto'
import { CairnError, usualRevisions, type WorkflowRevision } from '@cairn/contract'
import { bodyChanges } from '@cairn/domain'
import {
  findWorkflow,
  findWorkflowRevision,
  listWorkflowRevisions as list,
  readStoredBody,
  type StoredBody,
  type StoredTrigger,
  type WorkflowRevisionRecord,
} from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'
import { checkTriggers } from './check-body.ts'
import { answerHooks, hintSchedules, lock, revise } from './write-workflow.ts'

const mostChanges = 200

export const listWorkflowRevisions: Operation<'listWorkflowRevisions'> = async (context, { caller, params, query }) => {
  const { db } = context.database
  if ((await findWorkflow(db, caller.tenantId, params.workflowId)) === null) {
    throw notFound('workflow', params.workflowId)
  }
  const request = pageRequestOf({ ...query, pageSize: query.pageSize ?? usualRevisions })
  const page = await list(db, caller.tenantId, params.workflowId, request)
  return { revisions: page.items.map(describe), revisionsCount: page.total, ...pageKeysOf(page, request) }
}

function describe({ revision, createdAt, createdBy, body, before }: WorkflowRevisionRecord): WorkflowRevision {
  const changes = before === null ? [] : bodyChanges(asTold(before), asTold(body))
  return {
    revision,
    createdAt: createdAt.toISOString(),
    createdBy,
    changes: changes.slice(0, mostChanges),
    changesCount: changes.length,
  }
}

/** Ids of hooks are nobody's business. */
function asTold(body: StoredBody): object {
  const triggers = body.triggers.map((trigger) => ('webhook' in trigger ? { ...trigger, webhook: true } : trigger))
  return { ...body, triggers }
}

export const restoreWorkflowRevision: Operation<'restoreWorkflowRevision'> = async (
  context,
  { caller, params, body },
) => {
  const restored = await context.database.transaction(async (tx) => {
    const locked = await lock(tx, caller, params.workflowId)
    const wanted = await findWorkflowRevision(tx, caller.tenantId, locked.id, body.revision)
    if (wanted === null) {
      throw new CairnError('not_found', `workflow ${locked.id} has no revision ${body.revision}`)
    }
    const { triggers } = readStoredBody(locked.body)
    const stored = { ...wanted, name: locked.name, triggers: withLivingHooks(wanted.triggers, triggers) }
    checkTriggers(context, stored.triggers, readStoredBody(locked.body))
    return { stored, ...(await revise(context, tx, caller, { locked, revised: stored })) }
  })
  hintSchedules(context, restored.stored)
  return { id: params.workflowId, revision: restored.revision, ...answerHooks(restored.hooks) }
}

/** A hook that is not there any more comes back with a token of its own: the old one was taken away. */
function withLivingHooks(wanted: readonly StoredTrigger[], current: readonly StoredTrigger[]): StoredTrigger[] {
  const living = new Set(current.flatMap((trigger) => ('webhook' in trigger ? [trigger.webhook] : [])))
  return wanted.map((trigger) =>
    'webhook' in trigger && !living.has(trigger.webhook) ? { ...trigger, webhook: randomUUID() } : trigger,
  )
}
