import type { ExecutionDetails, ExecutionStep } from '@cairn/contract'
import { describeRun, type RunDescription, type StepDescription, stepLogStream } from '@cairn/domain'
import {
  type ExecutionRecord,
  type ExecutionWithPlan,
  findExecution,
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
import { logFile, waitForLines } from '../logs.ts'

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
    executions: page.items.map((execution) => summarise(execution, now)),
    executionsCount: page.total,
    ...pageKeysOf(page, request),
  }
}

function summarise({ executionId, status, createdAt, finishedAt }: ExecutionRecord, now: number) {
  return {
    executionId,
    status: wireExecutionStatus(status),
    executedAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    duration: Math.max(0, (finishedAt?.getTime() ?? now) - createdAt.getTime()) / 1000,
  }
}

interface RunKey {
  readonly workflowId: number
  readonly executionId: string
}

interface Run {
  readonly execution: ExecutionWithPlan
  readonly description: RunDescription
}

async function readRun(context: ApiContext, tenantId: string, { workflowId, executionId }: RunKey): Promise<Run> {
  const { db } = context.database
  const execution = await findExecution(db, tenantId, workflowId, executionId)
  if (execution === null) throw notFound('execution', `${executionId} of workflow ${workflowId}`)
  const events = await readRunEvents(db, tenantId, executionId)
  return { execution, description: describeRun(execution.plan, events) }
}

export const getExecutionDetails: Operation<'getExecutionDetails'> = async (context, { caller, params }) => {
  const { execution, description } = await readRun(context, caller.tenantId, params)
  return describe(execution, description)
}

function describe(execution: ExecutionWithPlan, description: RunDescription): ExecutionDetails {
  return {
    runId: execution.executionId,
    status: wireExecutionStatus(execution.status),
    executedAt: execution.createdAt.toISOString(),
    finishedAt: execution.finishedAt?.toISOString() ?? null,
    reason: execution.reason ?? description.reason,
    steps: description.steps.map(describeStep),
  }
}

function describeStep(step: StepDescription): ExecutionStep {
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
  const token = query.nextToken ?? null
  const { state: step, page } = await waitForLines(context.hints, signal, async () => {
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
  const { description } = await readRun(context, tenantId, key)
  const step = description.steps.find(({ name }) => name === key.stepName)
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
