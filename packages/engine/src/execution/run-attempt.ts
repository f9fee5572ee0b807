/** Carries out attempts of any step type. */
import { injectedVariables, type PlannedStep, resolveEnvironment, stepLogStream } from '@cairn/domain'
import type { AppendedLogChunk } from '@cairn/store'
import type { Dispatcher } from 'undici'
import type { AttemptConclusion } from './attempt-conclusion.ts'
import { type ContainerRuntime, runContainerAttempt } from './container/container-step.ts'
import { type HttpLogLine, runHttpAttempt } from './http/http-step.ts'
import type { Limiter } from './limit-concurrency.ts'
import type { LiveRun } from './live-run.ts'
import { type RunStop, stoppedBy } from './run-stop.ts'

export interface AttemptRuntime {
  readonly container: ContainerRuntime
  readonly agent: Dispatcher
  readonly limitRequests: Limiter
  readonly now: () => number
}

export interface AttemptIdentity {
  readonly step: string
  readonly attempt: number
  /** True when an owner of before started it. */
  readonly adopted: boolean
}

/** Rejects when `signal` aborts or this process is not the owner any more. */
export async function runAttempt(
  runtime: AttemptRuntime,
  run: LiveRun,
  identity: AttemptIdentity,
  context: { readonly signal: AbortSignal; readonly stop: RunStop; readonly onRunning: () => void },
): Promise<AttemptConclusion> {
  const planned = run.state.graph.steps.get(identity.step)?.step
  if (planned === undefined) throw new Error(`the plan has no step "${identity.step}"`)
  const resolved = resolveEnvironment(
    run.state,
    identity.step,
    run.execution.parameters,
    injectedFor(run, identity, planned),
  )
  if (resolved.kind === 'failed')
    return { result: { kind: 'failed', reason: resolved.reason, exitCode: null }, log: null }
  const { env } = resolved
  if (planned.type === 'sql' || planned.type === 'export') {
    const reason = `\`${planned.type}\` steps are not supported by this version of Cairn`
    return { result: { kind: 'failed', reason, exitCode: null }, log: null }
  }
  if (planned.type === 'standard') {
    const { id: executionId, tenantId } = run.execution
    return runContainerAttempt(runtime.container, {
      executionId,
      tenantId,
      ...identity,
      planned,
      env,
      ...context,
    })
  }
  if (identity.adopted) return requestOfDeadServer(runtime, run, identity)
  return runtime.limitRequests(async () => {
    context.signal.throwIfAborted()
    if (context.stop.isAsked()) return { result: stoppedBy(context.stop), log: null }
    // As for a container: a process that was stopped for longer than its lease must not send anything.
    runtime.container.assertOwner()
    const { agent, now } = runtime
    const { result, log } = await runHttpAttempt({ planned, env, agent, now, ...context })
    return { result, log: chunkOf(run, identity, log) }
  })
}

function injectedFor(run: LiveRun, identity: AttemptIdentity, planned: PlannedStep): Record<string, string> {
  const { id, workflowId, tenantId, tenantName } = run.execution
  const { workflowName } = run.state.graph.plan
  return injectedVariables({ executionId: id, workflowId, workflowName, tenantId, tenantName }, identity.step, planned)
}

/** Nobody knows whether the request arrived, so it is sent again: at least once. */
function requestOfDeadServer(runtime: AttemptRuntime, run: LiveRun, identity: AttemptIdentity): AttemptConclusion {
  const reason = 'the server stopped during the request'
  return {
    result: { kind: 'lost', reason },
    log: chunkOf(run, identity, [{ at: runtime.now(), text: reason }]),
  }
}

/** An attempt of an http step is one chunk of the step's log, so the attempt numbers the chunks. */
function chunkOf(run: LiveRun, identity: AttemptIdentity, lines: readonly HttpLogLine[]): AppendedLogChunk {
  return { stream: stepLogStream(run.execution.id, identity.step), sequence: identity.attempt, lines }
}
