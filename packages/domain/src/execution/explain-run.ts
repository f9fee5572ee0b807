/**
 * Why a run is where it is: its list of decisions, and one for each of its steps. Every entry is told once, at the time of
 * the event that it comes from; only what a step still waits for changes while the run goes on.
 */
import type { RunTrigger } from '@cairn/contract'
import { listed } from './condition-words.ts'
import { describeState, type RunDescription } from './describe-run.ts'
import type { RecordedRunEvent } from './events.ts'
import { explainStepEvent, type RunDecision } from './explain-step-event.ts'
import type { RunPlan, StepName } from './plan.ts'
import { applyEvent, type GraphStep, graphOf, isUnfinished, newRunState, type RunState } from './run-state.ts'

/** What is known about a run beside its events. */
export interface RunOrigin {
  /** Epoch ms. */
  readonly createdAt: number
  readonly trigger: RunTrigger
  /** Who asked, e.g. an e-mail. */
  readonly startedBy: string
  /** The run that this one retries. */
  readonly rerunOf: string | null
  /** Why it has to wait for its turn, e.g. behind which run; null when it does not. */
  readonly queuedBecause: string | null
}

export interface RunExplanation {
  readonly description: RunDescription
  /** How it ended in one line, e.g. `succeeded, 1 failure handled by "notify"`; null while it goes on. */
  readonly outcomeNote: string | null
  /** About the run as a whole, oldest first. */
  readonly decisions: readonly RunDecision[]
  /** About each step, oldest first. */
  readonly decisionsOf: ReadonlyMap<StepName, readonly RunDecision[]>
}

/** Reads a run from its log, which may be a prefix of the whole. Costs O(events) and what conditions name. */
export function explainRun(plan: RunPlan, origin: RunOrigin, events: Iterable<RecordedRunEvent>): RunExplanation {
  const state = newRunState(graphOf(plan))
  const decisions: RunDecision[] = originDecisions(origin)
  const decisionsOf = new Map<StepName, RunDecision[]>([...state.steps.keys()].map((name) => [name, []]))
  for (const recorded of events) {
    applyEvent(state, recorded)
    const about = explainRunEvent(state, recorded)
    if (about !== null) decisions.push(about)
    for (const decision of explainStepEvent(state, recorded)) decisionsOf.get(decision.step)?.push(decision)
  }
  for (const [name, ofStep] of decisionsOf) {
    const waiting = waitingDecision(state, name, origin.createdAt)
    if (waiting !== null) ofStep.unshift(waiting)
  }
  return { description: describeState(state), outcomeNote: outcomeNote(state), decisions, decisionsOf }
}

function originDecisions(origin: RunOrigin): RunDecision[] {
  const { createdAt: at, queuedBecause } = origin
  const created: RunDecision = { at, kind: 'created', step: null, text: originWords(origin) }
  if (queuedBecause === null) return [created]
  return [created, { at, kind: 'queued', step: null, text: `waits for its turn: ${queuedBecause}` }]
}

function originWords({ trigger, startedBy, rerunOf }: RunOrigin): string {
  switch (trigger) {
    case 'manual':
      return `started by ${startedBy}`
    case 'schedule':
      return 'started by the schedule of the workflow'
    case 'webhook':
      return 'started by a call of the webhook of the workflow'
    case 'retry':
      return rerunOf === null ? `started again by ${startedBy}` : `retry of run ${rerunOf}, started by ${startedBy}`
    default:
      return trigger satisfies never
  }
}

function explainRunEvent(state: RunState, { at, event }: RecordedRunEvent): RunDecision | null {
  if (event.type === 'run.stopping') {
    const kind = event.cause === 'timeout' ? 'timed_out' : 'stopping'
    return { at, kind, step: null, text: `${event.reason}: nothing starts any more, live steps are ended` }
  }
  if (event.type === 'run.finished') return { at, kind: 'finished', step: null, text: outcomeNote(state) ?? '' }
  return null
}

/** What the step waits or waited for. A root, and a step that ended without asking anybody, waits for nothing. */
function waitingDecision(state: RunState, name: StepName, at: number): RunDecision | null {
  const step = state.steps.get(name)
  const waitsFor = state.graph.steps.get(name)?.waitsFor ?? []
  if (step === undefined || waitsFor.length === 0 || endedUnasked(state, name)) return null
  const open = isUnfinished(step) && step.pending > 0 ? stillOpen(state, waitsFor) : ''
  return { at, kind: 'waiting', step: name, text: `waits for ${listed(waitsFor.map(quotedName))}${open}` }
}

function stillOpen(state: RunState, waitsFor: GraphStep['waitsFor']): string {
  const open = waitsFor.filter((other) => {
    const step = state.steps.get(other)
    return step !== undefined && isUnfinished(step)
  })
  return `; not ended: ${listed(open.map(quotedName))}`
}

function endedUnasked(state: RunState, name: StepName): boolean {
  const step = state.steps.get(name)
  const wasReused = step?.phase === 'succeeded' && step.attempt === 0
  return wasReused || step?.skipCause === 'not_selected' || step?.skipCause === 'skip_dag'
}

function quotedName(name: StepName): string {
  return `"${name}"`
}

function outcomeNote(state: RunState): string | null {
  const { finished, failures } = state
  if (finished === null) return null
  if (finished.status === 'stopped') return finished.reason ?? 'stopped'
  if (finished.status === 'failed') {
    const others = [...failures.values()].filter(({ handledBy }) => handledBy === null).length - 1
    return `failed: ${finished.reason ?? ''}${others > 0 ? `, and ${count(others, 'more failure')}` : ''}`
  }
  const handlers = new Set([...failures.values()].flatMap(({ handledBy }) => handledBy ?? []))
  const handled = `${count(failures.size, 'failure')} handled by ${listed([...handlers].map(quotedName))}`
  const skipped = [...state.steps.values()].filter(({ phase }) => phase === 'skipped')
  const leftOut = skipped.filter(({ skipCause }) => skipCause === 'not_selected').length
  const others = skipped.length - leftOut
  return [
    'succeeded',
    ...(failures.size > 0 ? [handled] : []),
    ...(others > 0 ? [`${count(others, 'step')} skipped`] : []),
    ...(leftOut > 0 ? [`${count(leftOut, 'step')} left out`] : []),
  ].join(', ')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
