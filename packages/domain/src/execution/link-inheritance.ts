/**
 * What inherited parameters make steps wait for.
 *
 * A step that inherits an output which none of its ancestors has waits for a step that has it, as if a condition named it:
 * the first one written that does not itself wait for this step. An output that no step has at all is a warning, and the
 * parameter is not set at run.
 */
import type { FieldError } from '@cairn/contract'
import { findInheritedOutputs, type InheritedOutputs } from './inherited-outputs.ts'
import { ownValue } from './own-value.ts'
import type { InheritedOutput, StepName } from './plan.ts'
import type { WorkflowLinks } from './step-links.ts'
import type { StepDraft, WorkflowDraft } from './workflow-draft.ts'
import { findPath } from './workflow-graph.ts'

export interface LinkedInheritance {
  readonly kind: 'linked'
  readonly inherited: InheritedOutputs
  /** With what inheritance adds. */
  readonly links: WorkflowLinks
  readonly warnings: readonly FieldError[]
}

export type Inheritance = LinkedInheritance | { readonly kind: 'broken'; readonly errors: readonly FieldError[] }

/** Links that the searches for paths may look at: a workflow that needs more would hold up the server. */
const mostEffort = 20_000_000
const tooFar = 'inherit too many different outputs from too far above; let steps inherit from near ones'

/** @param links names steps only, and forms no cycle */
export function linkInheritance(steps: WorkflowDraft['steps'], links: WorkflowLinks): Inheritance {
  const found = findInheritedOutputs(steps, links.waitsFor)
  if (found === null) return { kind: 'broken', errors: [{ field: 'steps', rule: tooFar }] }
  const linking = new Linking(steps, links, found)
  for (const [name, step] of Object.entries(steps)) linking.linkStep(name, step)
  return linking.outcome()
}

class Linking {
  readonly #links: WorkflowLinks
  readonly #found: Map<StepName, Readonly<Record<string, InheritedOutput>>>
  readonly #alsoWaitsFor: Map<StepName, readonly StepName[]>
  readonly #waitsFor: Map<StepName, readonly StepName[]>
  /** Output → the steps that have it, in the order written. */
  readonly #sources = new Map<string, StepName[]>()
  readonly #errors: FieldError[] = []
  readonly #warnings: FieldError[] = []
  #effort = mostEffort

  constructor(steps: WorkflowDraft['steps'], links: WorkflowLinks, found: InheritedOutputs) {
    this.#links = links
    this.#found = new Map(found)
    this.#alsoWaitsFor = new Map(links.alsoWaitsFor)
    this.#waitsFor = new Map(links.waitsFor)
    for (const [name, { outputParameters }] of Object.entries(steps)) {
      for (const output of Object.keys(outputParameters ?? {})) {
        this.#sources.set(output, [...(this.#sources.get(output) ?? []), name])
      }
    }
  }

  linkStep(name: StepName, step: StepDraft): void {
    const env = step.parameters?.env ?? {}
    for (const [parameter, output] of Object.entries(step.parameters?.inherit ?? {})) {
      const hasSource = ownValue(this.#found.get(name) ?? {}, parameter) !== undefined
      if (!hasSource && !Object.hasOwn(env, parameter)) this.#linkParameter(name, parameter, output)
    }
  }

  outcome(): Inheritance {
    if (this.#errors.length > 0) return { kind: 'broken', errors: this.#errors }
    const { parents } = this.#links
    const links = { parents, alsoWaitsFor: this.#alsoWaitsFor, waitsFor: this.#waitsFor }
    return { kind: 'linked', inherited: this.#found, links, warnings: this.#warnings }
  }

  #linkParameter(name: StepName, parameter: string, output: string): void {
    const field = `steps.${name}.parameters.inherit.${parameter}`
    const sources = (this.#sources.get(output) ?? []).filter((source) => source !== name)
    let cycle: readonly StepName[] = []
    for (const source of sources) {
      const path = this.#pathTo(source, name)
      if (path === 'too_far') {
        if (!this.#errors.some(({ rule }) => rule === tooFar)) this.#errors.push({ field: 'steps', rule: tooFar })
        return
      }
      if (path === null) return this.#add(name, parameter, { step: source, output })
      cycle = cycle.length === 0 ? path : cycle
    }
    if (sources.length === 0) {
      const rule = `no other step has an output parameter "${output}", so "${parameter}" is set only by parameters of a run`
      this.#warnings.push({ field, rule })
      return
    }
    const [source = ''] = cycle
    const rule = `steps form a cycle: ${[...cycle.toReversed(), name].join(' → ')}; "${source}" has the output parameter "${output}" and waits for this step`
    this.#errors.push({ field, rule })
  }

  /** How `from` waits for `to`, both included; null = it does not. */
  #pathTo(from: StepName, to: StepName): readonly StepName[] | null | 'too_far' {
    const search = findPath(this.#waitsFor, from, to, this.#effort)
    this.#effort -= search.effort
    return this.#effort <= 0 ? 'too_far' : search.path
  }

  #add(name: StepName, parameter: string, source: InheritedOutput): void {
    this.#found.set(name, { ...this.#found.get(name), [parameter]: source })
    const also = this.#alsoWaitsFor.get(name) ?? []
    if (also.includes(source.step)) return
    this.#alsoWaitsFor.set(name, [...also, source.step])
    this.#waitsFor.set(name, [...(this.#waitsFor.get(name) ?? []), source.step])
  }
}
