/**
 * What inherited parameters make steps wait for.
 *
 * A step that inherits an output which none of its ancestors has waits for a step that has it, as if a condition named it:
 * the first one written that does not itself wait for this step. An output that no step has at all is a warning, and the
 * parameter is not set at run.
 */
import type { FieldError } from '@cairn/contract'
import { findInheritedOutputs, type InheritedOutputs } from './inherited-outputs.ts'
import type { InheritedOutput, StepName } from './plan.ts'
import type { WorkflowLinks } from './step-links.ts'
import type { StepDraft, WorkflowDraft } from './workflow-draft.ts'
import { pathWords, type StepLinks } from './workflow-graph.ts'

export interface LinkedInheritance {
  readonly kind: 'linked'
  readonly inherited: InheritedOutputs
  /** With what inheritance adds. */
  readonly links: WorkflowLinks
  readonly warnings: readonly FieldError[]
}

export type Inheritance = LinkedInheritance | { readonly kind: 'broken'; readonly errors: readonly FieldError[] }

/** Links that all searches together may look at: about a second. A workflow that needs more would hold up the server. */
const mostEffort = 5_000_000
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
  readonly #added = new Map<StepName, readonly StepName[]>()
  /** Output → the steps that have it, in the order written. */
  readonly #sources = new Map<string, StepName[]>()
  /** Step → the steps that wait for it, those with an added link included. */
  readonly #waiting = new Map<StepName, StepName[]>()
  readonly #errors: FieldError[] = []
  readonly #warnings: FieldError[] = []
  #effort = 0

  constructor(steps: WorkflowDraft['steps'], links: WorkflowLinks, found: InheritedOutputs) {
    this.#links = links
    this.#found = new Map(found)
    for (const [name, { outputParameters }] of Object.entries(steps)) {
      for (const output of Object.keys(outputParameters ?? {})) pushTo(this.#sources, output, name)
    }
    for (const [name, others] of links.waitsFor) for (const other of others) pushTo(this.#waiting, other, name)
  }

  linkStep(name: StepName, { parameters }: StepDraft): void {
    const found = this.#found.get(name) ?? {}
    const open = Object.entries(parameters?.inherit ?? {}).filter(
      ([parameter]) => !Object.hasOwn(found, parameter) && !Object.hasOwn(parameters?.env ?? {}, parameter),
    )
    if (open.length === 0 || this.#effort > mostEffort) return
    // What the step comes to wait for does not change who waits for it, so one search serves all its parameters.
    const reached = this.#searchWaiting(name)
    if (this.#effort > mostEffort) this.#errors.push({ field: 'steps', rule: tooFar })
    else for (const [parameter, output] of open) this.#linkParameter(name, parameter, output, reached)
  }

  outcome(): Inheritance {
    if (this.#errors.length > 0) return { kind: 'broken', errors: this.#errors }
    return { kind: 'linked', inherited: this.#found, links: this.#allLinks(), warnings: this.#warnings }
  }

  #allLinks(): WorkflowLinks {
    if (this.#added.size === 0) return this.#links
    const { parents, alsoWaitsFor, waitsFor } = this.#links
    const withAdded = (links: StepLinks): StepLinks =>
      new Map([...links].map(([name, others]) => [name, [...others, ...(this.#added.get(name) ?? [])]]))
    return { parents, alsoWaitsFor: withAdded(alsoWaitsFor), waitsFor: withAdded(waitsFor) }
  }

  #linkParameter(name: StepName, parameter: string, output: string, reached: WaitingSteps): void {
    const field = `steps.${name}.parameters.inherit.${parameter}`
    const sources = this.#sources.get(output) ?? []
    const source = sources.find((other) => !reached.has(other))
    if (source !== undefined) return this.#add(name, parameter, { step: source, output })
    const waiting = sources.find((other) => other !== name)
    if (waiting === undefined) {
      const rule = `no other step has an output parameter "${output}", so "${parameter}" is set only by parameters of a run`
      this.#warnings.push({ field, rule })
      return
    }
    const path = pathWords([...pathTo(reached, waiting), name])
    const rule = `steps form a cycle: ${path}; "${waiting}" has the output parameter "${output}" and waits for this step`
    this.#errors.push({ field, rule })
  }

  /** Breadth first, so that a cycle is told by its shortest path. */
  #searchWaiting(name: StepName): WaitingSteps {
    const reached = new Map<StepName, StepName | null>([[name, null]])
    // A map goes on over what is added to it meanwhile.
    for (const step of reached.keys()) {
      for (const other of this.#waiting.get(step) ?? []) {
        this.#effort += 1
        if (!reached.has(other)) reached.set(other, step)
      }
      if (this.#effort > mostEffort) break
    }
    return reached
  }

  #add(name: StepName, parameter: string, source: InheritedOutput): void {
    this.#found.set(name, { ...this.#found.get(name), [parameter]: source })
    const added = this.#added.get(name) ?? []
    if (added.includes(source.step)) return
    this.#added.set(name, [...added, source.step])
    pushTo(this.#waiting, source.step, name)
  }
}

/** The step searched from and all that wait for it, with what each waits for on the way back; null = the step itself. */
type WaitingSteps = ReadonlyMap<StepName, StepName | null>

/** From the step searched from to `step`, both included. */
function pathTo(reached: WaitingSteps, step: StepName): StepName[] {
  const path: StepName[] = []
  for (let at: StepName | null = step; at !== null; at = reached.get(at) ?? null) path.push(at)
  return path.toReversed()
}

function pushTo<Key>(lists: Map<Key, StepName[]>, key: Key, name: StepName): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [name])
  else list.push(name)
}
