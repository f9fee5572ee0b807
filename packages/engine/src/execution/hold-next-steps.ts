/** Which containers a run has held: those of the steps that start next. */
import { type RunEvent, startsNext } from '@cairn/domain'
import type { ContainerRuntime } from './container/container-step.ts'
import { containerName, type StepWorkload, stepWorkload } from './container/step-workload.ts'
import type { LiveRun } from './live-run.ts'

/** What of the container runtime is needed to hold. */
export interface Holding extends Pick<ContainerRuntime, 'held' | 'installationId'> {
  /** Never rejects. */
  readonly removeContainer: (name: string) => void
}

/** Follows an event that is durable: holds what starts next now, and lets go of what does not start any more. */
export function holdNextSteps(holding: Holding, run: LiveRun, event: RunEvent): void {
  if (event.type === 'run.stopping' || event.type === 'run.finished') {
    holding.held.letGoOfRun(run.execution.id)
    return
  }
  if (event.type === 'step.skipped' || event.type === 'step.stopped') letGoOf(holding, run, event.step)
  holdChildren(holding, run, event.step)
}

/** Goes on where an owner of before was. */
export function holdAsBefore(holding: Holding, run: LiveRun): void {
  for (const [name, { phase }] of run.state.steps) {
    if (phase === 'skipped' || phase === 'stopped') letGoOf(holding, run, name)
    if (phase === 'running' || phase === 'started') holdChildren(holding, run, name)
  }
}

function holdChildren(holding: Holding, run: LiveRun, step: string): void {
  for (const child of run.state.graph.steps.get(step)?.children ?? []) {
    const workload = workloadOf(run, child)
    if (workload === null) continue
    if (startsNext(run.state, child)) {
      holding.held.hold(run.execution.id, stepWorkload(holding.installationId, workload, null))
    } else if (run.state.steps.get(child)?.phase === 'waiting') {
      holding.held.letGo(containerName(holding.installationId, workload))
    }
  }
}

/** Of a step that has ended without an attempt. An owner of before may have held it, of whom only the engine knows. */
function letGoOf(holding: Holding, run: LiveRun, step: string): void {
  const workload = workloadOf(run, step)
  if (workload === null || (run.state.steps.get(step)?.attempt ?? 0) > 0) return
  const name = containerName(holding.installationId, workload)
  holding.held.letGo(name)
  if (run.execution.hasEvents && hasStartedAny(run, step)) holding.removeContainer(name)
}

/** Whether something that the step waits for has been tried: before that nothing was held for it. */
function hasStartedAny(run: LiveRun, step: string): boolean {
  const waitsFor = run.state.graph.steps.get(step)?.waitsFor ?? []
  return waitsFor.some((other) => (run.state.steps.get(other)?.attempt ?? 0) > 0)
}

/** Of the step's first attempt; null = it is none that can be held. Files of a repository are fetched when it starts. */
function workloadOf({ state, execution }: LiveRun, step: string): StepWorkload | null {
  const planned = state.graph.steps.get(step)?.step
  if (planned?.type !== 'standard' || planned.repository !== null) return null
  return { executionId: execution.id, tenantId: execution.tenantId, step, attempt: 1, planned }
}
