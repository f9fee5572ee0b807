import type { StepBody, StepDetails } from '@cairn/sdk'
import type { GraphStep } from '../graph/graph-step.ts'

/** A step as it is described or written. */
type AnyStep = StepBody | StepDetails

/** The steps whose ends a step waits for: its parents, and those that its conditions name. */
function waitsFor({ parents = [], executionParameters }: AnyStep): readonly string[] {
  const named = [
    ...(executionParameters?.conditional ?? []).map(({ stepName }) => stepName),
    ...(executionParameters?.parentStatus ?? []).flatMap((condition) => condition.parents),
  ]
  return [...new Set([...parents, ...named])]
}

/** What a step does, in a few words. */
function noteOf(step: AnyStep): string {
  const {
    type = 'standard',
    imageName,
    command,
    url,
    sqlQueryPath,
    table,
  }: Partial<Omit<StepDetails, 'parameters' | 'repository'>> = step
  return command ?? url ?? sqlQueryPath ?? table ?? imageName ?? type
}

/** The steps of a workflow as its graph shows them. */
export function boxesOf(steps: Readonly<Record<string, AnyStep>>): readonly GraphStep[] {
  return Object.entries(steps).map(([name, step]) => ({
    name,
    waitsFor: waitsFor(step),
    status: null,
    note: noteOf(step),
  }))
}
