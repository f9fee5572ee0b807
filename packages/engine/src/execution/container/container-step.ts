/**
 * An attempt of a container step, from the ensured container to its result.
 *
 * Always true: the container's name is a pure function of execution, step and attempt, and `ensure` starts a name at
 * most once; so this can run again from the start at any time, in any process, and goes on where the last one was. The
 * log is read whole before a result is given, and what of it is not stored then is given with the result.
 */
import {
  type AttemptResult,
  type PlannedContainerStep,
  reasonOfExit,
  type SecretMask,
  stepLogStream,
  type Limiter,
} from '@cairn/domain'
import { DriverError, type Observation, type WorkloadFiles, type WorkloadSpec } from '@cairn/driver'
import { appendOwnedLogLines, type Db, type Hints, lastLogSequence } from '@cairn/store'
import type { AttemptConclusion } from '../attempt-conclusion.ts'
import type { Repositories } from '../../repository/git-repositories.ts'
import { type RunStop, stoppedBy } from '../run-stop.ts'
import { bounded, callEngine, endlessPatience, patienceToStart } from './call-engine.ts'
import { endContainer } from './end-container.ts'
import { endOfLog, EngineSilence } from './log-end.ts'
import type { HeldStarts } from './held-starts.ts'
import { pumpLogs } from './pump-logs.ts'
import { readOutputs } from './read-outputs.ts'
import { fetchStepFiles, type StepFiles } from './step-files.ts'
import type { StepNetworks } from './step-networks.ts'
import { containerName, type StepWorkload, stepWorkload } from './step-workload.ts'
import { type ContainerEnd, type EndRuntime, waitForEnd } from './wait-for-end.ts'

export interface ContainerRuntime extends EndRuntime {
  readonly installationId: string
  readonly db: Db
  /** The id under which this process owns its runs. */
  readonly processId: string
  readonly hints: Hints
  /** Bounds how many containers start at a time. */
  readonly limitStarts: Limiter
  /** For a container that is held: not bounded, and removals wait for it as well. */
  readonly startAtOnce: Limiter
  readonly networks: StepNetworks
  readonly held: HeldStarts
  readonly repositories: Repositories
}

export interface ContainerAttempt extends StepWorkload {
  readonly env: Readonly<Record<string, string>>
  readonly mask: SecretMask
  /** Value of the secret that the repository names; null = it names none. */
  readonly repositoryToken: string | null
  /** True when an owner of before may have started the container. */
  readonly adopted: boolean
  readonly signal: AbortSignal
  readonly stop: RunStop
  /** Told when the container is seen running. */
  readonly onRunning: () => void
}

/** Rejects only when `signal` aborts or the process is not the owner any more; the engine's refusals are results. */
export async function runContainerAttempt(
  runtime: ContainerRuntime,
  attempt: ContainerAttempt,
): Promise<AttemptConclusion> {
  try {
    return await superviseContainer(runtime, attempt)
  } catch (error) {
    return { result: refusalOf(attempt, error), log: null }
  }
}

/** Throws what is no refusal of the engine. */
function refusalOf(attempt: ContainerAttempt, error: unknown): AttemptResult {
  attempt.signal.throwIfAborted()
  if (!(error instanceof DriverError)) throw error
  return { kind: 'failed', reason: `the container engine: ${error.message}`, exitCode: null }
}

