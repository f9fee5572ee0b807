import { includesAccess, type StepBody, type StepDetails, type WorkflowSummary } from '@cairn/contract'
import { defaultStepResources, instanceTypesFor, listImageReferences } from '@cairn/domain'
import {
  findWorkflow,
  type HookKeys,
  listNewestExecutions,
  listWorkflows as list,
  readHookKeys,
  readStoredBody,
  readVersionsToRun,
  type TokenHolder,
  type VersionToRun,
  type WorkflowRecord,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'
import { storedExecutionStatuses, wireExecutionStatus } from '../../statuses.ts'
import { summariseExecution } from '../executions/summarise-execution.ts'
import { describeTriggers, type TriggerMoment } from './describe-triggers.ts'

/** How many next runs of each schedule describe tells. */
const nextRunsTold = 5

export const listWorkflows: Operation<'listWorkflows'> = async (context, { caller, query }) => {
  const request = pageRequestOf(query)
  const lastStatus = storedExecutionStatuses(query.lastExecutionStatus)
  const filter = {
    ...(query.searchTerm !== undefined && { searchTerm: query.searchTerm }),
    ...(query.workflowStatus !== undefined && { status: query.workflowStatus }),
    ...(lastStatus !== undefined && { lastExecutionStatus: lastStatus }),
    ...(query.lastModifiedBy !== undefined && { lastModifiedBy: query.lastModifiedBy }),
  }
  const page = await list(context.database.db, caller.tenantId, filter, request)
  const now = context.clock.now()
  const hookKeys = await hookKeysOf(context, caller, page.items)
  const ids = page.items.map(({ id }) => id)
  const { recentRuns = 0 } = query
  const runs = await listNewestExecutions(context.database.db, caller.tenantId, ids, recentRuns)
  const workflows = page.items.map((workflow) => ({
    ...summarise(workflow, { now, nextRuns: 0, hookKeys }),
    ...(recentRuns > 0 && {
      recentRuns: (runs.get(workflow.id) ?? []).map((execution) => summariseExecution(execution, now)),
    }),
  }))
  return { workflows, workflowsCount: page.total, ...pageKeysOf(page, request) }
}

export const describeWorkflow: Operation<'describeWorkflow'> = async (context, { caller, params }) => {
  const { db } = context.database
  const workflow = await findWorkflow(db, caller.tenantId, params.workflowId)
  if (workflow === null) throw notFound('workflow', params.workflowId)
  const body = readStoredBody(workflow.body)
  const imageIds = listImageReferences(body).map(({ imageId }) => imageId)
  const versions = await readVersionsToRun(db, caller.tenantId, [...new Set(imageIds)])
  const hookKeys = await hookKeysOf(context, caller, [workflow])
  return {
    ...summarise(workflow, { now: context.clock.now(), nextRuns: nextRunsTold, hookKeys }),
    steps: Object.fromEntries(Object.entries(body.steps).map(([name, step]) => [name, describeStep(step, versions)])),
    watchers: body.watchers,
    ...(body.metadata !== undefined && { metadata: body.metadata }),
    ...(body.retryOptions !== undefined && { retryOptions: body.retryOptions }),
  }
}

/** None for who may only look: the token of a hook starts runs, whoever has it. */
function hookKeysOf(
  { database, secretCipher }: ApiContext,
  { tenantId, access }: TokenHolder,
  workflows: readonly WorkflowRecord[],
): Promise<ReadonlyMap<string, HookKeys>> {
  const withHooks = workflows.filter(({ body }) =>
    readStoredBody(body).triggers.some((trigger) => 'webhook' in trigger),
  )
  if (withHooks.length === 0 || !includesAccess(access, 'run')) return Promise.resolve(new Map())
  return readHookKeys(database.db, secretCipher, { tenantId, workflowIds: withHooks.map(({ id }) => id) })
}

function summarise(workflow: WorkflowRecord, told: Omit<TriggerMoment, 'isPaused'>): WorkflowSummary {
  const body = readStoredBody(workflow.body)
  const { lastExecutionId, lastExecutedAt, lastExecutionStatus } = workflow
  const hasRun = lastExecutionId !== null && lastExecutedAt !== null && lastExecutionStatus !== null
  return {
    id: workflow.id,
    name: workflow.name,
    createdAt: workflow.createdAt.toISOString(),
    createdBy: workflow.createdBy,
    updatedAt: workflow.updatedAt.toISOString(),
    updatedBy: workflow.updatedBy,
    status: workflow.status,
    triggers: describeTriggers(body.triggers, { ...told, isPaused: workflow.isPaused }),
    tags: body.tags,
    ...(hasRun && {
      lastExecution: {
        executionId: lastExecutionId,
        executedAt: lastExecutedAt.toISOString(),
        status: wireExecutionStatus(lastExecutionStatus),
        ...(workflow.lastRerunOf !== null && { rerunId: workflow.lastRerunOf }),
      },
    }),
  }
}

/**
 * The step's own keys and the names of its image. Clients of the reference patch a workflow from this answer and crash
 * on `parameters` or `repository` that are null, and on an `env` that is a map.
 */
export function describeStep(step: StepBody, versions: readonly VersionToRun[]): StepDetails {
  const { parameters, ...rest } = { parameters: undefined, ...step }
  const env = parameters?.env
  return {
    ...rest,
    type: step.type ?? 'standard',
    parents: step.parents ?? [],
    ...(parameters !== undefined && {
      parameters: {
        ...parameters,
        ...(env !== undefined && { env: Object.entries(env).map(([name, value]) => ({ [name]: value })) }),
      },
    }),
    ...imageNames(step, versions),
  } as StepDetails
}

function imageNames(step: StepBody, versions: readonly VersionToRun[]) {
  if (!('imageId' in step)) return {}
  const ofImage = versions.filter(({ imageId }) => imageId === step.imageId)
  const pinned = ofImage.find(({ versionId }) => versionId === step.imageVersionId)
  const [any] = ofImage
  return {
    ...(any !== undefined && { imageName: any.imageName }),
    ...(pinned !== undefined && { imageVersion: pinned.version }),
  }
}

export const listResources: Operation<'listResources'> = async () =>
  instanceTypesFor('workflow').map(({ id, cpus, memoryGb }) => ({
    id,
    cpu: cpus,
    memory: memoryGb,
    gpu: null,
    gpuMemory: null,
  }))

export const getDefaultResource: Operation<'getDefaultResource'> = async () => ({ ...defaultStepResources })
