import { randomUUID } from 'node:crypto'
import { CairnError, type ExecuteBody } from '@cairn/contract'
import { compilePlan, planDigest, type RunParameters, type RunPlan, validateRunParameters } from '@cairn/domain'
import {
  countLiveExecutions,
  findLiveExecution,
  insertExecution,
  type LockedWorkflow,
  lockWorkflow,
  type Tx,
  upsertRunPlan,
} from '@cairn/store'
import { invalid } from '../../http/error-answer.ts'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { resolveReferences } from '../workflows/resolve-references.ts'
import { readStoredBody, type StoredBody } from '../workflows/stored-body.ts'

/** Live runs that a workflow with concurrent runs may have. */
const mostLiveRuns = 100
const queueFullRetrySeconds = 30

export const executeWorkflow: Operation<'executeWorkflow'> = async (context, { caller, params, body }) => {
  if (body.stepsToRun !== undefined && body.stepsToRun.length > 0) {
    throw new CairnError('not_built', 'stepsToRun: a run of some steps only is not supported by this version of Cairn')
  }
  const executionId = randomUUID()
  await context.database.transaction(async (tx) => {
    const locked = await lockWorkflow(tx, caller.tenantId, params.workflowId)
    if (locked === null) throw notFound('workflow', params.workflowId)
    const stored = readStoredBody(locked.body)
    await refuseUnlessFree(tx, locked, stored)
    const parameters = readParameters(body, stored)
    const references = await resolveReferences(tx, caller.tenantId, stored, {
      moment: 'start',
      machine: context.machine(),
    })
    const compiled = compilePlan(stored, references)
    if (compiled.kind === 'invalid') throw invalid(compiled.errors, 'unknown_reference')
    const planId = await storePlan(tx, locked, compiled.plan)
    await insertExecution(tx, {
      id: executionId,
      tenantId: caller.tenantId,
      workflowId: locked.id,
      planId,
      parameters,
      startedBy: caller.userEmail,
    })
  })
  context.hints.notify('execution')
  return { executionId }
}

/** Under the workflow's lock, so that two starts at once do not both find it free. */
async function refuseUnlessFree(tx: Tx, locked: LockedWorkflow, body: StoredBody): Promise<void> {
  if (body.metadata?.allowConcurrentExecution === true) {
    const live = await countLiveExecutions(tx, locked.id)
    if (live < mostLiveRuns) return
    throw new CairnError('queue_full', `${live} runs of this workflow have not ended; try again when some have`, {
      retryAfterSeconds: queueFullRetrySeconds,
    })
  }
  const live = await findLiveExecution(tx, locked.id)
  if (live === null) return
  throw new CairnError(
    'already_running',
    `run ${live} of this workflow has not ended; wait for its end or set metadata.allowConcurrentExecution`,
  )
}

function readParameters(body: ExecuteBody, stored: StoredBody): RunParameters {
  const parameters = { global: body.params?.global ?? {}, stepWise: body.params?.stepWise ?? {} }
  const errors = validateRunParameters(parameters, Object.keys(stored.steps))
  if (errors.length > 0) throw invalid(errors)
  return parameters
}

function storePlan(tx: Tx, locked: LockedWorkflow, plan: RunPlan): Promise<number> {
  return upsertRunPlan(tx, {
    workflowId: locked.id,
    revision: locked.revision,
    digest: planDigest(plan),
    body: plan,
  })
}
