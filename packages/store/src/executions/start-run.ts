/**
 * The one way in which a run starts: by a person, a schedule, a webhook, or as the retry of another run.
 *
 * Always true: everything that a start decides on is read and written under the lock of the workflow's row, so two starts
 * at once see each other, and none starts on a workflow that is being deleted. What a run is seeded with is inserted
 * beside it. Lock order: workflow, then execution, then work.
 */
import { randomUUID } from 'node:crypto'
import type { FieldError, RunTrigger, Watcher } from '@cairn/contract'
import {
  checkSecretsAgainstRun,
  compilePlan,
  graphOf,
  leftOutOf,
  type MachineSize,
  notificationKey,
  planDigest,
  type RunParameters,
  runtimeLimits,
  seedsOfLeftOut,
  type StepSelection,
  validateRunParameters,
} from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { enqueueWork } from '../work/enqueue-work.ts'
import { readStoredBody } from '../workflows/stored-body.ts'
import { type LockedWorkflow, lockWorkflow } from '../workflows/write-workflow.ts'
import { findPlace, type RunLimits, type RunPlace } from './find-place.ts'
import { insertExecution, upsertRunPlan } from './insert-execution.ts'
import { planOfRetry, type PreparedRun, type RetrySource } from './plan-of-retry.ts'
import { resolveReferences } from './resolve-references.ts'

export interface RunStart {
  readonly tenantId: string
  readonly workflowId: number
  readonly trigger: RunTrigger
  /** Who asked, e.g. an e-mail. */
  readonly startedBy: string
  /** Of a retry: laid over those of the run that it retries. */
  readonly parameters: RunParameters
  /** A partial run: only these. Absent or empty = all steps. */
  readonly stepsToRun?: readonly StepSelection[]
  /** The run that this one retries: with its plan (the same code, the same images), whatever the workflow is now. */
  readonly retryOf?: RetrySource
}

export interface RunStartLimits extends RunLimits {
  /** Size of the machine that containers run on; null while no engine has answered. */
  readonly machine: MachineSize | null
}

/** Every outcome but `started` leaves nothing behind. */
export type RunStarted =
  /** `waiting`: for a place among the workflow's live runs. */
  | { readonly kind: 'started'; readonly executionId: string; readonly status: 'queued' | 'waiting' }
  | { readonly kind: 'unknown_workflow' }
  | Exclude<RunPlace, { kind: 'place' }>
  /** Run-time parameters, or steps to run. */
  | { readonly kind: 'invalid_parameters'; readonly errors: readonly FieldError[] }
  /** An image, instance type, secret or query that the workflow names cannot be used now. */
  | { readonly kind: 'unresolved'; readonly errors: readonly FieldError[] }
  /** The workflow has no such run to retry. */
  | { readonly kind: 'unknown_run' }
  /** The run cannot be retried so; `reason` in words for the user. */
  | { readonly kind: 'not_retryable'; readonly reason: string }

/** Starts a run in the caller's transaction. After the commit the caller gives the hint `execution`. */
export async function startRun(tx: Tx, start: RunStart, limits: RunStartLimits): Promise<RunStarted> {
  const locked = await lockWorkflow(tx, start.tenantId, start.workflowId)
  if (locked === null) return { kind: 'unknown_workflow' }
  const body = readStoredBody(locked.body)
  const allowsConcurrentRuns = body.metadata?.allowConcurrentExecution === true
  const place = await findPlace(tx, { id: locked.id, allowsConcurrentRuns }, limits)
  if (place.kind !== 'place') return place
  const { retryOf } = start
  const prepared =
    retryOf === undefined ? await prepareRun(tx, locked, start, limits.machine) : await planOfRetry(tx, start, retryOf)
  if (prepared.kind !== 'prepared') return prepared
  const id = randomUUID()
  await insertExecution(tx, {
    id,
    tenantId: start.tenantId,
    workflowId: locked.id,
    planId: prepared.planId,
    parameters: prepared.parameters,
    trigger: start.trigger,
    startedBy: start.startedBy,
    status: place.status,
    waitsBehind: place.status === 'waiting' ? place.behind : null,
    seeds: prepared.seeds,
    rerunOf: retryOf?.executionId ?? null,
  })
  await watchRuntime(tx, id, body.watchers)
  return { kind: 'started', executionId: id, status: place.status }
}

/** A run of the workflow as it is now. */
async function prepareRun(
  tx: Tx,
  locked: LockedWorkflow,
  start: RunStart,
  machine: MachineSize | null,
): Promise<PreparedRun | Extract<RunStarted, { kind: 'invalid_parameters' | 'unresolved' }>> {
  const body = readStoredBody(locked.body)
  const broken = [
    ...validateRunParameters(start.parameters, Object.keys(body.steps)),
    ...checkSecretsAgainstRun(start.parameters, body.steps),
  ]
  if (broken.length > 0) return { kind: 'invalid_parameters', errors: broken }
  const references = await resolveReferences(tx, start.tenantId, body, { moment: 'start', machine })
  const compiled = compilePlan(body, references)
  if (compiled.kind === 'invalid') return { kind: 'unresolved', errors: compiled.errors }
  const leftOut = leftOutOf(graphOf(compiled.plan), start.stepsToRun ?? [])
  if (leftOut.kind === 'invalid') return { kind: 'invalid_parameters', errors: leftOut.errors }
  const planId = await upsertRunPlan(tx, {
    workflowId: locked.id,
    revision: locked.revision,
    digest: planDigest(compiled.plan),
    body: compiled.plan,
  })
  return { kind: 'prepared', planId, parameters: start.parameters, seeds: seedsOfLeftOut(leftOut.steps) }
}

/** The first limit to its run time cannot pass before it would if the run began now; then it is looked at. */
async function watchRuntime(tx: Tx, executionId: string, watchers: readonly Watcher[]): Promise<void> {
  const [least] = runtimeLimits(watchers)
  if (least === undefined) return
  const key = notificationKey({ kind: 'runtime', executionId })
  await enqueueWork(tx, { kind: 'notification', key, delayMs: least * 60_000 })
}
