/** Which steps are worth making ready while what they wait for is still under way. */
import type { PlannedStatusCondition, PlannedStep, StepName } from './plan.ts'
import { isLive, isUnfinished, type RunState } from './run-state.ts'
import { countsAsSuccess, hasConditions, seenAgainst, statusHolds } from './start-rule.ts'

/** A step that waits for more than this is not near its start. Bounds what a look at it costs. */
const mostAwaited = 32

/**
 * Whether the step starts as soon as what it waits for succeeds: each of these is under way or has ended, and none that
 * has ended speaks against it. A step that waits for a failure is not expected to start. Costs what the step's parents and
 * conditions name.
 */
export function startsNext(state: RunState, name: StepName): boolean {
  const step = state.steps.get(name)
  const inGraph = state.graph.steps.get(name)
  if (step === undefined || inGraph === undefined || state.stopping !== null || state.finished !== null) return false
  if (step.phase !== 'waiting' || step.attempt > 0 || step.pending === 0 || step.pending > mostAwaited) return false
  const { step: planned, waitsFor } = inGraph
  if (planned.skip !== null || !waitsFor.every((other) => isUnderWayOrEnded(state, other))) return false
  return hasConditions(planned) ? conditionsMayHold(state, planned) : parentsMaySucceed(state, planned)
}

/** A container that is still being started is left alone: another beside it makes both slower. */
function isUnderWayOrEnded(state: RunState, name: StepName): boolean {
  const step = state.steps.get(name)
  if (step === undefined) return false
  if (!isUnfinished(step) || step.phase === 'running') return true
  return isLive(step) && state.graph.steps.get(name)?.step.type !== 'standard'
}

function parentsMaySucceed(state: RunState, { parents }: PlannedStep): boolean {
  return parents.every((name) => {
    const parent = state.steps.get(name)
    return parent !== undefined && (isUnfinished(parent) || countsAsSuccess(parent))
  })
}

function conditionsMayHold(state: RunState, { conditions }: PlannedStep): boolean {
  const parametersMay = conditions.parameters.every((entry) => {
    const step = state.steps.get(entry.step)
    return step !== undefined && (isUnfinished(step) || seenAgainst(state, entry) === null)
  })
  return parametersMay && conditions.statuses.every((entry) => statusMayHold(state, entry))
}

/** What is under way is taken to succeed. */
function statusMayHold(state: RunState, entry: PlannedStatusCondition): boolean {
  const unfinished = entry.steps.filter((name) => {
    const step = state.steps.get(name)
    return step !== undefined && isUnfinished(step)
  })
  const ended = entry.steps.filter((name) => !unfinished.includes(name))
  const mayFulfil = entry.statuses.includes('success')
  if (entry.condition === 'one-of') {
    return (unfinished.length > 0 && mayFulfil) || statusHolds(state, { ...entry, steps: ended })
  }
  return (unfinished.length === 0 || mayFulfil) && statusHolds(state, { ...entry, steps: ended })
}