async function superviseContainer(runtime: ContainerRuntime, attempt: ContainerAttempt): Promise<AttemptConclusion> {
  const source = await filesOf(runtime, attempt)
  if (source.kind === 'failed') return { result: failedFiles(attempt, source.reason), log: null }
  const spec = specOf(runtime.installationId, attempt, source.files)
  let started: Observation | null
  try {
    started = await startOrLook(runtime, attempt, spec)
  } finally {
    await source.close()
  }
  if (started === null) return { result: stoppedBy(attempt.stop), log: null }
  runtime.crashPoints.reach('execution.container-ensured')
  if (started.phase === 'running') attempt.onRunning()
  const logEnd = new AbortController()
  const silence = new EngineSilence()
  const log = pumpLogs(
    runtime.driver,
    spec.name,
    {
      db: runtime.db,
      processId: runtime.processId,
      stream: stepLogStream(attempt.executionId, attempt.step),
      resumes: attempt.adopted,
      mask: attempt.mask,
      silence,
      onStored: () => runtime.hints.notify('log'),
      onError: (error) => runtime.logger.warn({ err: error, step: attempt.step }, 'a step log cannot be stored now'),
    },
    AbortSignal.any([attempt.signal, logEnd.signal]),
  )
  // It is awaited below; until then its failure must not count as unhandled.
  log.catch(() => undefined)
  try {
    const end = await waitForEnd(runtime, attempt, started)
    const result = resultOf(runtime, attempt, end).catch((error: unknown) => refusalOf(attempt, error))
    const [ending, rest] = await Promise.all([result, endOfLog(log, silence, logEnd)])
    return { result: ending, log: rest }
  } finally {
    logEnd.abort()
  }
}

/** In a run that is stopped nothing is fetched: only what is there is looked at. */
async function filesOf(runtime: ContainerRuntime, attempt: ContainerAttempt): Promise<StepFiles> {
  const { repository } = attempt.planned
  const { signal, stop } = attempt
  const name = containerName(runtime.installationId, attempt)
  try {
    const source = await fetchStepFiles(runtime.repositories, {
      repository,
      token: attempt.repositoryToken,
      mask: attempt.mask,
      isMade: async () => stop.isAsked() || (attempt.adopted && (await isMade(runtime, attempt, name))),
      signal: AbortSignal.any([signal, stop.signal]),
    })
    if (source.kind === 'failed') await tellInLog(runtime, attempt, source.reason)
    else if (source.commit !== null) await tellInLog(runtime, attempt, commitWords(repository, source.commit))
    return source
  } catch (error) {
    signal.throwIfAborted()
    if (!stop.isAsked()) throw error
    return { kind: 'failed', reason: 'stopped' }
  }
}

const commitWords = (repository: PlannedContainerStep['repository'], commit: string): string =>
  `repository ${repository?.url ?? ''}, branch ${repository?.branch ?? ''}: commit ${commit}`

async function isMade(runtime: ContainerRuntime, attempt: ContainerAttempt, name: string): Promise<boolean> {
  const found = await lookAt(runtime, attempt, name)
  return found !== null && found.phase !== 'created'
}

/** The container as it is, however long the engine is away; null = there is none. */
function lookAt(runtime: ContainerRuntime, attempt: ContainerAttempt, name: string): Promise<Observation | null> {
  return callEngine((call) => runtime.driver.observe(name, bounded(call)), {
    signal: attempt.signal,
    patience: endlessPatience,
    onTrouble: (error) => runtime.logger.warn({ err: error, step: attempt.step }, 'a step cannot be looked at now'),
  })
}

function failedFiles(attempt: ContainerAttempt, reason: string): AttemptResult {
  return attempt.stop.isAsked() ? stoppedBy(attempt.stop) : { kind: 'failed', reason, exitCode: null }
}

function specOf(installationId: string, attempt: ContainerAttempt, files: WorkloadFiles | null): WorkloadSpec {
  const { planned, env } = attempt
  const command = ['/bin/sh', '-c', planned.command]
  return { ...stepWorkload(installationId, attempt, files), command, env, publishPort: null }
}

/** The container, started if need be; in a run that is stopped only what is there, null = nothing is. */
async function startOrLook(
  runtime: ContainerRuntime,
  attempt: ContainerAttempt,
  spec: WorkloadSpec,
): Promise<Observation | null> {
  const asked = { mayExist: attempt.adopted }
  if (!attempt.stop.isAsked()) {
    try {
      return await ensureContainer(runtime, attempt, spec, asked)
    } catch (error) {
      const isStopped = error instanceof StoppedBeforeStart || (error instanceof DriverError && error.retryable)
      if (!isStopped || !attempt.stop.isAsked()) throw error
    }
  }
  const seen = asked.mayExist ? await lookAt(runtime, attempt, spec.name) : null
  if (seen?.phase !== 'created') return seen
  // It has not begun, so there is no log to wait for; whoever was about to start it finds it ended.
  const ended = await endContainer(runtime, attempt, spec.name)
  return ended?.phase === 'exited' ? ended : null
}

