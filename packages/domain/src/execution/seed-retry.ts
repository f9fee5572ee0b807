/**
 * The retry of a run: what of it stands.
 *
 * A step is reused when it succeeded and nothing that it waits for runs again. One that succeeded below a step that failed
 * (a clean-up, the handler of a failure) ran because of how that one ended, so it is decided on anew.
 */
import type { RecordedRunEvent, RunEvent } from './events.ts'
import type { StepName } from './plan.ts'
import { foldRun, type RunGraph, RunHistoryError, type RunState } from './run-state.ts'
import { seedsOfLeftOut } from './select-steps.ts'

/** `start`: everything again. `failed`: only what failed, was stopped, or depends on such a step. */
export type RetryFrom = 'start' | 'failed'

export type RetrySeeds =
  | { readonly kind: 'seeds'; readonly events: readonly RunEvent[] }
  /** There is nothing to retry from; `reason` in words for the user. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface RetriedRun {
  readonly executionId: string
  readonly graph: RunGraph
  /** Of the whole run. */
  readonly events: readonly RecordedRunEvent[]
}

/** The events that are seeded with the retry of a run that has ended. Steps that it left out stay left out. */
export function seedsOfRetry(run: RetriedRun, from: RetryFrom): RetrySeeds {
  const leftOut = seedsOfLeftOut(run.events.flatMap(({ event }) => (isLeftOut(event) ? [event.step] : [])))
  if (from === 'start') return { kind: 'seeds', events: leftOut }
  const state = tryFold(run)
  if (state === null) return { kind: 'refused', reason: 'its history cannot be read; retry it from the start' }
  const unsuccessful = [...state.steps.values()].some(({ phase }) => phase !== 'succeeded' && phase !== 'skipped')
  if (!unsuccessful) {
    return { kind: 'refused', reason: 'none of its steps failed or was stopped; retry it from the start' }
  }
  return { kind: 'seeds', events: [...leftOut, ...reuses(run, state)] }
}

function isLeftOut(event: RunEvent): event is Extract<RunEvent, { type: 'step.skipped' }> {
  return event.type === 'step.skipped' && event.cause === 'not_selected'
}

function tryFold({ graph, events }: RetriedRun): RunState | null {
  try {
    return foldRun(graph, events)
  } catch (error) {
    if (error instanceof RunHistoryError) return null
    throw error
  }
}

function reuses(run: RetriedRun, state: RunState): RunEvent[] {
  const runsAgain = stepsThatRunAgain(run.graph, state)
  const firstRunIn = new Map<StepName, string>()
  for (const { event } of run.events) {
    if (event.type === 'step.reused') firstRunIn.set(event.step, event.executionId)
  }
  return [...state.steps].flatMap(([step, { phase, outputs }]) => {
    if (phase !== 'succeeded' || runsAgain.has(step)) return []
    return [{ type: 'step.reused' as const, step, outputs, executionId: firstRunIn.get(step) ?? run.executionId }]
  })
}

/** Those that did not end well, and all below them. */
function stepsThatRunAgain(graph: RunGraph, state: RunState): Set<StepName> {
  const again = new Set<StepName>()
  for (const [name, { phase }] of state.steps) {
    if (phase !== 'succeeded' && phase !== 'skipped') again.add(name)
  }
  // A set hands out what is added while it is walked.
  for (const name of again) {
    for (const child of graph.steps.get(name)?.children ?? []) again.add(child)
  }
  return again
}
