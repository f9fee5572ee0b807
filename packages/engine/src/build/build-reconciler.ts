/**
 * Builds: queued → running → success or failed; stopping → stopped from either.
 *
 * Always true: a build is started by a transaction that counts the attempt, and ended by one that names the attempt, both
 * under the lease; so of two processes that build the same, one ends it. The image is tagged by ids: a builder that
 * outlives its process tags what the next attempt tags again. A build's log is durable before the build is finished, so
 * whoever sees the end can read all of it. Where the process dies, the status stays `running`, and the next claim
 * starts the next attempt.
 *
 * Lock order: build row → own work row → image version (see store/builds/lock-build.ts).
 */
import type { AutodeployResult } from '@cairn/contract'
import {
  buildLogStream,
  type BuildDecision,
  type Clock,
  decideBuild,
  describeStop,
  type Logger,
  maxBuildAttempts,
} from '@cairn/domain'
import {
  type BuildToRun,
  completeBuild,
  endBuild,
  hastenWaitingBuilds,
  deployTo,
  finishAutodeployment,
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
import { createContextDirectories } from './context-directories.ts'
import { watchForStop } from './watch-for-stop.ts'
import { type Attempt, type AttemptEnd, type AttemptFacts, runBuilder, type RunBuilderParts } from './run-builder.ts'

export interface BuildReconcilerOptions extends Omit<RunBuilderParts, 'contexts'> {
  /** Of files that live no longer than this process; made when it is missing. */
  readonly temporaryDirectory: string
  readonly hints: Hints
  readonly logger: Logger
  readonly clock: Clock
}

const waitMs = 1000
const mostWaitMs = 10_000
/** Time for the last lines of a log when the server stops. */
const farewellMs = 2000

export function createBuildReconciler(options: BuildReconcilerOptions): Reconciler {
  const contexts = createContextDirectories(options.temporaryDirectory, options.settings.keptContextBytes)
  const parts = { ...options, contexts }
  return {
    kind: 'build',
    concurrency: options.settings.concurrency,
    reconcile: (item, context) => new BuildPass(parts, item, context).run(),
  }
}

/** `stopped` = somebody asked for its end. */
type PassEnd = AttemptEnd | { readonly kind: 'stopped' }

interface PassFacts extends Omit<AttemptFacts, 'end'> {
  readonly end: PassEnd
}

type BuildParts = BuildReconcilerOptions & RunBuilderParts

type Started = Extract<BuildDecision, { kind: 'start' }>

class BuildPass {
  readonly #parts: BuildParts
  readonly #context: ReconcileContext
  readonly #buildId: number

  constructor(parts: BuildParts, item: WorkItem, context: ReconcileContext) {
    this.#parts = parts
    this.#context = context
    this.#buildId = Number(item.key)
  }

  async run(): Promise<ReconcileResult> {
    const begun = await this.#transition((tx, build) => this.#begin(tx, build))
    if (begun === null || begun.decision.kind === 'nothing' || begun.decision.kind === 'finish') return { kind: 'done' }
    const { build, decision } = begun
    if (decision.kind === 'deploy') return this.#deploy(build)
    if (decision.kind === 'wait') return { kind: 'requeue', afterMs: Math.min(waitMs * build.buildsAhead, mostWaitMs) }
    this.#parts.crashPoints.reach('build.started')
    const watch = watchForStop(this.#parts, build.id)
    const attempt = this.#openAttempt(build, decision, AbortSignal.any([this.#context.signal, watch.signal]))
    try {
      const facts = await this.#build(attempt, watch.signal)
      this.#parts.crashPoints.reach('build.built')
      return await this.#end(attempt, facts)
    } catch (error) {
      await this.#leave(attempt)
      throw error
    } finally {
      watch.close()
    }
  }

  /** @throws only the reason of the pass's own signal */
  async #build(attempt: Attempt, stop: AbortSignal): Promise<PassFacts> {
    try {
      return await runBuilder(this.#parts, attempt)
    } catch (error) {
      if (!stop.aborted || this.#context.signal.aborted) throw error
      return { commit: null, end: { kind: 'stopped' } }
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
    if (decision.kind === 'finish') {
      await endBuild(tx, build, build.attempts, decision)
      await hastenWaitingBuilds(tx, build.tenantId, tenantConcurrency)
    }
    return { build, decision }
  }

  #openAttempt(build: BuildToRun, { attempt: number, notice }: Started, signal: AbortSignal): Attempt {
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
    return { build, number, log, signal }
  }

  async #end(attempt: Attempt, facts: PassFacts): Promise<ReconcileResult> {
    const { end } = facts
    const { steps, cached } = attempt.log.counts()
    if (steps > 0) attempt.log.line(`${cached} of ${steps} steps came from the cache`)
    attempt.log.line(describeEnd(end))
    await attempt.log.close(this.#context.signal)
    this.#parts.crashPoints.reach('build.logged')
    const { build, number } = attempt
    await this.#transition(async (tx, current) => {
      await this.#record(tx, { attempt, current }, facts)
      await hastenWaitingBuilds(tx, build.tenantId, this.#parts.settings.tenantConcurrency)
    })
    this.#parts.crashPoints.reach('build.finished')
    this.#parts.hints.notify('work')
    // Whoever follows the log waits for its end.
    this.#parts.hints.notify('log')
    this.#parts.logger.info({ buildId: build.id, attempt: number, end: end.kind }, 'build ended')
    if (end.kind === 'again') return { kind: 'failed', error: end.error }
    return build.isDeployDue && end.kind === 'built' ? { kind: 'requeue', afterMs: 0 } : { kind: 'done' }
  }

  /** Each resource in a transaction of its own; what a process that died has done is not done again. */
  async #deploy(build: BuildToRun): Promise<ReconcileResult> {
    const { database, hints, logger, crashPoints } = this.#parts
    const { tenantId, imageId, versionId, id: buildId, requestedBy: by } = build
    const version = { tenantId, imageId, versionId, buildId, by }
    const results: AutodeployResult[] = []
    for (const resource of build.autodeployResources) {
      this.#context.signal.throwIfAborted()
      results.push(await database.transaction((tx) => deployTo(tx, version, resource)))
      crashPoints.reach('build.deployed')
    }
    await this.#transition((tx) => finishAutodeployment(tx, buildId, results))
    hints.notify('work')
    logger.info({ buildId, results }, 'resources follow a build')
    return { kind: 'done' }
  }

  /** A build whose end was asked for is stopped, whatever has come of it meanwhile. */
  async #record(
    tx: Tx,
    { attempt: { build, number, log }, current }: { readonly attempt: Attempt; readonly current: BuildToRun },
    { end, commit }: PassFacts,
  ): Promise<unknown> {
    await noteBuildFacts(tx, build, number, { commit, ...log.counts() })
    if (current.status === 'stopping') {
      return endBuild(tx, build, number, { status: 'stopped', reason: describeStop(current) })
    }
    switch (end.kind) {
      case 'built': {
        const { id: engineImageId, sizeBytes, exposedTcpPorts: exposedPorts } = end.image
        return completeBuild(tx, build, number, { engineImageId, engineTag: end.tag, sizeBytes, exposedPorts })
      }
      case 'failed':
        return endBuild(tx, build, number, { status: 'failed', reason: end.reason })
      case 'stopped':
        return null
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
  async #leave({ build, number, log }: Attempt): Promise<void> {
    const isStopping = this.#context.signal.reason instanceof LoopStopping
    if (isStopping) log.line('the server stops; the build starts again when the server is back')
    await log.close(AbortSignal.timeout(farewellMs)).catch(() => undefined)
    if (!isStopping) return
    const reason = 'interrupted because the server stopped'
    await this.#transition((tx) => returnBuild(tx, build, number, { reason, isCounted: false }))
  }
}

function describeEnd(end: PassEnd): string {
  if (end.kind === 'stopped') return 'the build was stopped'
  if (end.kind === 'built') return `built ${end.tag}: ${end.image.id}, ${(end.image.sizeBytes / 1e6).toFixed(1)} MB`
  return end.kind === 'failed' ? `build failed: ${end.reason}` : `${end.reason}; it will be tried again`
}

function seconds(ms: number): string {
  return `${(Math.max(ms, 0) / 1000).toFixed(1)} s`
}
