/** What an event decided about a step, in words for the user. */
import type { DecisionKind } from '@cairn/contract'
import { conditionWords, listed, statusesSeen } from './condition-words.ts'
import { mostLosses } from './decide.ts'
import type { RecordedRunEvent, RunEvent } from './events.ts'
import type { PlannedStep, StepName } from './plan.ts'
import type { RunState, StepState } from './run-state.ts'
import { endWords, hasConditions, wordsOf } from './start-rule.ts'

export interface RunDecision {
  /** Epoch ms. */
  readonly at: number
  readonly kind: DecisionKind
  /** null = about the run as a whole. */
  readonly step: StepName | null
  /** A sentence for the user, without a full stop. */
  readonly text: string
}

export type StepDecision = RunDecision & { readonly step: StepName }
type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>

/**
 * The decisions that an event makes; most make one, `attempt.running` none.
 *
 * @param state with the event applied
 */
export function explainStepEvent(state: RunState, { at, event }: RecordedRunEvent): StepDecision[] {
  if (event.type === 'run.stopping' || event.type === 'run.finished') return []
  const step = state.steps.get(event.step)
  const planned = state.graph.steps.get(event.step)?.step
  if (step === undefined || planned === undefined) return []
  const tell = (kind: RunDecision['kind'], text: string): StepDecision => ({ at, kind, step: event.step, text })
  switch (event.type) {
    case 'attempt.started':
      if (event.attempt > 1) return [tell('started', `attempt ${event.attempt} starts`)]
      return [tell('started', `starts: ${startWords(state, planned)}`), ...handledFailures(state, at, event.step)]
    case 'attempt.running':
      return []
    case 'attempt.failed':
      return [tell(event.cause === 'lost' ? 'lost' : 'retried', attemptWords(state, event, { at, step, planned }))]
    case 'step.succeeded':
      return [tell('succeeded', step.attempt > 1 ? `succeeded in attempt ${step.attempt}` : 'succeeded')]
    case 'step.failed':
      return [tell('failed', `failed: ${event.reason}${whyNoRetry(event, step, planned)}`)]
    case 'step.skipped':
      if (event.cause === 'not_selected') return [tell('left_out', `left out: ${event.reason}`)]
      return [tell('skipped', `skipped: ${event.reason}`)]
    case 'step.stopped':
      return [tell('stopped', `stopped: ${event.reason}`)]
    case 'step.reused':
      return [tell('reused', `reused: it succeeded in run ${event.executionId}, and its outputs stand`)]
    default:
      return event satisfies never
  }
}

/** What made the step start: its conditions, or its parents. */
function startWords(state: RunState, planned: PlannedStep): string {
  if (hasConditions(planned)) {
    const { parameters, statuses } = planned.conditions
    return listed([
      ...parameters.map((entry) => `condition "${conditionWords(entry)}" holds`),
      ...statuses.map((entry) => `condition "${conditionWords(entry)}" holds: ${statusesSeen(entry, wordsOf(state))}`),
    ])
  }
  if (planned.parents.length === 0) return 'it waits for no step'
  return listed(planned.parents.map((parent) => `parent "${parent}" ${endWords(state.steps.get(parent))}`))
}

/** One entry for each failure that this step is the first to handle, at the step that failed. */
function handledFailures(state: RunState, at: number, handler: StepName): StepDecision[] {
  if (state.failures.size === 0) return []
  const named = new Set(state.graph.steps.get(handler)?.step.conditions.statuses.flatMap(({ steps }) => steps))
  return [...named]
    .filter((name) => state.failures.get(name)?.handledBy === handler)
    .map((name) => ({ at, kind: 'handled', step: name, text: `its failure is handled by "${handler}"` }))
}

function attemptWords(
  state: RunState,
  event: EventOf<'attempt.failed'>,
  { at, step, planned }: { readonly at: number; readonly step: StepState; readonly planned: PlannedStep },
): string {
  const ended = `attempt ${event.attempt} ${event.cause === 'lost' ? 'was lost' : 'failed'}: ${event.reason}`
  if (state.stopping !== null) return `${ended}; no other attempt, for the run is being stopped`
  const limit =
    event.cause === 'lost'
      ? `loss ${step.losses} of at most ${mostLosses}`
      : `retry ${step.failures} of at most ${planned.retry.maxRetries}`
  const seconds = Math.max(0, event.retryAt - at) / 1000
  const time = new Date(event.retryAt).toISOString()
  return `${ended}; attempt ${event.attempt + 1} starts after ${seconds} s, at ${time} (${limit})`
}

/** Empty when no retry was asked for. */
function whyNoRetry(event: EventOf<'step.failed'>, step: StepState, { type, retry }: PlannedStep): string {
  if (retry.maxRetries === 0) return ''
  if (step.failures >= retry.maxRetries) return `; no retry is left of ${retry.maxRetries}`
  const { exitCode } = event
  if (type !== 'standard' || retry.exitCodes === null || (exitCode !== null && retry.exitCodes.includes(exitCode)))
    return ''
  return `; not retried: the retry options name exit codes ${listed(retry.exitCodes.map(String))} only`
}
