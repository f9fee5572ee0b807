/**
 * The state of a run: the fold of its events over its plan.
 *
 * Invariants, checked by `applyEvent`, which throws {@link RunHistoryError} when a log breaks them:
 * - a step starts only when all that it waits for has ended, and not once the run is stopping; it ends once; nothing
 *   follows `run.finished`;
 * - `ready` holds exactly the steps on which there is something to decide: those that have neither ended nor a live
 *   attempt, and that wait for no step any more, or ask nobody (skipDAG), or are in a run that is stopping;
 * - applying an event costs O(children of its step): what a step waits for is counted down, never searched. The first
 *   start of a step costs its conditions beside, `run.stopping` costs O(steps), once.
 *
 * A state has one holder, which advances it in place. Everything else in this room is a pure function of it.
 */
import type { RecordedRunEvent, RunEvent, SkipCause } from './events.ts'
import { ownValue } from './own-value.ts'
import type { PlannedStep, RunPlan, StepName } from './plan.ts'

/** A plan with its links turned around. Made once per plan, shared by its runs. */
export interface RunGraph {
  readonly plan: RunPlan
  readonly steps: ReadonlyMap<StepName, GraphStep>
}

export interface GraphStep {
  readonly step: PlannedStep
  /** Its parents and the other steps that its conditions name, each once. */
  readonly waitsFor: readonly StepName[]
  /** The steps that wait for it. */
  readonly children: readonly StepName[]
}

export type StepOutcome = 'succeeded' | 'failed' | 'skipped' | 'stopped'

export interface StepState {
  /** `waiting`: for other steps, for a retry, or for its turn. `started`: intent recorded. `running`: seen running. */
  phase: 'waiting' | 'started' | 'running' | StepOutcome
  /** Steps that it waits for and that have not ended. */
  pending: number
  /** Set when the step was skipped. */
  skipCause: SkipCause | null
  /** Number of the latest attempt; 0 before the first. */
  attempt: number
  failures: number
  losses: number
  /** Epoch ms before which the next attempt does not start. */
  retryAt: number
  outputs: Readonly<Record<string, string>>
  reason: string | null
  exitCode: number | null
  startedAt: number | null
  finishedAt: number | null
}

export interface RunState {
  readonly graph: RunGraph
  readonly steps: ReadonlyMap<StepName, StepState>
  readonly ready: Set<StepName>
  /** Steps that have not ended. */
  unfinished: number
  /** Epoch ms of the first attempt's start. */
  startedAt: number | null
  /** The steps that failed, in the order in which they did. */
  readonly failures: Map<StepName, StepFailure>
  firstStop: { readonly step: StepName; readonly reason: string } | null
  /** Set from `run.stopping` on. */
  stopping: { readonly cause: 'user' | 'timeout'; readonly by: string | null; readonly reason: string } | null
  finished: {
    readonly status: 'success' | 'failed' | 'stopped'
    readonly reason: string | null
    readonly at: number
  } | null
  /** Sequence of the last event. */
  sequence: number
}

export interface StepFailure {
  readonly reason: string
  /** The first step that ran because this one failed, and only because of failures. */
  handledBy: StepName | null
}

/** A log that no run can have written: damaged, or of another plan. */
export class RunHistoryError extends Error {
  constructor(recorded: RecordedRunEvent, problem: string) {
    super(`event ${recorded.sequence} (${recorded.event.type}): ${problem}`)
    this.name = 'RunHistoryError'
  }
}

export function graphOf(plan: RunPlan): RunGraph {
  const steps = new Map(
    Object.entries(plan.steps).map(([name, step]) => {
      const waitsFor = [...new Set([...step.parents, ...step.alsoWaitsFor])]
      return [name, { step, waitsFor, children: [] as StepName[] }] as const
    }),
  )
  for (const [name, { waitsFor }] of steps) {
    for (const other of waitsFor) steps.get(other)?.children.push(name)
  }
  return { plan, steps }
}

export function newRunState(graph: RunGraph): RunState {
  const steps = new Map<StepName, StepState>()
  const ready = new Set<StepName>()
  for (const [name, { step, waitsFor }] of graph.steps) {
    steps.set(name, newStepState(waitsFor.length))
    if (waitsFor.length === 0 || step.skip?.rule === 'skipDAG') ready.add(name)
  }
  return {
    graph,
    steps,
    ready,
    unfinished: steps.size,
    startedAt: null,
    failures: new Map(),
    firstStop: null,
    stopping: null,
    finished: null,
    sequence: 0,
  }
}

function newStepState(pending: number): StepState {
  return {
    phase: 'waiting',
    pending,
    skipCause: null,
    attempt: 0,
    failures: 0,
    losses: 0,
    retryAt: 0,
    outputs: {},
    reason: null,
    exitCode: null,
    startedAt: null,
    finishedAt: null,
  }
}

/** The state after these events, which start at sequence 1. */
export function foldRun(graph: RunGraph, events: Iterable<RecordedRunEvent>): RunState {
  const state = newRunState(graph)
  for (const event of events) applyEvent(state, event)
  return state
}

