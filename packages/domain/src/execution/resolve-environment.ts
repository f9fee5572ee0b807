/** The parameters of a step, with which its container runs or its request is filled in. */
import { byteLength, workflowLimits } from './limits.ts'
import { ownValue } from './own-value.ts'
import type { InheritedOutput, PlannedStep, RunParameters, StepName } from './plan.ts'
import type { RunState } from './run-state.ts'
import { endWords } from './start-rule.ts'

export type ResolvedEnvironment =
  | { readonly kind: 'resolved'; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: 'failed'; readonly reason: string }

/** What a step can know about the run it is part of. */
export interface RunIdentity {
  readonly executionId: string
  readonly workflowId: number
  readonly workflowName: string
  readonly tenantId: string
  readonly tenantName: string
}

/**
 * Precedence, highest first: run `stepWise`, run `global`, `inherit`, step `env`, injected variables. An inherited value
 * that is not there is missed only when nothing else gives the parameter a value. An output larger than a parameter value
 * may be (an answer's body) reaches http steps only: a container's environment cannot hold it.
 */
export function resolveEnvironment(
  state: RunState,
  name: StepName,
  parameters: RunParameters,
  injected: Readonly<Record<string, string>>,
): ResolvedEnvironment {
  const planned = state.graph.steps.get(name)?.step
  if (planned === undefined) return { kind: 'failed', reason: `the plan has no step "${name}"` }
  const given = { ...parameters.global, ...ownValue(parameters.stepWise, name) }
  const inherited = inheritedValues(state, planned, given)
  if (inherited.kind === 'failed') return inherited
  return { kind: 'resolved', env: { ...injected, ...planned.env, ...inherited.env, ...given } }
}

function inheritedValues(
  state: RunState,
  planned: PlannedStep,
  given: Readonly<Record<string, string>>,
): ResolvedEnvironment {
  const env: [string, string][] = []
  for (const [parameter, source] of Object.entries(planned.inherit)) {
    if (Object.hasOwn(given, parameter)) continue
    const value = ownValue(state.steps.get(source.step)?.outputs ?? {}, source.output)
    if (value === undefined && Object.hasOwn(planned.env, parameter)) continue
    if (value === undefined) return { kind: 'failed', reason: reasonOfNoValue(state, parameter, source) }
    const bytes = planned.type === 'standard' ? byteLength(value) : 0
    if (bytes > workflowLimits.valueBytes) {
      const reason = `inherited parameter "${parameter}" has ${bytes} bytes; a container step takes at most ${workflowLimits.valueBytes}`
      return { kind: 'failed', reason }
    }
    env.push([parameter, value])
  }
  return { kind: 'resolved', env: Object.fromEntries(env) }
}

function reasonOfNoValue(state: RunState, parameter: string, { step: name, output }: InheritedOutput): string {
  const step = state.steps.get(name)
  const ended = step?.phase === 'succeeded' ? '' : `${endWords(step)} and `
  return `step "${name}" ${ended}left no output parameter "${output}"; give "${parameter}" a value in env or for the run`
}

/** `PEAK_<NAME>` and `CAIRN_<NAME>` for each name, the names of the reference platform and our own. */
export function withBothPrefixes(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => [
      [`PEAK_${name}`, value],
      [`CAIRN_${name}`, value],
    ]),
  )
}

/** The variables that every step is given. A step is known by its name, which is also its id. */
export function injectedVariables(run: RunIdentity, name: StepName, planned: PlannedStep): Record<string, string> {
  const image: Record<string, string> =
    planned.type === 'standard' ? { IMAGE_NAME: planned.image.name, IMAGE_ID: `${planned.image.imageId}` } : {}
  const tenant = { TENANT_NAME: run.tenantName, TENANT_ID: run.tenantId, STAGE: 'prod' }
  return {
    ...withBothPrefixes({
      RUN_ID: run.executionId,
      EXEC_ID: run.executionId,
      WORKFLOW_NAME: run.workflowName,
      WORKFLOW_ID: `${run.workflowId}`,
      STEP_NAME: name,
      STEP_ID: name,
      RUNTIME: 'workflow',
      ...image,
    }),
    ...tenant,
    CAIRN_TENANT_NAME: tenant.TENANT_NAME,
    CAIRN_TENANT_ID: tenant.TENANT_ID,
    CAIRN_STAGE: tenant.STAGE,
  }
}
