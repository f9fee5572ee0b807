/**
 * An attempt of a step that works in the tenant's warehouse, from its session to its result.
 *
 * Always true: the session's row stands before the session does anything, and an attempt that another owner started is
 * never gone on with: its sessions are ended, verified, and it counts as lost. So no two sessions work for one step. A
 * stop and a time-out first cancel the statement, then end the session; the result is given when it is verified gone.
 */
import { setTimeout as pause } from 'node:timers/promises'
import {
  type AttemptResult,
  type Logger,
  type PlannedStep,
  stepLogStream,
  workloadName,
  type Limiter,
} from '@cairn/domain'
import {
  appendOwnedLogLines,
  type Database,
  forgetWarehouseSession,
  type Hints,
  listWarehouseSessions,
  LogWriter,
  type ObjectStore,
  recordWarehouseSession,
  type WarehouseBackend,
  type Warehouses,
  type WarehouseSession,
} from '@cairn/store'
import type { Repositories } from '../../repository/git-repositories.ts'
import type { AttemptConclusion } from '../attempt-conclusion.ts'
import type { AttemptSecrets } from '../secrets/read-attempt-secrets.ts'
import { OwnershipLost } from '../keep-lease.ts'
import { type RunStop, stoppedBy } from '../run-stop.ts'

export interface WarehouseRuntime {
  readonly database: Database
  readonly warehouses: Warehouses
  readonly objectStore: ObjectStore
  readonly repositories: Repositories
  readonly installationId: string
  /** The id under which this process owns its runs. */
  readonly processId: string
  readonly hints: Hints
  readonly now: () => number
  readonly logger: Logger
  /** Throws when this process may not act for its runs any more. */
  readonly assertOwner: () => void
  /** Bounds the sessions of a tenant, and of all. */
  readonly limitSessions: (tenantId: string) => Limiter
}

export interface WarehouseAttempt<Planned extends PlannedStep> {
  readonly executionId: string
  readonly workflowId: number
  readonly tenantId: string
  readonly step: string
  readonly attempt: number
  readonly planned: Planned
  readonly env: Readonly<Record<string, string>>
  readonly secrets: AttemptSecrets
  /** True when an owner of before started it. */
  readonly adopted: boolean
  readonly signal: AbortSignal
  readonly stop: RunStop
  /** Told when the session is open. */
  readonly onRunning: () => void
}

type AnyAttempt = WarehouseAttempt<PlannedStep>

/** Adds a line to the step's log; waits while more cannot be stored. */
export type Note = (text: string) => Promise<void>

/** What an attempt does with its session. Never rejects but when the process lost its runs. */
export type WarehouseWork = (session: WarehouseSession, note: Note) => Promise<AttemptResult>

const openPatienceMs = 120_000
const firstRetryMs = 250
const longestRetryMs = 5000
const cancelGraceMs = 3000

export function failed(reason: string): AttemptResult {
  return { kind: 'failed', reason, exitCode: null }
}

/** Rejects only when `signal` aborts or the process is not the owner any more. */
export async function runInWarehouse(
  runtime: WarehouseRuntime,
  attempt: AnyAttempt,
  prepare: (note: Note) => Promise<WarehouseWork | AttemptResult>,
): Promise<AttemptConclusion> {
  const log = openLog(runtime, attempt)
  const note: Note = (text) => log.write({ at: runtime.now(), text: attempt.secrets.mask.mask(text) })
  try {
    const result = attempt.adopted
      ? await endAdopted(runtime, attempt)
      : await carryOut(runtime, attempt, note, prepare)
    if (result.kind !== 'succeeded') await note(result.reason)
    attempt.signal.throwIfAborted()
    const rest = await log.closeWithRest(attempt.signal)
    return { result, log: rest === 'superseded' ? null : rest }
  } catch (error) {
    await log.close(AbortSignal.abort()).catch(() => undefined)
    attempt.signal.throwIfAborted()
    throw error
  }
}

function openLog(runtime: WarehouseRuntime, { executionId, step }: AnyAttempt): LogWriter {
  const { db } = runtime.database
  return new LogWriter(db, stepLogStream(executionId, step), {
    append: (stream, sequence, lines) => appendOwnedLogLines(db, runtime.processId, { stream, sequence, lines }),
    onStored: () => runtime.hints.notify('log'),
    onError: (error) => runtime.logger.warn({ err: error, step }, 'a step log cannot be stored now'),
  })
}

async function endAdopted(runtime: WarehouseRuntime, attempt: AnyAttempt): Promise<AttemptResult> {
  const { db } = runtime.database
  for (const { attempt: former, ...backend } of await listWarehouseSessions(db, attempt.executionId, attempt.step)) {
    await endVerified(runtime, attempt, backend)
    await forgetWarehouseSession(db, { ...attempt, attempt: former })
  }
  if (attempt.stop.isAsked()) return stoppedBy(attempt.stop)
  return { kind: 'lost', reason: 'the server stopped during the step; its session on the warehouse was ended' }
}

/** Tries until the session is verified gone, however long the warehouse server is away. */
async function endVerified(runtime: WarehouseRuntime, attempt: AnyAttempt, backend: WarehouseBackend): Promise<void> {
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
    try {
      return await runtime.warehouses.end(backend, attempt.signal)
    } catch (error) {
      attempt.signal.throwIfAborted()
      runtime.logger.warn({ err: error, step: attempt.step }, 'a session on the warehouse cannot be ended now')
      await pause(retryMs, undefined, { signal: attempt.signal })
    }
  }
}

