/** Carries out attempts of any step type. */
import { injectedVariables, type PlannedStep, resolveEnvironment, stepLogStream, type Limiter } from '@cairn/domain'
import type { AppendedLogChunk } from '@cairn/store'
import type { Dispatcher } from 'undici'
import type { AttemptConclusion } from './attempt-conclusion.ts'
import { type ContainerRuntime, runContainerAttempt } from './container/container-step.ts'
import { type HttpLogLine, runHttpAttempt } from './http/http-step.ts'
import type { OAuthTokens } from './http/oauth-tokens.ts'
import type { LiveRun } from './live-run.ts'
import { type RunStop, stoppedBy } from './run-stop.ts'
import { runExportAttempt } from './warehouse/export-step.ts'
import { runSqlAttempt } from './warehouse/sql-step.ts'
import type { WarehouseRuntime } from './warehouse/warehouse-attempt.ts'
import {
  type AttemptSecrets,
  maskError,
  maskResult,
  readAttemptSecrets,
  repositoryToken,
  type SecretSource,
} from './secrets/read-attempt-secrets.ts'

export interface AttemptRuntime {
  readonly container: ContainerRuntime
  readonly warehouse: WarehouseRuntime
  readonly secrets: SecretSource
  readonly tokens: OAuthTokens
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

interface AttemptContext {
  readonly signal: AbortSignal
  readonly stop: RunStop
  readonly onRunning: () => void
}

/** Rejects when `signal` aborts or this process is not the owner any more. What it answers holds no secret. */
export async function runAttempt(
  runtime: AttemptRuntime,
  run: LiveRun,
  identity: AttemptIdentity,
  context: AttemptContext,
): Promise<AttemptConclusion> {
  const planned = run.state.graph.steps.get(identity.step)?.step
  if (planned === undefined) throw new Error(`the plan has no step "${identity.step}"`)
  if (planned.type === 'http' && identity.adopted) return requestOfDeadServer(runtime, run, identity)
  const { tenantId, parameters } = run.execution
  const { adopted } = identity
  const read = await readAttemptSecrets(runtime.secrets, { tenantId, planned, adopted, signal: context.signal })
  if (read.kind === 'refused') return { result: read, log: null }
  const { secrets } = read
  const defaults = { ...injectedFor(run, identity, planned), ...secrets.parameters }
  const resolved = resolveEnvironment(run.state, identity.step, parameters, defaults)
  if (resolved.kind === 'failed')
    return { result: { kind: 'failed', reason: resolved.reason, exitCode: null }, log: null }
  const attempt = { planned, env: resolved.env, secrets }
  try {
    const conclusion = await carryOut(runtime, { run, identity, context }, attempt)
    return { ...conclusion, result: maskResult(conclusion.result, secrets.mask) }
  } catch (error) {
    throw maskError(error, secrets.mask)
  }
}

interface Attempt {
  readonly planned: PlannedStep
  readonly env: Readonly<Record<string, string>>
  readonly secrets: AttemptSecrets
}

async function carryOut(
  runtime: AttemptRuntime,
  of: { readonly run: LiveRun; readonly identity: AttemptIdentity; readonly context: AttemptContext },
  attempt: Attempt,
): Promise<AttemptConclusion> {
  const { run, identity, context } = of
  const { planned, env, secrets } = attempt
  const { id: executionId, tenantId, workflowId } = run.execution
  const ofRun = { executionId, workflowId, tenantId, env, ...identity, ...context }
  switch (planned.type) {
    case 'sql':
      return runSqlAttempt(runtime.warehouse, { ...ofRun, planned, secrets })
    case 'export':
      return runExportAttempt(runtime.warehouse, { ...ofRun, planned, secrets })
    case 'standard':
      return runContainerAttempt(runtime.container, {
        executionId,
        tenantId,
        ...identity,
        planned,
        env,
        mask: secrets.mask,
        repositoryToken: repositoryToken(secrets, planned.repository),
        ...context,
      })
    case 'http':
      return runtime.limitRequests(async () => {
        context.signal.throwIfAborted()
        if (context.stop.isAsked()) return { result: stoppedBy(context.stop), log: null }
        // As for a container: a process that was stopped for longer than its lease must not send anything.
        runtime.container.assertOwner()
        const { agent, now, tokens } = runtime
        const { result, log } = await runHttpAttempt({
          planned,
          tenantId,
          env,
          secrets,
          tokens,
          agent,
          now,
          ...context,
        })
        return { result, log: chunkOf(run, identity, log) }
      })
    default:
      return planned satisfies never
  }
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
