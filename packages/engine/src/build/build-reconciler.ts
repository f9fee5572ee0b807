/**
 * Builds: queued → running → success or failed.
 *
 * Always true: a build is started by a transaction that counts the attempt, and ended by one that names the attempt, both
 * under the lease; so of two processes that build the same, one ends it. The image is tagged by ids: a builder that
 * outlives its process tags what the next attempt tags again. A build's log is durable before the build is finished, so
 * whoever sees the end can read all of it. Where the process dies, the status stays `running`, and the next claim
 * starts the next attempt.
 *
 * Lock order: build row → own work row → image version (see store/builds/lock-build.ts).
 */
import {
  buildLogStream,
  type BuildDecision,
  type Clock,
  decideBuild,
  type Logger,
  maxBuildAttempts,
} from '@cairn/domain'
import {
  type BuildToRun,
  completeBuild,
  endBuild,
  type Hints,
  lockBuild,
  LogWriter,
  noteBuildFacts,
  returnBuild,
  startBuild,
  type Tx,
  type WorkItem,
} from '@cairn/store'
import type { ReconcileContext, Reconciler, ReconcileResult } from '../reconcile/reconciler.ts'
import { LoopStopping } from '../reconcile/run-pass.ts'
import { createBuildLog } from './build-log.ts'
import { type Attempt, type AttemptEnd, type AttemptFacts, runBuilder, type RunBuilderParts } from './run-builder.ts'

export interface BuildReconcilerOptions extends RunBuilderParts {
  readonly hints: Hints
  readonly logger: Logger
  readonly clock: Clock
}

const waitMs = 1000
const mostWaitMs = 10_000
/** Time for the last lines of a log when the server stops. */
const farewellMs = 2000

export function createBuildReconciler(options: BuildReconcilerOptions): Reconciler {
  return {
    kind: 'build',
    concurrency: options.settings.concurrency,
    reconcile: (item, context) => new BuildPass(options, item, context).run(),
  }
}

type Started = Extract<BuildDecision, { kind: 'start' }>

class BuildPass {
  readonly #parts: BuildReconcilerOptions
  readonly #context: ReconcileContext
  readonly #buildId: number

  constructor(parts: BuildReconcilerOptions, item: WorkItem, context: ReconcileContext) {
    this.#parts = parts
    this.#context = context
    this.#buildId = Number(item.key)
  }

  async run(): Promise<ReconcileResult> {
    const begun = await this.#transition((tx, build) => this.#begin(tx, build))
    if (begun === null || begun.decision.kind === 'nothing' || begun.decision.kind === 'finish') return { kind: 'done' }
    const { build, decision } = begun
    if (decision.kind === 'wait') return { kind: 'requeue', afterMs: Math.min(waitMs * build.buildsAhead, mostWaitMs) }
    this.#parts.crashPoints.reach('build.started')
    const attempt = this.#openAttempt(build, decision)
    try {
      const facts = await runBuilder(this.#parts, attempt)
      this.#parts.crashPoints.reach('build.built')
      return await this.#end(attempt, facts)
    } catch (error) {
      await this.#leave(attempt)
      throw error
    }
  }

  /** Null = the build is gone. */
  #transition<T>(change: (tx: Tx, build: BuildToRun) => Promise<T>): Promise<T | null> {
    return this.#parts.database.transaction(async (tx) => {
      const build = await lockBuild(tx, this.#buildId)
      if (build === null) return null
      await this.#context.holdLease(tx)
      return change(tx, build)
    })
  }

  async #begin(tx: Tx, build: BuildToRun): Promise<{ build: BuildToRun; decision: BuildDecision }> {
    const { tenantConcurrency } = this.#parts.settings
    const decision = decideBuild({ ...build, tenantConcurrency })
    if (decision.kind === 'start') await startBuild(tx, build, decision.attempt)
    if (decision.kind === 'finish') await endBuild(tx, build, build.attempts, decision)
    return { build, decision }
  }

  #openAttempt(build: BuildToRun, { attempt: number, notice }: Started): Attempt {
    const { database, hints, logger, clock, settings } = this.#parts
    const writer = new LogWriter(database.db, buildLogStream(build.id), {
      onStored: () => hints.notify('log'),
      onError: (error) => logger.warn({ err: error, buildId: build.id }, 'a build log waits for the database'),
    })
    const log = createBuildLog(writer, clock, settings.maxLogLength)
    if (notice !== null) log.line(notice)
    const queuedFor = `queued for ${seconds(build.ageMs)}`
    log.line(
      `image ${build.imageName}, version ${build.version}, attempt ${number} of ${maxBuildAttempts}; ${queuedFor}`,
    )
    logger.info(
      { buildId: build.id, imageId: build.imageId, versionId: build.versionId, attempt: number },
      'build started',
    )
    return { build, number, log, signal: this.#context.signal }
  }

  async #end(attempt: Attempt, facts: AttemptFacts): Promise<ReconcileResult> {
    const { end } = facts
    const { steps, cached } = attempt.log.counts()
    if (steps > 0) attempt.log.line(`${cached} of ${steps} steps came from the cache`)
    attempt.log.line(describeEnd(end))
    await attempt.log.close(attempt.signal)
    this.#parts.crashPoints.reach('build.logged')
    const { build, number } = attempt
    await this.#transition((tx) => this.#record(tx, attempt, facts))
    this.#parts.crashPoints.reach('build.finished')
    this.#parts.hints.notify('work')
    this.#parts.logger.info({ buildId: build.id, attempt: number, end: end.kind }, 'build ended')
    return end.kind === 'again' ? { kind: 'failed', error: end.error } : { kind: 'done' }
  }

  async #record(tx: Tx, { build, number, log }: Attempt, { end, commit }: AttemptFacts): Promise<unknown> {
    await noteBuildFacts(tx, build, number, { commit, ...log.counts() })
    switch (end.kind) {
      case 'built': {
        const { id: engineImageId, sizeBytes, exposedTcpPorts: exposedPorts } = end.image
        return completeBuild(tx, build, number, { engineImageId, engineTag: end.tag, sizeBytes, exposedPorts })
      }
      case 'failed':
        return endBuild(tx, build, number, { status: 'failed', reason: end.reason })
      case 'again':
        return returnBuild(tx, build, number, end)
      default:
        return end satisfies never
    }
  }

  /**
   * The pass ends without an outcome. A server that stops hands the build back; in any other case the build stays
   * `running`, for whoever owns the lease now or claims it next.
   */
  async #leave({ build, number, log, signal }: Attempt): Promise<void> {
    const isStopping = signal.reason instanceof LoopStopping
    if (isStopping) log.line('the server stops; the build starts again when the server is back')
    await log.close(AbortSignal.timeout(farewellMs)).catch(() => undefined)
    if (!isStopping) return
    const reason = 'interrupted because the server stopped'
    await this.#transition((tx) => returnBuild(tx, build, number, { reason, isCounted: false }))
  }
}

function describeEnd(end: AttemptEnd): string {
  if (end.kind === 'built') return `built ${end.tag}: ${end.image.id}, ${(end.image.sizeBytes / 1e6).toFixed(1)} MB`
  return end.kind === 'failed' ? `build failed: ${end.reason}` : `${end.reason}; it will be tried again`
}

function seconds(ms: number): string {
  return `${(Math.max(ms, 0) / 1000).toFixed(1)} s`
}
