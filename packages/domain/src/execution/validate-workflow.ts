/** The rules of a workflow body that span fields. The contract's schema has checked types before. */
import type { FieldError } from '@cairn/contract'
import type { InheritedOutputs } from './inherited-outputs.ts'
import { linkInheritance } from './link-inheritance.ts'
import { stepNamePattern, workflowLimits } from './limits.ts'
import type { RunParameters, StepName } from './plan.ts'
import { readLinks, type WorkflowLinks } from './step-links.ts'
import { noSuchStep, validateConditions } from './validate-conditions.ts'
import { validateRetryOptions, validateStep } from './validate-step.ts'
import { checkInteger, validateValues } from './validate-values.ts'
import type { StepDraft, WorkflowDraft } from './workflow-draft.ts'
import { orderSteps, pathWords, type StepOrder } from './workflow-graph.ts'

/** What a body without a broken rule says about the order of its steps. */
export interface WorkflowFlow {
  readonly links: WorkflowLinks
  /** Each step after all that it waits for. */
  readonly order: readonly StepName[]
  readonly inherited: InheritedOutputs
  /** What is allowed and yet may not be meant. */
  readonly warnings: readonly FieldError[]
}

export type CheckedWorkflow =
  | { readonly kind: 'valid'; readonly flow: WorkflowFlow }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }

/**
 * Every rule that the body breaks, by field; empty = it can run once its images and instance types are resolved.
 *
 * @example
 * validateWorkflow({ steps: { a: { command: 'true', imageId: 1, parents: ['a'] } } })
 * // [{ field: 'steps.a.parents', rule: 'steps form a cycle: a → a' }]
 */
export function validateWorkflow(body: WorkflowDraft): readonly FieldError[] {
  const checked = checkWorkflow(body)
  return checked.kind === 'invalid' ? checked.errors : []
}

/** As {@link validateWorkflow}, with what was found out on the way. */
export function checkWorkflow(body: WorkflowDraft): CheckedWorkflow {
  const steps = Object.entries(body.steps)
  if (steps.length === 0) return invalid([{ field: 'steps', rule: 'must hold at least one step' }])
  if (steps.length > workflowLimits.steps) {
    const rule = `holds at most ${workflowLimits.steps} steps; this one has ${steps.length}`
    return invalid([{ field: 'steps', rule }])
  }
  const links = readLinks(body)
  const order = checkStructure(steps, links)
  const inheritance = order.kind === 'ordered' ? linkInheritance(body.steps, links) : order
  const errors = [
    ...(inheritance.kind === 'broken' ? inheritance.errors : []),
    ...checkInteger('metadata.workflowTimeout', body.metadata?.workflowTimeout, {
      least: 1,
      most: workflowLimits.workflowTimeout,
    }),
    ...validateRetryOptions('retryOptions', body.retryOptions),
    ...steps.flatMap(([name, step]) => [
      ...validateStep(`steps.${name}`, step),
      ...validateConditions(`steps.${name}`, step, body.steps),
    ]),
  ]
  if (errors.length > 0 || order.kind === 'broken' || inheritance.kind === 'broken') return invalid(errors)
  const { inherited, warnings } = inheritance
  const flowOrder = inheritance.links === links ? order.steps : orderLinked(inheritance.links)
  return { kind: 'valid', flow: { links: inheritance.links, order: flowOrder, inherited, warnings } }
}

/** Inheritance adds no link that closes a cycle. */
function orderLinked({ waitsFor }: WorkflowLinks): readonly StepName[] {
  const order = orderSteps(waitsFor)
  if (order.kind === 'cycle') throw new Error(`inheritance closed a cycle: ${pathWords(order.path)}`)
  return order.steps
}

function invalid(errors: readonly FieldError[]): CheckedWorkflow {
  return { kind: 'invalid', errors }
}

interface Broken {
  readonly kind: 'broken'
  readonly errors: readonly FieldError[]
}

type Structure = Extract<StepOrder, { kind: 'ordered' }> | Broken

/** Names of steps, links to steps that exist, no cycle. */
function checkStructure(steps: readonly [StepName, StepDraft][], links: WorkflowLinks): Structure {
  const count = [...links.waitsFor.values()].reduce((sum, names) => sum + names.length, 0)
  if (count > workflowLimits.links) {
    const rule = `have at most ${workflowLimits.links} links to parents and in conditions; these have ${count}`
    return { kind: 'broken', errors: [{ field: 'steps', rule }] }
  }
  const errors = steps.flatMap(([name]) => [
    ...(stepNamePattern.test(name)
      ? []
      : [{ field: `steps.${name}`, rule: 'a step name has 1 to 64 letters, digits, - and _' }]),
    ...(links.parents.get(name) ?? [])
      .filter((parent) => !links.parents.has(parent))
      .map((parent) => ({ field: `steps.${name}.parents`, rule: noSuchStep(parent) })),
  ])
  const order = orderSteps(links.waitsFor)
  if (order.kind === 'cycle') return { kind: 'broken', errors: [...errors, cycleError(order.path, links)] }
  return errors.length > 0 ? { kind: 'broken', errors } : order
}

/** A cycle of parents is told as such; of any other the step is named whose condition closes it. */
function cycleError(path: readonly StepName[], { parents, alsoWaitsFor }: WorkflowLinks): FieldError {
  const ofParents = orderSteps(parents)
  if (ofParents.kind === 'cycle') {
    const [first = ''] = ofParents.path
    return { field: `steps.${first}.parents`, rule: `steps form a cycle: ${pathWords(ofParents.path)}` }
  }
  const closing = path.findIndex((name, place) => alsoWaitsFor.get(name)?.includes(path[place - 1] ?? '') === true)
  const name = path[closing] ?? ''
  return {
    field: `steps.${name}.executionParameters`,
    rule: `steps form a cycle through conditions: ${pathWords(path)}; a condition makes "${name}" wait for "${path[closing - 1] ?? ''}"`,
  }
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