async function carryOut(
  runtime: WarehouseRuntime,
  attempt: AnyAttempt,
  note: Note,
  prepare: (note: Note) => Promise<WarehouseWork | AttemptResult>,
): Promise<AttemptResult> {
  const work = await prepare(note)
  if (typeof work !== 'function') return work
  return runtime.limitSessions(attempt.tenantId)(async () => {
    attempt.signal.throwIfAborted()
    if (attempt.stop.isAsked()) return stoppedBy(attempt.stop)
    const opened = await openPatiently(runtime, attempt, note)
    if ('kind' in opened) return opened
    try {
      return await workIn(runtime, attempt, opened, (session) => work(session, note))
    } catch (error) {
      if (error instanceof OwnershipLost) throw error
      attempt.signal.throwIfAborted()
      runtime.logger.warn({ err: error, step: attempt.step }, 'an attempt in the warehouse broke')
      return { kind: 'lost', reason: `the attempt broke: ${error instanceof Error ? error.message : String(error)}` }
    } finally {
      opened.session.close()
    }
  })
}

async function workIn(
  runtime: WarehouseRuntime,
  attempt: AnyAttempt,
  opened: Opened,
  work: (session: WarehouseSession) => Promise<AttemptResult>,
): Promise<AttemptResult> {
  const { db } = runtime.database
  const isOurs = await recordWarehouseSession(db, runtime.processId, attempt, opened.backend)
  if (!isOurs) throw new OwnershipLost('it was declared dead')
  attempt.onRunning()
  runtime.assertOwner()
  const result = await untilEnded(runtime, attempt, opened, work(opened.session))
  opened.session.close()
  // A row that stays names a session that is gone.
  await forgetWarehouseSession(db, attempt).catch((error: unknown) => {
    runtime.logger.warn({ err: error, step: attempt.step }, 'the row of a session on the warehouse was not removed')
  })
  return result
}

interface Opened {
  readonly session: WarehouseSession
  readonly backend: WarehouseBackend
}

async function openPatiently(
  runtime: WarehouseRuntime,
  attempt: AnyAttempt,
  note: Note,
): Promise<Opened | AttemptResult> {
  const { installationId } = runtime
  const name = workloadName(installationId, 'step', attempt.executionId, attempt.step, attempt.attempt)
  const startedAt = performance.now()
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
    const opened = await runtime.warehouses.open(attempt.tenantId, name)
    attempt.signal.throwIfAborted()
    if (opened.kind === 'open') return { session: opened.session, backend: opened.backend }
    if (opened.kind === 'refused') return failed(opened.reason)
    if (attempt.stop.isAsked()) return stoppedBy(attempt.stop)
    if (performance.now() - startedAt > openPatienceMs) return failed(`the warehouse does not answer: ${opened.reason}`)
    if (retryMs === firstRetryMs) await note(`waiting for the warehouse: ${opened.reason}`)
    await pause(retryMs, undefined, { signal: attempt.signal })
  }
}

async function untilEnded(
  runtime: WarehouseRuntime,
  attempt: AnyAttempt,
  { session, backend }: Opened,
  work: Promise<AttemptResult>,
): Promise<AttemptResult> {
  const early = Promise.withResolvers<'aborted' | 'stop' | 'timeout'>()
  const onAbort = (): void => early.resolve('aborted')
  const onStop = (): void => early.resolve('stop')
  const { timeoutSeconds } = attempt.planned
  const timer = timeoutSeconds === null ? undefined : setTimeout(() => early.resolve('timeout'), timeoutSeconds * 1000)
  attempt.signal.addEventListener('abort', onAbort)
  attempt.stop.signal.addEventListener('abort', onStop)
  if (attempt.signal.aborted) onAbort()
  if (attempt.stop.signal.aborted) onStop()
  try {
    const first = await Promise.race([work, early.promise])
    if (typeof first === 'object') return first
    if (first === 'aborted') {
      // What runs is rolled back by the server, and ended for good by the next owner.
      session.close()
      attempt.signal.throwIfAborted()
    }
    const late = await endEarly(runtime, attempt, backend, work)
    if (late?.kind === 'succeeded') return late
    return first === 'stop' ? stoppedBy(attempt.stop) : failed(`timed out after ${timeoutSeconds} s`)
  } finally {
    clearTimeout(timer)
    attempt.signal.removeEventListener('abort', onAbort)
    attempt.stop.signal.removeEventListener('abort', onStop)
    work.catch(() => undefined)
  }
}

/** What the work came to, when it ended while it was cancelled. */
async function endEarly(
  runtime: WarehouseRuntime,
  attempt: AnyAttempt,
  backend: WarehouseBackend,
  work: Promise<AttemptResult>,
): Promise<AttemptResult | null> {
  await runtime.warehouses.cancel(backend).catch((error: unknown) => {
    runtime.logger.warn({ err: error, step: attempt.step }, 'a statement on the warehouse cannot be cancelled now')
  })
  const grace = new AbortController()
  const late = await Promise.race([work, pause(cancelGraceMs, null, { signal: grace.signal })])
  grace.abort()
  await endVerified(runtime, attempt, backend)
  return late
}
