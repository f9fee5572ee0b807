/** The fields of a planned step that say when it starts. */
import type { PlannedConditions, PlannedSkip, StepName } from './plan.ts'
import type { StepDraft, WorkflowDraft } from './workflow-draft.ts'
import type { StepLinks } from './workflow-graph.ts'

export function planConditions({ executionParameters }: StepDraft): PlannedConditions {
  return {
    parameters: (executionParameters?.conditional ?? []).map(({ condition, stepName, paramName, value }) => ({
      condition,
      step: stepName,
      output: paramName,
      value,
    })),
    statuses: (executionParameters?.parentStatus ?? []).map(({ condition, parents, status }) => ({
      condition,
      steps: [...new Set(parents)],
      statuses: [...new Set(status)],
    })),
  }
}

/**
 * The steps that are skipped because the body says so. `skipDAG` reaches everything that depends on the step, through
 * parents and conditions, and wins over `skip`.
 *
 * @param order each step after all that it waits for
 */
export function planSkips(
  steps: WorkflowDraft['steps'],
  order: readonly StepName[],
  waitsFor: StepLinks,
): ReadonlyMap<StepName, PlannedSkip> {
  const skips = new Map<StepName, PlannedSkip>()
  for (const name of order) {
    const asked = steps[name]?.runConfiguration?.skipConfiguration
    const above = (waitsFor.get(name) ?? []).map((other) => skips.get(other)).find((skip) => skip?.rule === 'skipDAG')
    if (asked?.skipDAG === true) skips.set(name, { rule: 'skipDAG', of: name })
    else if (above !== undefined) skips.set(name, above)
    else if (asked?.skip === true) skips.set(name, { rule: 'skip' })
  }
  return skips
}
