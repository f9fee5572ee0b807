/**
 * Whether a step starts once all that it waits for has ended: the first truth table of docs/workflows.md. Costs what the
 * step's parents and conditions name, once per step.
 */
import { conditionWords, quoted, statusesSeen } from './condition-words.ts'
import type { SkipCause } from './events.ts'
import { ownValue } from './own-value.ts'
import type { PlannedParameterCondition, PlannedStatusCondition, PlannedStep, StepName } from './plan.ts'
import type { RunState, StepOutcome, StepState } from './run-state.ts'

export type StartRuling =
  | { readonly kind: 'start' }
  | { readonly kind: 'skip'; readonly cause: SkipCause; readonly reason: string }

/**
 * `skipDAG` first, for it asks nobody. A step with `skip` is skipped as if it did nothing: only when it would have
 * started, so what is below a failure does not run because a step between them is switched off.
 */
export function ruleOnStart(state: RunState, name: StepName, planned: PlannedStep): StartRuling {
  if (planned.skip?.rule === 'skipDAG') {
    const { of } = planned.skip
    const reason = of === name ? 'skipDAG is set' : `skipDAG is set on step "${of}", which this one depends on`
    return { kind: 'skip', cause: 'skip_dag', reason }
  }
  const against = hasConditions(planned) ? conditionThatFails(state, planned) : parentWithoutSuccess(state, planned)
  if (against !== null) return against
  if (planned.skip?.rule === 'skip') return { kind: 'skip', cause: 'skip', reason: 'skip is set' }
  return { kind: 'start' }
}

export function hasConditions({ conditions }: PlannedStep): boolean {
  return conditions.parameters.length + conditions.statuses.length > 0
}

/** `Success`, its own `skip`, or left out of a partial run. */
export function countsAsSuccess(step: StepState): boolean {
  return step.phase === 'succeeded' || (step.phase === 'skipped' && (step.skipCause === 'skip' || isLeftOut(step)))
}

/** Every condition holds of a step that is left out: the partial run was asked for without it. */
function isLeftOut(step: StepState): boolean {
  return step.skipCause === 'not_selected'
}

type Refusal = Extract<StartRuling, { kind: 'skip' }>

function parentWithoutSuccess(state: RunState, planned: PlannedStep): Refusal | null {
  for (const parent of planned.parents) {
    const step = state.steps.get(parent)
    if (step !== undefined && countsAsSuccess(step)) continue
    return { kind: 'skip', cause: 'parent', reason: `parent "${parent}" ${endWords(step)}` }
  }
  return null
}

function conditionThatFails(state: RunState, planned: PlannedStep): Refusal | null {
  for (const entry of planned.conditions.parameters) {
    const seen = seenAgainst(state, entry)
    if (seen !== null) return refusal(conditionWords(entry), seen)
  }
  for (const entry of planned.conditions.statuses) {
    if (!statusHolds(state, entry)) return refusal(conditionWords(entry), statusesSeen(entry, wordsOf(state)))
  }
  return null
}

function refusal(condition: string, seen: string): Refusal {
  return { kind: 'skip', cause: 'condition', reason: `condition "${condition}" does not hold: ${seen}` }
}

/** What of the step's output speaks against the condition; null = it holds. */
export function seenAgainst(state: RunState, entry: PlannedParameterCondition): string | null {
  const step = state.steps.get(entry.step)
  if (step !== undefined && isLeftOut(step)) return null
  const value = ownValue(step?.outputs ?? {}, entry.output)
  if (value === undefined) {
    return step?.phase === 'succeeded'
      ? `step "${entry.step}" left no output parameter "${entry.output}"`
      : `step "${entry.step}" ${endWords(step)}`
  }
  return (value === entry.value) === (entry.condition === 'equals') ? null : `it is ${quoted(value)}`
}

export function statusHolds(state: RunState, entry: PlannedStatusCondition): boolean {
  const fulfils = (name: StepName) => {
    const step = state.steps.get(name)
    if (step === undefined) return false
    if (isLeftOut(step)) return true
    return entry.statuses.some((status) => (status === 'failure' ? step.phase === 'failed' : countsAsSuccess(step)))
  }
  return entry.condition === 'all-of' ? entry.steps.every(fulfils) : entry.steps.some(fulfils)
}

const outcomeWords = {
  succeeded: 'succeeded',
  failed: 'failed',
  skipped: 'was skipped',
  stopped: 'was stopped',
} as const satisfies Record<StepOutcome, string>

/** How a step ended, e.g. `failed`, `was skipped`. */
export function endWords(step: StepState | undefined): string {
  const phase = step?.phase
  if (step === undefined || phase === undefined || !(phase in outcomeWords)) return 'has not ended'
  return isLeftOut(step) ? 'is left out of this run' : outcomeWords[phase as StepOutcome]
}

/** {@link endWords} of a step by its name. */
export function wordsOf(state: RunState): (name: StepName) => string {
  return (name) => endWords(state.steps.get(name))
}
