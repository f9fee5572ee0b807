/**
 * The one way in which a run starts: by a person, a schedule, a webhook, or as the retry of another run.
 *
 * Always true: everything that a start decides on is read and written under the lock of the workflow's row, so two starts
 * at once see each other, and none starts on a workflow that is being deleted. Lock order: workflow, then execution.
 */
import { randomUUID } from 'node:crypto'
import type { FieldError, RunTrigger } from '@cairn/contract'
import {
  checkSecretsAgainstRun,
  compilePlan,
  type MachineSize,
  planDigest,
  type RunParameters,
  validateRunParameters,
} from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { countLiveExecutions } from '../workflows/read-executions.ts'
import { readStoredBody } from '../workflows/stored-body.ts'
import { lockWorkflow } from '../workflows/write-workflow.ts'
import { findLiveExecution, insertExecution, upsertRunPlan } from './insert-execution.ts'
import { resolveReferences } from './resolve-references.ts'

export interface RunStart {
  readonly tenantId: string
  readonly workflowId: number
  readonly trigger: RunTrigger
  /** Who asked, e.g. an e-mail. */
  readonly startedBy: string
  readonly parameters: RunParameters
}

export interface RunStartLimits {
  /** Size of the machine that containers run on; null while no engine has answered. */
  readonly machine: MachineSize | null
  /** Live runs that a workflow with concurrent runs may have. */
  readonly mostLiveRuns: number
}

/** Every outcome but `started` leaves nothing behind. */
export type RunStarted =
  | { readonly kind: 'started'; readonly executionId: string }
  | { readonly kind: 'unknown_workflow' }
  /** Concurrent runs are off and this one has not ended. */
  | { readonly kind: 'already_running'; readonly executionId: string }
  | { readonly kind: 'queue_full'; readonly live: number }
  | { readonly kind: 'invalid_parameters'; readonly errors: readonly FieldError[] }
  /** An image, instance type, secret or query that the workflow names cannot be used now. */
  | { readonly kind: 'unresolved'; readonly errors: readonly FieldError[] }

/** Starts a run in the caller's transaction. After the commit the caller gives the hint `execution`. */
export async function startRun(tx: Tx, start: RunStart, limits: RunStartLimits): Promise<RunStarted> {
  const locked = await lockWorkflow(tx, start.tenantId, start.workflowId)
  if (locked === null) return { kind: 'unknown_workflow' }
  const body = readStoredBody(locked.body)
  if (body.metadata?.allowConcurrentExecution === true) {
    const live = await countLiveExecutions(tx, locked.id)
    if (live >= limits.mostLiveRuns) return { kind: 'queue_full', live }
  } else {
    const live = await findLiveExecution(tx, locked.id)
    if (live !== null) return { kind: 'already_running', executionId: live }
  }
  const broken = [
    ...validateRunParameters(start.parameters, Object.keys(body.steps)),
    ...checkSecretsAgainstRun(start.parameters, body.steps),
  ]
  if (broken.length > 0) return { kind: 'invalid_parameters', errors: broken }
  const references = await resolveReferences(tx, start.tenantId, body, { moment: 'start', machine: limits.machine })
  const compiled = compilePlan(body, references)
  if (compiled.kind === 'invalid') return { kind: 'unresolved', errors: compiled.errors }
  const planId = await upsertRunPlan(tx, {
    workflowId: locked.id,
    revision: locked.revision,
    digest: planDigest(compiled.plan),
    body: compiled.plan,
  })
  const id = randomUUID()
  const { tenantId, trigger, startedBy, parameters } = start
  await insertExecution(tx, { id, tenantId, workflowId: locked.id, planId, parameters, trigger, startedBy })
  return { kind: 'started', executionId: id }
}