class StoppedBeforeStart extends Error {}

async function ensureContainer(
  runtime: ContainerRuntime,
  attempt: ContainerAttempt,
  spec: WorkloadSpec,
  asked: { mayExist: boolean },
): Promise<Observation> {
  const told: Promise<void>[] = []
  const isHeld = await runtime.startAtOnce(() => runtime.held.take(spec.name))
  let limit = isHeld ? runtime.startAtOnce : runtime.limitStarts
  const started = await callEngine(
    (call) =>
      limit(async () => {
        attempt.signal.throwIfAborted()
        if (attempt.stop.isAsked()) throw new StoppedBeforeStart()
        await runtime.networks.ensure(spec.network, bounded(call))
        if (!isHeld) {
          runtime.assertOwner()
          asked.mayExist = true
          await runtime.held.makeNow(spec, bounded(call))
        }
        runtime.crashPoints.reach('execution.before-ensure')
        // Last thing before the call: a process that was stopped for longer than its lease must not start anything.
        runtime.assertOwner()
        asked.mayExist = true
        return runtime.driver.ensure(spec, bounded(call))
      }),
    {
      signal: attempt.signal,
      until: attempt.stop.signal,
      patience: patienceToStart,
      onTrouble: (error) => {
        limit = runtime.limitStarts
        // It may have been removed since.
        runtime.networks.forget(spec.network)
        runtime.logger.warn(
          { err: error, step: attempt.step, executionId: attempt.executionId },
          'a step waits for the engine',
        )
        if (told.length > 0) return
        told.push(tellInLog(runtime, attempt, `waiting for the container engine: ${error.message}`))
      },
    },
  )
  // The log has one writer at a time.
  await Promise.all(told)
  return started
}

/** Best effort: the wait itself matters more than the line about it. */
async function tellInLog(runtime: ContainerRuntime, attempt: ContainerAttempt, text: string): Promise<void> {
  const stream = stepLogStream(attempt.executionId, attempt.step)
  try {
    const sequence = (await lastLogSequence(runtime.db, stream)) + 1
    const line = { at: runtime.now(), text: attempt.mask.mask(text) }
    await appendOwnedLogLines(runtime.db, runtime.processId, { stream, sequence, lines: [line] })
  } catch (error) {
    runtime.logger.warn({ err: error, step: attempt.step }, 'a line of a step log was not stored')
  }
}

async function resultOf(
  runtime: ContainerRuntime,
  attempt: ContainerAttempt,
  end: ContainerEnd,
): Promise<AttemptResult> {
  if (end.kind === 'vanished') return { kind: 'lost', reason: 'its container vanished' }
  if (end.kind === 'stopped') return stoppedBy(attempt.stop)
  if (end.kind === 'out_of_storage') {
    const { storage } = attempt.planned.resources
    return { kind: 'failed', reason: `used more than its storage of ${storage}`, exitCode: null }
  }
  if (end.kind === 'timed_out') {
    return { kind: 'failed', reason: `timed out after ${attempt.planned.timeoutSeconds} s`, exitCode: null }
  }
  const { exit, name } = end.observation
  if (exit === null) return { kind: 'lost', reason: 'the engine does not know how its container ended' }
  const reason = reasonOfExit(exit, attempt.planned.resources.memoryBytes)
  if (reason !== null) return { kind: 'failed', reason, exitCode: exit.code }
  const outputs = await callEngine(
    (call) => readOutputs(runtime.driver, name, attempt.planned.outputParameters, bounded(call)),
    {
      signal: attempt.signal,
      patience: endlessPatience,
      onTrouble: (error) => runtime.logger.warn({ err: error, step: attempt.step }, 'outputs cannot be read now'),
    },
  )
  if (outputs.kind === 'unusable') return { kind: 'failed', reason: outputs.reason, exitCode: exit.code }
  return { kind: 'succeeded', outputs: outputs.outputs }
}
