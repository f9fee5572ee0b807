/** A run in words for its readers. */
import type { StepStatus } from '@cairn/contract'
import type { RecordedRunEvent } from './events.ts'
import type { PlannedStep, RunPlan, StepName } from './plan.ts'
import { foldRun, graphOf, type RunState, type StepState } from './run-state.ts'

export interface StepDescription {
  readonly name: StepName
  readonly planned: PlannedStep
  readonly status: StepStatus
  /** Epoch ms of the first attempt's start; null when the step never started. */
  readonly startedAt: number | null
  /** Epoch ms; set when the step has ended. */
  readonly finishedAt: number | null
  /** Number of the latest attempt; 0 before the first. */
  readonly attempt: number
  /** Why it failed, was skipped, stopped or reused, or why its last attempt failed. */
  readonly reason: string | null
  readonly exitCode: number | null
  readonly outputs: Readonly<Record<string, string>>
  /** Epoch ms before which a failed attempt is not retried; null when none waits. */
  readonly retryAt: number | null
}

export interface RunDescription {
  /** `stopping`: nothing starts any more, live steps are being ended. */
  readonly status: 'running' | 'stopping' | 'success' | 'failed' | 'stopped'
  readonly reason: string | null
  readonly finishedAt: number | null
  /** In the order of the plan. */
  readonly steps: readonly StepDescription[]
}

/** Reads a run from its log, which may be a prefix of the whole. */
export function describeRun(plan: RunPlan, events: Iterable<RecordedRunEvent>): RunDescription {
  return describeState(foldRun(graphOf(plan), events))
}

/** As {@link describeRun}, of a log that is folded already. */
export function describeState(state: RunState): RunDescription {
  const steps = [...state.steps].flatMap(([name, step]) => {
    const planned = state.graph.steps.get(name)?.step
    return planned === undefined ? [] : [describeStep(name, planned, step)]
  })
  return {
    status: state.finished?.status ?? (state.stopping === null ? 'running' : 'stopping'),
    reason: state.finished?.reason ?? state.stopping?.reason ?? null,
    finishedAt: state.finished?.at ?? null,
    steps,
  }
}

function describeStep(name: StepName, planned: PlannedStep, step: StepState): StepDescription {
  return {
    name,
    planned,
    status: statusOf(planned, step),
    startedAt: step.startedAt,
    finishedAt: step.finishedAt,
    attempt: step.attempt,
    reason: step.reason,
    exitCode: step.exitCode,
    outputs: step.outputs,
    retryAt: step.phase === 'waiting' && step.attempt > 0 ? step.retryAt : null,
  }
}

/**
 * `Pending`: a step that it waits for has not ended. `Queued`: its turn has come, its container does not run yet, or it waits for a retry.
 * An http step runs from its start.
 */
function statusOf(planned: PlannedStep, step: StepState): StepStatus {
  switch (step.phase) {
    case 'waiting':
      return step.pending > 0 ? 'Pending' : 'Queued'
    case 'started':
      return planned.type === 'http' ? 'Running' : 'Queued'
    case 'running':
      return 'Running'
    case 'succeeded':
      return 'Success'
    case 'failed':
      return 'Failed'
    case 'skipped':
      return 'Skipped'
    case 'stopped':
      return 'Stopped'
    default:
      return step.phase satisfies never
  }
}