/** Advances the state in place. Throws {@link RunHistoryError} when the event cannot follow. */
export function applyEvent(state: RunState, recorded: RecordedRunEvent): void {
  const { event } = recorded
  if (recorded.sequence !== state.sequence + 1) throw new RunHistoryError(recorded, `follows ${state.sequence}`)
  if (state.finished !== null) throw new RunHistoryError(recorded, 'the run has finished')
  if (event.type === 'run.finished') {
    state.finished = { status: event.status, reason: event.reason, at: recorded.at }
  } else if (event.type === 'run.stopping') {
    applyStopping(state, event)
  } else {
    const step = state.steps.get(event.step)
    if (step === undefined) throw new RunHistoryError(recorded, `the plan has no step "${event.step}"`)
    if (!isUnfinished(step)) throw new RunHistoryError(recorded, `step "${event.step}" has ended`)
    applyToStep(state, step, { ...recorded, event })
  }
  state.sequence = recorded.sequence
}

/** The first cause stands. */
function applyStopping(state: RunState, event: Extract<RunEvent, { type: 'run.stopping' }>): void {
  if (state.stopping !== null) return
  state.stopping = { cause: event.cause, by: event.by, reason: event.reason }
  for (const [name, step] of state.steps) {
    if (step.phase === 'waiting') state.ready.add(name)
  }
}

export function isUnfinished(step: StepState): boolean {
  return step.phase === 'waiting' || isLive(step)
}

/** An attempt is under way. */
export function isLive(step: StepState): boolean {
  return step.phase === 'started' || step.phase === 'running'
}

type StepEvent = Exclude<RunEvent, { type: 'run.finished' | 'run.stopping' }>
type RecordedStepEvent = RecordedRunEvent & { readonly event: StepEvent }

function applyToStep(state: RunState, step: StepState, recorded: RecordedStepEvent): void {
  const { event } = recorded
  switch (event.type) {
    case 'attempt.started':
      applyStart(state, step, { ...recorded, event })
      return
    case 'attempt.running':
      if (!isLive(step) || event.attempt !== step.attempt) throw new RunHistoryError(recorded, 'no such live attempt')
      step.phase = 'running'
      return
    case 'attempt.failed':
      if (!isLive(step) || event.attempt !== step.attempt) throw new RunHistoryError(recorded, 'no such live attempt')
      step.phase = 'waiting'
      if (event.cause === 'lost') step.losses += 1
      else step.failures += 1
      step.retryAt = event.retryAt
      step.reason = event.reason
      step.exitCode = event.exitCode
      state.ready.add(event.step)
      return
    case 'step.succeeded':
      step.outputs = event.outputs
      step.reason = null
      step.exitCode = null
      endStep(state, step, { at: recorded.at, name: event.step, outcome: 'succeeded' })
      return
    case 'step.failed':
      step.reason = event.reason
      step.exitCode = event.exitCode
      state.failures.set(event.step, { reason: event.reason, handledBy: null })
      endStep(state, step, { at: recorded.at, name: event.step, outcome: 'failed' })
      return
    case 'step.reused':
      step.outputs = event.outputs
      step.reason = `reused from run ${event.executionId}`
      endStep(state, step, { at: recorded.at, name: event.step, outcome: 'succeeded' })
      return
    case 'step.skipped':
      step.reason = event.reason
      step.skipCause = event.cause
      endStep(state, step, { at: recorded.at, name: event.step, outcome: 'skipped' })
      return
    case 'step.stopped':
      step.reason = event.reason
      state.firstStop ??= { step: event.step, reason: event.reason }
      endStep(state, step, { at: recorded.at, name: event.step, outcome: 'stopped' })
      return
    default:
      // An event of a newer version, read from the log: its fields are not known here.
      throw new RunHistoryError(recorded, `unknown event ${JSON.stringify(event satisfies never)}`)
  }
}

type StartEvent = Extract<RunEvent, { type: 'attempt.started' }>

function applyStart(
  state: RunState,
  step: StepState,
  recorded: RecordedRunEvent & { readonly event: StartEvent },
): void {
  const { event } = recorded
  if (state.stopping !== null) throw new RunHistoryError(recorded, `"${event.step}" started while the run is stopping`)
  if (step.pending > 0) {
    throw new RunHistoryError(recorded, `"${event.step}" started before all that it waits for had ended`)
  }
  if (step.phase !== 'waiting' || event.attempt !== step.attempt + 1) {
    throw new RunHistoryError(recorded, `attempt ${event.attempt} of "${event.step}" cannot start now`)
  }
  step.phase = 'started'
  step.attempt = event.attempt
  step.startedAt ??= recorded.at
  state.startedAt ??= recorded.at
  state.ready.delete(event.step)
  if (event.attempt === 1) noteHandledFailures(state, event.step)
}

/** The step runs, so its conditions hold: it handles the failures that it was waiting for, and nothing but failures. */
function noteHandledFailures(state: RunState, name: StepName): void {
  if (state.failures.size === 0) return
  for (const { statuses, steps } of state.graph.steps.get(name)?.step.conditions.statuses ?? []) {
    if (!statuses.every((status) => status === 'failure')) continue
    for (const other of steps) {
      const failure = state.failures.get(other)
      if (failure !== undefined) failure.handledBy ??= name
    }
  }
}

function endStep(
  state: RunState,
  step: StepState,
  end: { readonly at: number; readonly name: StepName; readonly outcome: StepOutcome },
): void {
  step.phase = end.outcome
  step.finishedAt = end.at
  state.ready.delete(end.name)
  state.unfinished -= 1
  for (const childName of state.graph.steps.get(end.name)?.children ?? []) {
    const child = state.steps.get(childName)
    if (child === undefined) continue
    child.pending -= 1
    if (child.pending === 0 && child.phase === 'waiting') state.ready.add(childName)
  }
}

/** The planned step of a name; undefined when the plan has none. */
export function plannedStep(state: RunState, name: StepName): PlannedStep | undefined {
  return ownValue(state.graph.plan.steps, name)
}
