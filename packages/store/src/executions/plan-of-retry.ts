import { type FieldError, isEndedExecution } from '@cairn/contract'
import {
  graphOf,
  type RetryFrom,
  type RunEvent,
  type RunParameters,
  type RunPlan,
  seedsOfRetry,
  validateRunParameters,
} from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { findGoneVersions } from '../images/read-versions-to-run.ts'
import type { CompiledRevision } from './known-revisions.ts'
import { readRunEvents } from './read-run-events.ts'

/** The run that another retries, and how far back. */
export interface RetrySource {
  readonly executionId: string
  readonly from: RetryFrom
}

/** What a run is made from. */
export interface PreparedRun {
  readonly kind: 'prepared'
  readonly planId: number
  /** Of a run of the workflow as it is now; null = the plan of the run that is retried. */
  readonly compiled: CompiledRevision | null
  readonly parameters: RunParameters
  readonly seeds: readonly RunEvent[]
}

type RetryPlan =
  | PreparedRun
  | { readonly kind: 'unknown_run' }
  | { readonly kind: 'not_retryable'; readonly reason: string }
  | { readonly kind: 'invalid_parameters'; readonly errors: readonly FieldError[] }

/**
 * What the retry of a run is made from: the plan of that run, its parameters with the given ones laid over them, and the
 * steps that stand. The caller holds the workflow's row.
 */
export async function planOfRetry(
  tx: Tx,
  start: { readonly tenantId: string; readonly workflowId: number; readonly parameters: RunParameters },
  source: RetrySource,
): Promise<RetryPlan> {
  const run = await tx
    .selectFrom('execution')
    .innerJoin('run_plan', 'run_plan.id', 'execution.plan_id')
    .select(['execution.plan_id', 'execution.status', 'execution.parameters', 'run_plan.body'])
    .where('execution.id', '=', source.executionId)
    .where('execution.workflow_id', '=', start.workflowId)
    .where('execution.tenant_id', '=', start.tenantId)
    .executeTakeFirst()
  if (run === undefined) return { kind: 'unknown_run' }
  if (!isEndedExecution(run.status)) {
    return { kind: 'not_retryable', reason: 'it has not ended; wait for its end or stop it' }
  }
  const broken = validateRunParameters(start.parameters, Object.keys(run.body.steps))
  if (broken.length > 0) return { kind: 'invalid_parameters', errors: broken }
  const events = await readRunEvents(tx, start.tenantId, source.executionId)
  const retried = { executionId: source.executionId, graph: graphOf(run.body), events }
  const seeds = seedsOfRetry(retried, source.from)
  if (seeds.kind === 'refused') return { kind: 'not_retryable', reason: seeds.reason }
  const gone = await findGoneImage(tx, start.tenantId, run.body, seeds.events)
  if (gone !== null) return { kind: 'not_retryable', reason: gone }
  const parameters = layOver(run.parameters, start.parameters)
  return { kind: 'prepared', planId: run.plan_id, compiled: null, parameters, seeds: seeds.events }
}

/** Why a step that runs again cannot: the version that the run was pinned to was deleted. null = all are there. */
async function findGoneImage(
  tx: Tx,
  tenantId: string,
  plan: RunPlan,
  seeds: readonly RunEvent[],
): Promise<string | null> {
  const kept = new Set(seeds.flatMap((event) => ('step' in event ? [event.step] : [])))
  const images = Object.entries(plan.steps).flatMap(([name, step]) =>
    step.type === 'standard' && !kept.has(name) ? [{ ...step.image, step: name }] : [],
  )
  const gone = await findGoneVersions(tx, tenantId, [...new Set(images.map(({ versionId }) => versionId))])
  const first = images.find(({ versionId }) => gone.has(versionId))
  if (first === undefined) return null
  const { step, version, name } = first
  return `version ${version} of image "${name}", on which step "${step}" ran, was deleted; start a new run`
}

function layOver(below: RunParameters, above: RunParameters): RunParameters {
  const steps = new Set([...Object.keys(below.stepWise), ...Object.keys(above.stepWise)])
  const stepWise = [...steps].map((step) => [step, { ...below.stepWise[step], ...above.stepWise[step] }] as const)
  return { global: { ...below.global, ...above.global }, stepWise: Object.fromEntries(stepWise) }
}
