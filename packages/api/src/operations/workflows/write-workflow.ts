import { isDeepStrictEqual } from 'node:util'
import { CairnError, type FieldError } from '@cairn/contract'
import {
  type BodyBefore,
  deleteWorkflow as remove,
  findLiveExecution,
  insertWorkflow,
  isWorkflowNameTaken,
  type LockedWorkflow,
  lockWorkflow,
  readHookKeys,
  readStoredBody,
  removeTriggers,
  restartSchedules,
  reviseWorkflow,
  setWorkflowPaused,
  type StoredBody,
  storeBody,
  syncSchedules,
  syncWebhooks,
  type TokenHolder,
  type Tx,
  type WrittenHook,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Answer, Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { recordChange } from '../record-change.ts'
import { checkBody, checkTriggers } from './check-body.ts'
import { firstFirings } from './describe-triggers.ts'
import { describeStep } from './read-workflows.ts'

export const createWorkflow: Operation<'createWorkflow'> = async (context, { caller, body }) => {
  checkTriggers(context, body.triggers ?? [], null)
  const stored = storeBody(body, body.name, null)
  const { id, hooks, warnings } = await context.database.transaction(async (tx) => {
    const checked = await checkBody(context, tx, caller.tenantId, stored)
    const { tenantId, userEmail } = caller
    const workflowId = await insertWorkflow(tx, {
      tenantId,
      name: body.name,
      body: stored,
      secrets: checked.secrets,
      createdBy: userEmail,
    })
    if (workflowId === null) throw nameTaken(body.name)
    await recordChange(tx, caller, { type: 'workflow.created', id: workflowId })
    const written = await writeTriggers(context, tx, { tenantId, workflowId }, stored)
    return { id: workflowId, hooks: written, warnings: checked.warnings }
  })
  hintSchedules(context, stored)
  const schedules = answerSchedules(stored, { now: context.clock.now(), isPaused: false })
  return { id, ...answerHooks(hooks), ...answerWarnings(warnings), ...schedules }
}

export const updateWorkflow: Operation<'updateWorkflow'> = async (context, { caller, params, body }) => {
  const { stored, hooks, warnings, isPaused } = await context.database.transaction(async (tx) => {
    const locked = await lock(tx, caller, params.workflowId)
    const name = body.name ?? locked.name
    const before = await bodyBefore(context, tx, locked)
    checkTriggers(context, body.triggers ?? [], before)
    const revised = storeBody(body, name, before)
    return { stored: revised, isPaused: locked.paused, ...(await revise(context, tx, caller, { locked, revised })) }
  })
  hintSchedules(context, stored)
  const schedules = answerSchedules(stored, { now: context.clock.now(), isPaused })
  return { id: params.workflowId, ...answerHooks(hooks), ...answerWarnings(warnings), ...schedules }
}

/** Gives a locked workflow another body, unless it says what the newest says already. */
export async function revise(
  context: ApiContext,
  tx: Tx,
  caller: TokenHolder,
  { locked, revised }: { readonly locked: LockedWorkflow; readonly revised: StoredBody },
): Promise<{ readonly revision: number; readonly hooks: WrittenHook[]; readonly warnings: readonly FieldError[] }> {
  const { name } = revised
  const { secrets, warnings } = await checkBody(context, tx, caller.tenantId, revised)
  if (await isWorkflowNameTaken(tx, caller.tenantId, name, locked.id)) throw nameTaken(name)
  const isSame = isDeepStrictEqual(asShown(revised), asShown(readStoredBody(locked.body)))
  const revision = isSame ? locked.revision : locked.revision + 1
  if (!isSame) {
    await reviseWorkflow(tx, locked, { name, body: revised, secrets, updatedBy: caller.userEmail })
    await recordChange(tx, caller, { type: 'workflow.revised', id: locked.id, facts: { revision } })
  }
  const workflow = { tenantId: caller.tenantId, workflowId: locked.id }
  return { revision, hooks: await writeTriggers(context, tx, workflow, revised), warnings }
}

/** What is said and what goes without saying are one. */
function asShown(body: StoredBody): object {
  const steps = Object.entries(body.steps).map(([name, step]) => [name, describeStep(step, [])] as const)
  return { ...body, steps: Object.fromEntries(steps) }
}

const answerWarnings = (warnings: readonly FieldError[]): { warnings?: FieldError[] } =>
  warnings.length === 0 ? {} : { warnings: [...warnings] }

function answerSchedules(
  { triggers }: StoredBody,
  moment: { readonly now: number; readonly isPaused: boolean },
): Pick<Answer<'createWorkflow'>, 'schedules'> {
  const schedules = firstFirings(triggers, moment)
  return schedules.length === 0 ? {} : { schedules }
}

async function bodyBefore(context: ApiContext, tx: Tx, { id, tenantId, body }: LockedWorkflow): Promise<BodyBefore> {
  const keys = await readHookKeys(tx, context.secretCipher, { tenantId, workflowIds: [id] })
  const hooksByToken = new Map([...keys].map(([hookId, { token }]) => [token, hookId]))
  return { ...readStoredBody(body), hooksByToken }
}

async function writeTriggers(
  context: ApiContext,
  tx: Tx,
  workflow: { readonly tenantId: string; readonly workflowId: number },
  { triggers }: StoredBody,
): Promise<WrittenHook[]> {
  await syncSchedules(tx, workflow, triggers)
  const hooks = triggers.flatMap((trigger) => ('webhook' in trigger ? [trigger] : []))
  return syncWebhooks(tx, context.secretCipher, workflow, hooks)
}

/** The only answer that has a signing secret, and only one that has just been made. */
export function answerHooks(hooks: readonly WrittenHook[]): Pick<Answer<'createWorkflow'>, 'triggers'> {
  if (hooks.length === 0) return {}
  return {
    triggers: hooks.map(({ token, signingSecret, isSecretNew }) => ({
      webhook: token,
      ...(isSecretNew && signingSecret !== null && { signingSecret }),
    })),
  }
}

export const deleteWorkflow: Operation<'deleteWorkflow'> = async (context, { caller, params }) => {
  await context.database.transaction(async (tx) => {
    const locked = await lock(tx, caller, params.workflowId)
    const live = await findLiveExecution(tx, locked.id)
    if (live !== null) throw new CairnError('conflict', `run ${live} of this workflow has not ended; wait for its end`)
    await remove(tx, locked, caller.userEmail)
    await removeTriggers(tx, { tenantId: caller.tenantId, workflowId: locked.id })
    await recordChange(tx, caller, { type: 'workflow.deleted', id: locked.id })
  })
  return {}
}

export const pauseWorkflow: Operation<'pauseWorkflow'> = (context, { caller, params }) =>
  setPaused(context, caller, params.workflowId, true)

export const resumeWorkflow: Operation<'resumeWorkflow'> = (context, { caller, params }) =>
  setPaused(context, caller, params.workflowId, false)

async function setPaused(
  context: ApiContext,
  caller: TokenHolder,
  workflowId: number,
  paused: boolean,
): Promise<Answer<'pauseWorkflow'>> {
  await context.database.transaction(async (tx) => {
    const locked = await lock(tx, caller, workflowId)
    if (paused && !hasSchedule(readStoredBody(locked.body)))
      throw new CairnError('conflict', 'this workflow has no schedule; only a schedule can be paused')
    if (locked.paused === paused) {
      throw new CairnError('conflict', paused ? 'this workflow is paused already' : 'this workflow is not paused')
    }
    await setWorkflowPaused(tx, locked, paused, caller.userEmail)
    await recordChange(tx, caller, { type: paused ? 'workflow.paused' : 'workflow.resumed', id: locked.id })
    if (!paused) await restartSchedules(tx, { tenantId: caller.tenantId, workflowId: locked.id })
  })
  if (!paused) context.hints.notify('work')
  return {}
}

function hasSchedule(body: StoredBody): boolean {
  return body.triggers.some((trigger) => 'cron' in trigger)
}

export function hintSchedules(context: ApiContext, body: StoredBody): void {
  if (hasSchedule(body)) context.hints.notify('work')
}

export async function lock(tx: Tx, caller: TokenHolder, workflowId: number): Promise<LockedWorkflow> {
  const locked = await lockWorkflow(tx, caller.tenantId, workflowId)
  if (locked === null) throw notFound('workflow', workflowId)
  return locked
}

function nameTaken(name: string): CairnError {
  return new CairnError('name_taken', `name: the name "${name}" is already in use by a workflow`)
}
