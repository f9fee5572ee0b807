/**
 * The state of a run: the fold of its events over its plan.
 *
 * Invariants, checked by `applyEvent`, which throws {@link RunHistoryError} when a log breaks them:
 * - a step starts only when each of its parents has ended; it ends once; nothing follows `run.finished`;
 * - `ready` holds exactly the steps whose parents have all ended and that have neither ended nor a live attempt;
 * - applying an event costs O(children of its step): parents still running are counted down, never searched.
 *
 * A state has one holder, which advances it in place. Everything else in this room is a pure function of it.
 */
import type { RecordedRunEvent, RunEvent } from './events.ts'
import { ownValue } from './own-value.ts'
import type { PlannedStep, RunPlan, StepName } from './plan.ts'

/** A plan with its links turned around. Made once per plan, shared by its runs. */
export interface RunGraph {
  readonly plan: RunPlan
  readonly steps: ReadonlyMap<StepName, { readonly step: PlannedStep; readonly children: readonly StepName[] }>
}

export type StepOutcome = 'succeeded' | 'failed' | 'skipped' | 'stopped'

export interface StepState {
  /** `waiting`: for parents, for a retry, or for its turn. `started`: intent recorded. `running`: seen running. */
  phase: 'waiting' | 'started' | 'running' | StepOutcome
  /** Parents that have not ended. */
  pendingParents: number
  /** The first parent that ended otherwise than succeeded. */
  unsuccessfulParent: StepName | null
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
  firstFailure: { readonly step: StepName; readonly reason: string } | null
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

/** A log that no run can have written: damaged, or of another plan. */
export class RunHistoryError extends Error {
  constructor(recorded: RecordedRunEvent, problem: string) {
    super(`event ${recorded.sequence} (${recorded.event.type}): ${problem}`)
    this.name = 'RunHistoryError'
  }
}

export function graphOf(plan: RunPlan): RunGraph {
  const steps = new Map(
    Object.entries(plan.steps).map(([name, step]) => [name, { step, children: [] as StepName[] }] as const),
  )
  for (const [name, { step }] of steps) {
    for (const parent of step.parents) steps.get(parent)?.children.push(name)
  }
  return { plan, steps }
}

export function newRunState(graph: RunGraph): RunState {
  const steps = new Map<StepName, StepState>()
  const ready = new Set<StepName>()
  for (const [name, { step }] of graph.steps) {
    steps.set(name, newStepState(step.parents.length))
    if (step.parents.length === 0) ready.add(name)
  }
  return {
    graph,
    steps,
    ready,
    unfinished: steps.size,
    firstFailure: null,
    firstStop: null,
    stopping: null,
    finished: null,
    sequence: 0,
  }
}

function newStepState(pendingParents: number): StepState {
  return {
    phase: 'waiting',
    pendingParents,
    unsuccessfulParent: null,
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
    state.stopping ??= { cause: event.cause, by: event.by, reason: event.reason }
  } else {
    const step = state.steps.get(event.step)
    if (step === undefined) throw new RunHistoryError(recorded, `the plan has no step "${event.step}"`)
    if (!isUnfinished(step)) throw new RunHistoryError(recorded, `step "${event.step}" has ended`)
    applyToStep(state, step, { ...recorded, event })
  }
  state.sequence = recorded.sequence
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
      state.firstFailure ??= { step: event.step, reason: event.reason }
      endStep(state, step, { at: recorded.at, name: event.step, outcome: 'failed' })
      return
    case 'step.reused':
      step.outputs = event.outputs
      step.reason = `reused from run ${event.executionId}`
      endStep(state, step, { at: recorded.at, name: event.step, outcome: 'succeeded' })
      return
    case 'step.skipped':
      step.reason = event.reason
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
  if (step.pendingParents > 0) throw new RunHistoryError(recorded, `"${event.step}" started before its parents ended`)
  if (step.phase !== 'waiting' || event.attempt !== step.attempt + 1) {
    throw new RunHistoryError(recorded, `attempt ${event.attempt} of "${event.step}" cannot start now`)
  }
  step.phase = 'started'
  step.attempt = event.attempt
  step.startedAt ??= recorded.at
  state.ready.delete(event.step)
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
    child.pendingParents -= 1
    if (end.outcome !== 'succeeded') child.unsuccessfulParent ??= end.name
    if (child.pendingParents === 0 && child.phase === 'waiting') state.ready.add(childName)
  }
}

/** The planned step of a name; undefined when the plan has none. */
export function plannedStep(state: RunState, name: StepName): PlannedStep | undefined {
  return ownValue(state.graph.plan.steps, name)
}
