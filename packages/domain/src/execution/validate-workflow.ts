/** The rules of a workflow body that span fields. The contract's schema has checked types before. */
import type { FieldError } from '@cairn/contract'
import { stepNamePattern, workflowLimits } from './limits.ts'
import type { InheritedOutput, RunParameters, StepName } from './plan.ts'
import { validateRetryOptions, validateStep } from './validate-step.ts'
import { validateValues } from './validate-values.ts'
import type { StepDraft, WorkflowDraft } from './workflow-draft.ts'
import { ancestorsOf, findCycle, type ParentsByStep } from './workflow-graph.ts'

/**
 * Every rule that the body breaks, by field; empty = it can run once its images and instance types are resolved.
 *
 * @example
 * validateWorkflow({ steps: { a: { command: 'true', imageId: 1, parents: ['a'] } } })
 * // [{ field: 'steps.a.parents', rule: 'steps form a cycle: a → a' }]
 */
export function validateWorkflow(body: WorkflowDraft): FieldError[] {
  const steps = Object.entries(body.steps)
  if (steps.length === 0) return [{ field: 'steps', rule: 'must hold at least one step' }]
  if (steps.length > workflowLimits.steps) {
    return [{ field: 'steps', rule: `holds at most ${workflowLimits.steps} steps; this one has ${steps.length}` }]
  }
  const parents = parentsByStep(body)
  const structure = checkStructure(steps, parents)
  return [
    ...structure,
    ...validateRetryOptions('retryOptions', body.retryOptions),
    ...steps.flatMap(([name, step]) => validateStep(`steps.${name}`, step)),
    ...(structure.length === 0 ? steps.flatMap(([name, step]) => checkInherit(name, step, body.steps, parents)) : []),
  ]
}

export function parentsByStep(body: WorkflowDraft): ParentsByStep {
  return new Map(Object.entries(body.steps).map(([name, step]) => [name, [...new Set(step.parents ?? [])]]))
}

function checkStructure(steps: readonly [StepName, StepDraft][], parents: ParentsByStep): FieldError[] {
  const errors: FieldError[] = []
  let links = 0
  for (const [name] of steps) {
    if (!stepNamePattern.test(name)) {
      errors.push({ field: `steps.${name}`, rule: 'a step name has 1 to 64 letters, digits, - and _' })
    }
    for (const parent of parents.get(name) ?? []) {
      links += 1
      if (!parents.has(parent))
        errors.push({ field: `steps.${name}.parents`, rule: `"${parent}" is no step of this workflow` })
    }
  }
  if (links > workflowLimits.parentLinks) {
    return [{ field: 'steps', rule: `have at most ${workflowLimits.parentLinks} parents in all; these have ${links}` }]
  }
  const cycle = findCycle(parents)
  if (cycle !== null) {
    errors.push({ field: `steps.${cycle[0] ?? ''}.parents`, rule: `steps form a cycle: ${cycle.join(' → ')}` })
  }
  return errors
}

function checkInherit(
  name: StepName,
  step: StepDraft,
  steps: WorkflowDraft['steps'],
  parents: ParentsByStep,
): FieldError[] {
  const sources = inheritedOutputs(name, steps, parents)
  return Object.entries(step.parameters?.inherit ?? {})
    .filter(([parameter]) => !Object.hasOwn(sources, parameter))
    .map(([parameter, output]) => ({
      field: `steps.${name}.parameters.inherit.${parameter}`,
      rule: `no ancestor of step "${name}" has an output parameter "${output}"`,
    }))
}

/**
 * Where each inherited parameter of a step comes from: the nearest ancestor that has an output parameter of the name,
 * and among equally near ones the parent that is written first. A name that no ancestor has is left out.
 */
export function inheritedOutputs(
  name: StepName,
  steps: WorkflowDraft['steps'],
  parents: ParentsByStep,
): Readonly<Record<string, InheritedOutput>> {
  const wanted = Object.entries(steps[name]?.parameters?.inherit ?? {})
  const nearest = new Map<string, StepName>()
  if (wanted.length > 0) {
    for (const ancestor of ancestorsOf(name, parents)) {
      for (const output of Object.keys(steps[ancestor]?.outputParameters ?? {})) {
        if (!nearest.has(output)) nearest.set(output, ancestor)
      }
    }
  }
  return Object.fromEntries(
    wanted.flatMap(([parameter, output]) => {
      const step = nearest.get(output)
      return step === undefined ? [] : [[parameter, { step, output }]]
    }),
  )
}

/** Rules of the `params` given to a run of a workflow with these steps. */
export function validateRunParameters(parameters: RunParameters, steps: readonly StepName[]): FieldError[] {
  const known = new Set(steps)
  return [
    ...validateValues('params.global', parameters.global),
    ...Object.entries(parameters.stepWise).flatMap(([step, values]) =>
      known.has(step)
        ? validateValues(`params.stepWise.${step}`, values)
        : [{ field: `params.stepWise.${step}`, rule: 'names no step of this workflow' }],
    ),
  ]
}
