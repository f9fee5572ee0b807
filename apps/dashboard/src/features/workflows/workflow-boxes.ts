import type { StepDetails, WorkflowDetails } from '@cairn/sdk'
import type { GraphStep } from '../graph/graph-step.ts'

/** The steps whose ends a step waits for: its parents, and those that its conditions name. */
function waitsFor({ parents, executionParameters }: StepDetails): readonly string[] {
  const named = [
    ...(executionParameters?.conditional ?? []).map(({ stepName }) => stepName),
    ...(executionParameters?.parentStatus ?? []).flatMap((condition) => condition.parents),
  ]
  return [...new Set([...parents, ...named])]
}

/** What a step does, in a few words. */
function noteOf({ type, imageName, command, url, sqlQueryPath, table }: StepDetails): string {
  return command ?? url ?? sqlQueryPath ?? table ?? imageName ?? type
}

/** The steps of a workflow as its graph shows them. */
export function boxesOf(steps: WorkflowDetails['steps']): readonly GraphStep[] {
  return Object.entries(steps).map(([name, step]) => ({
    name,
    waitsFor: waitsFor(step),
    status: null,
    note: noteOf(step),
  }))
}
