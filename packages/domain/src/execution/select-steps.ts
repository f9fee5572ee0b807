/** A partial run: which steps it leaves out. */
import type { FieldError } from '@cairn/contract'
import type { RunEvent } from './events.ts'
import type { StepName } from './plan.ts'
import type { RunGraph } from './run-state.ts'

/** A step to run, with `runDAG` and everything that depends on it. */
export interface StepSelection {
  readonly stepName: StepName
  readonly runDAG?: boolean | undefined
}

export type LeftOut =
  | { readonly kind: 'left_out'; readonly steps: readonly StepName[] }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }

/** The steps that the selection leaves out, in the order of the plan; an empty selection leaves out none. */
export function leftOutOf(graph: RunGraph, selection: readonly StepSelection[]): LeftOut {
  const errors = selection.flatMap(({ stepName }, index) =>
    graph.steps.has(stepName)
      ? []
      : [{ field: `stepsToRun.${index}.stepName`, rule: `the workflow has no step "${stepName}"` }],
  )
  if (errors.length > 0) return { kind: 'invalid', errors }
  const selected = new Set(selection.map(({ stepName }) => stepName))
  const below = selection.flatMap(({ stepName, runDAG }) => (runDAG === true ? [stepName] : []))
  const seen = new Set(below)
  for (let name = below.pop(); name !== undefined; name = below.pop()) {
    selected.add(name)
    for (const child of graph.steps.get(name)?.children ?? []) {
      if (!seen.has(child)) below.push(child)
      seen.add(child)
    }
  }
  const steps = selected.size === 0 ? [] : [...graph.steps.keys()].filter((name) => !selected.has(name))
  return { kind: 'left_out', steps }
}

/** What is seeded with a run for the steps that it leaves out. */
export function seedsOfLeftOut(steps: readonly StepName[]): RunEvent[] {
  return steps.map((step) => ({
    type: 'step.skipped',
    step,
    cause: 'not_selected',
    reason: 'left out of this partial run',
  }))
}
