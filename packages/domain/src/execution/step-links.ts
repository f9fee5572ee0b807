/** What the steps of a body wait for, as written. */
import type { StepName } from './plan.ts'
import type { StepDraft, WorkflowDraft } from './workflow-draft.ts'
import type { StepLinks } from './workflow-graph.ts'

export interface WorkflowLinks {
  readonly parents: StepLinks
  /** The steps that a step's conditions name beside its parents. */
  readonly alsoWaitsFor: StepLinks
  /** Both, parents first. */
  readonly waitsFor: StepLinks
}

/** Each name once per step; names of no step stay in, for `validateWorkflow` to report. */
export function readLinks(body: WorkflowDraft): WorkflowLinks {
  const parents = new Map<StepName, readonly StepName[]>()
  const alsoWaitsFor = new Map<StepName, readonly StepName[]>()
  const waitsFor = new Map<StepName, readonly StepName[]>()
  for (const [name, step] of Object.entries(body.steps)) {
    const own = [...new Set(step.parents ?? [])]
    const both = [...new Set([...own, ...namedByConditions(step)])]
    parents.set(name, own)
    alsoWaitsFor.set(name, both.slice(own.length))
    waitsFor.set(name, both)
  }
  return { parents, alsoWaitsFor, waitsFor }
}

function namedByConditions({ executionParameters }: StepDraft): StepName[] {
  return [
    ...(executionParameters?.conditional ?? []).map(({ stepName }) => stepName),
    ...(executionParameters?.parentStatus ?? []).flatMap(({ parents }) => parents),
  ]
}
