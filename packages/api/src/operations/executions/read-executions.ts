import type { ExecutionDetails, ExecutionStep, RunDecision as WireDecision, StepAttempt } from '@cairn/contract'
import {
  type AttemptTimes,
  attemptTimes,
  describeRun,
  explainRun,
  type RecordedRunEvent,
  type RunDecision,
  type StepDescription,
  stepInputs,
  stepLogStream,
} from '@cairn/domain'
import {
  type ExecutionWithPlan,
  findExecution,
  findNewestRetry,
  findRunAhead,
  findWorkflow,
  listExecutions as list,
  readLog,
  readRunEvents,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { newestOf, pageKeysOf, pageRequestOf, windowOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'
import { storedExecutionStatuses, wireExecutionStatus } from '../../statuses.ts'
import { logFile } from '../logs.ts'
import { summariseExecution } from './summarise-execution.ts'

export const listExecutions: Operation<'listExecutions'> = async (context, { caller, params, query }) => {
  const { db } = context.database
  const { workflowId } = params
  if ((await findWorkflow(db, caller.tenantId, workflowId)) === null) throw notFound('workflow', workflowId)
  const request = pageRequestOf(query)
  const now = context.clock.now()
  const status = storedExecutionStatuses(query.statuses)
  const filter = {
    workflowId,
    ...windowOf(query, now),
    newest: newestOf(query.count),
    ...(status !== undefined && { status }),
  }
  const page = await list(db, caller.tenantId, filter, request)
  return {
    workflowId,
    executions: page.items.map((execution) => summariseExecution(execution, now)),
    executionsCount: page.total,
    ...pageKeysOf(page, request),
  }
}

interface RunKey {
  readonly workflowId: number
  readonly executionId: string
}

interface Run {
  readonly execution: ExecutionWithPlan
  readonly events: readonly RecordedRunEvent[]
}

async function readRun(context: ApiContext, tenantId: string, { workflowId, executionId }: RunKey): Promise<Run> {
  const { db } = context.database
  const execution = await findExecution(db, tenantId, workflowId, executionId)
  if (execution === null) throw notFound('execution', `${executionId} of workflow ${workflowId}`)
  return { execution, events: await readRunEvents(db, tenantId, executionId) }
}

export const getExecutionDetails: Operation<'getExecutionDetails'> = async (context, { caller, params }) => {
  const { execution, events } = await readRun(context, caller.tenantId, params)
  const { db } = context.database
  // Only a run that has ended can be retried; a live one is asked for often.
  const hasEnded = execution.finishedAt !== null
  const retriedBy = hasEnded ? await findNewestRetry(db, caller.tenantId, params.workflowId, execution) : null
  const queuedBecause = await whyItWaits(context, caller.tenantId, execution)
  return { ...describe(execution, queuedBecause, events), retriedBy }
}

/** Behind which run it waits now, or had to wait when it started; null = it had not to. */
async function whyItWaits(context: ApiContext, tenantId: string, execution: ExecutionWithPlan): Promise<string | null> {
  const { executionId, status, waitedBehind, admittedAt } = execution
  if (status !== 'waiting') {
    const until = admittedAt === null ? '' : ` until ${admittedAt.toISOString()}`
    return waitedBehind === null ? null : `behind run ${waitedBehind}${until}`
  }
  const ahead = await findRunAhead(context.database.db, tenantId, executionId)
  if (ahead === null) return 'to be admitted'
  const behind = `behind run ${ahead.executionId}`
  const { mostLiveRuns } = context.limits.runs
  return ahead.isWaiting ? behind : `${behind}: ${mostLiveRuns} runs of this workflow may be live`
}

function describe(
  execution: ExecutionWithPlan,
  queuedBecause: string | null,
  events: readonly RecordedRunEvent[],
): Omit<ExecutionDetails, 'retriedBy'> {
  const { createdAt, trigger, startedBy, rerunOf } = execution
  const origin = { createdAt: createdAt.getTime(), trigger, startedBy, rerunOf, queuedBecause }
  const { description, outcomeNote, decisions, decisionsOf } = explainRun(execution.plan, origin, events)
  const attempts = attemptTimes(events)
  return {
    runId: execution.executionId,
    status: wireExecutionStatus(execution.status),
    executedAt: createdAt.toISOString(),
    finishedAt: execution.finishedAt?.toISOString() ?? null,
    reason: execution.status === 'waiting' ? `waits ${queuedBecause}` : (execution.reason ?? description.reason),
    outcomeNote,
    trigger,
    startedBy,
    rerunId: rerunOf,
    decisions: decisions.map(wireDecision),
    steps: description.steps.map((step) => ({
      ...describeStep(step, decisionsOf.get(step.name) ?? []),
      attempts: (attempts.get(step.name) ?? []).map(wireAttempt),
      input: [...stepInputs(step, execution.parameters, description.steps)],
    })),
  }
}

function wireDecision({ at, kind, step, text }: RunDecision): WireDecision {
  return { at: new Date(at).toISOString(), kind, step, text }
}

function wireAttempt({ attempt, startedAt, runningAt, finishedAt }: AttemptTimes): StepAttempt {
  return {
    attempt,
    startedAt: new Date(startedAt).toISOString(),
    runningAt: isoOf(runningAt),
    finishedAt: isoOf(finishedAt),
  }
}

function describeStep(
  step: StepDescription,
  decisions: readonly RunDecision[],
): Omit<ExecutionStep, 'attempts' | 'input'> {
  const { planned } = step
  return {
    name: step.name,
    status: step.status,
    stepType: planned.type,
    startedAt: isoOf(step.startedAt),
    finishedAt: isoOf(step.finishedAt),
    image: planned.type === 'standard' ? `${planned.image.name}:${planned.image.version}` : null,
    output: { ...step.outputs },
    reason: step.reason,
    exitCode: step.exitCode,
    attempt: step.attempt,
    waitsFor: [...new Set([...planned.parents, ...planned.alsoWaitsFor])],
    decisions: decisions.map(wireDecision),
  }
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/**
 * `stepRunStatus` is `Running` until the step has ended, also while it waits: followers of the reference leave at any
 * other status.
 */
export const getExecutionLogs: Operation<'getExecutionLogs'> = async (context, { caller, params, query, signal }) => {
  const stream = stepLogStream(params.executionId, query.stepName)
  const { nextToken: token = null, wait: waits = true } = query
  const writer = { kind: 'execution', id: params.executionId } as const
  const { state: step, page } = await context.logFollowers.follow({ stream, writer, waits }, signal, async () => {
    // The status first: a step's log is complete before its end is recorded.
    const state = await readStep(context, caller.tenantId, { ...params, stepName: query.stepName })
    return { state, isLive: isLive(state), page: await readLog(context.database.db, stream, { token }) }
  })
  return {
    stepRunStatus: isLive(step) ? 'Running' : step.status,
    nextToken: page.nextToken,
    logs: page.lines.map(({ at, text }) => ({ message: text, timestamp: at })),
  }
}

function isLive({ status }: StepDescription): boolean {
  return status === 'Pending' || status === 'Queued' || status === 'Running'
}

interface StepKey extends RunKey {
  readonly stepName: string
}

async function readStep(context: ApiContext, tenantId: string, key: StepKey): Promise<StepDescription> {
  const { execution, events } = await readRun(context, tenantId, key)
  const step = describeRun(execution.plan, events).steps.find(({ name }) => name === key.stepName)
  if (step === undefined) throw notFound('step', `"${key.stepName}" of execution ${key.executionId}`)
  return step
}

export const downloadExecutionLogs: Operation<'downloadExecutionLogs'> = async (context, { caller, params, query }) => {
  const key = { ...params, stepName: query.stepName }
  await readStep(context, caller.tenantId, key)
  const path = `/workflows/api/v1/workflows/${key.workflowId}/executions/${key.executionId}/logs/file`
  return { downloadUrl: context.links.sign(subjectOf(caller.tenantId, key), path, { stepName: key.stepName }) }
}

export const readExecutionLogFile: Operation<'readExecutionLogFile'> = async (context, { params, query }) => {
  const key = { ...params, stepName: query.stepName }
  if (!context.links.verify(subjectOf(query.tenant, key), query)) throw notFound('link', 'with this signature')
  await readStep(context, query.tenant, key)
  return {
    content: logFile(context.database.db, stepLogStream(key.executionId, key.stepName)),
    sizeBytes: null,
    fileName: `${key.executionId}-${key.stepName}.log`,
  }
}

const subjectOf = (tenantId: string, { workflowId, executionId, stepName }: StepKey) => ({
  operationId: 'readExecutionLogFile',
  tenantId,
  ids: [String(workflowId), executionId, stepName],
})
