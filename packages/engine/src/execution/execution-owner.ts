/**
 * One engine process as the owner of runs, from its registration to the end of its lease.
 *
 * Always true:
 * - an owner decides only on runs that it claimed, and its decisions count only once they are flushed under its id;
 * - an attempt starts only after its `attempt.started` is durable;
 * - when the lease is lost, everything in memory is dropped and nothing is written, started or removed any more. The
 *   containers go on; the next owner finds them by name.
 */
import {
  type Clock,
  concludeAttempt,
  type CrashPoints,
  foldRun,
  isLive,
  type Logger,
  type RunEvent,
  type RunGraph,
} from '@cairn/domain'
import {
  type ClaimedExecution,
  claimExecutions,
  claimStoppedExecutions,
  type Database,
  flushRunEvents,
  readRequestedStops,
  readRunEventsOfMany,
  showAsStopping,
} from '@cairn/store'
import type { AttemptConclusion } from './attempt-conclusion.ts'
import { containerName } from './container/step-workload.ts'
import type { ExecutionSettings } from './execution-settings.ts'
import { failBrokenRun } from './fail-broken-run.ts'
import { GroupCommit, type RunWrites } from './group-commit.ts'
import { holdAsBefore, type Holding, holdNextSteps } from './hold-next-steps.ts'
import { type Lease, OwnershipLost } from './keep-lease.ts'
import {
  advanceRun,
  attemptKey,
  closeRun,
  type LiveRun,
  liveRunOf,
  recordEvent,
  recordStop,
  type RunRecorder,
  stopOf,
} from './live-run.ts'
import type { PlanCache } from './plan-cache.ts'
import { type AttemptIdentity, type AttemptRuntime, runAttempt } from './run-attempt.ts'
import { stoppedBy } from './run-stop.ts'

export interface OwnerDependencies {
  readonly database: Database
  readonly lease: Lease
  readonly plans: PlanCache
  readonly clock: Clock
  readonly logger: Logger
  readonly crashPoints: CrashPoints
  readonly settings: ExecutionSettings
  readonly attempts: AttemptRuntime
  /** Removes a container whose attempt's end is durable. Never rejects. */
  readonly removeContainer: (name: string) => void
  /** Aborts when the lease is lost or the owner has stopped. */
  readonly signal: AbortSignal
  /** Told when a run ended, so that there is room for another. */
  readonly onRoom: () => void
  /** Told when watched runs ended: work for the notifications is stored. */
  readonly onWatchedEnd: () => void
}

export class ExecutionOwner {
  readonly #use: OwnerDependencies
  readonly #recorder: RunRecorder & { readonly commit: GroupCommit<LiveRun> }
  readonly #runs = new Map<string, LiveRun>()
  readonly #requests = new Set<Promise<void>>()
  readonly #holding: Holding
  #stopping = false

  constructor(dependencies: OwnerDependencies) {
    this.#use = dependencies
    const { database, lease, settings, attempts, removeContainer } = dependencies
    this.#holding = { ...attempts.container, removeContainer }
    const commit = new GroupCommit<LiveRun>({
      lanes: settings.flushLanes,
      mostEvents: settings.mostEventsPerFlush,
      flush: (flush) => {
        dependencies.crashPoints.reach('execution.before-flush')
        return flushRunEvents(database.pool, lease.processId, flush)
      },
      onDurable: (run, writes) => this.#followUp(run, writes),
      onRefused: (run, error) => this.#giveUp(run.execution, error),
      onFenced: () => lease.abandon('it was declared dead'),
      onTrouble: (error) => dependencies.logger.warn({ err: error }, 'the progress of runs cannot be stored now'),
      signal: dependencies.signal,
    })
    this.#recorder = { commit, now: () => dependencies.clock.now() }
  }

  get liveRuns(): number {
    return this.#runs.size
  }

  /** Claims up to `most` runs and takes them up where they are; answers how many. */
  async claim(most: number): Promise<number> {
    const claimed = await claimExecutions(this.#use.database.db, this.#use.lease.processId, most)
    await this.#takeUpAll(claimed)
    return claimed.length
  }

  async #takeUpAll(claimed: readonly ClaimedExecution[]): Promise<void> {
    if (claimed.length === 0) return
    const { database, lease, plans, crashPoints } = this.#use
    crashPoints.reach('execution.claimed')
    try {
      const graphs = await plans.read(claimed.map((execution) => execution.planId))
      const withEvents = claimed.filter((execution) => execution.hasEvents).map((execution) => execution.id)
      const events = await readRunEventsOfMany(database.db, withEvents)
      for (const execution of claimed)
        this.#takeUp(execution, graphs.get(execution.planId), events.get(execution.id) ?? [])
    } catch (error) {
      // The runs are claimed and not in memory: only another claim under another id can bring them back.
      lease.abandon('claimed runs could not be read')
      throw error
    }
  }

  /**
   * Ends the runs whose stop was asked for: those that nobody owns, whether or not there is room, for they start nothing,
   * and those in its hands.
   */
  async stopAsAsked(): Promise<void> {
    const { database, lease, crashPoints, settings } = this.#use
    if (this.#stopping) return
    const requested = await readRequestedStops(database.db, lease.processId)
    if (requested.some(({ isUnowned }) => isUnowned))
      await this.#takeUpAll(await claimStoppedExecutions(database.db, lease.processId, settings.claimBatch))
    for (const asked of requested) {
      const run = this.#runs.get(asked.executionId)
      if (run === undefined || this.#stopping) continue
      crashPoints.reach('execution.stop-learnt')
      if (recordStop(this.#recorder, run, asked)) this.#advance(run)
    }
  }

  /** Decides nothing new, waits for requests and flushes that are under way. */
  async quiesce(): Promise<void> {
    this.#stopping = true
    await this.#recorder.commit.drained()
    const { promise: timeIsUp, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#use.settings.requestDrainMs)
    await Promise.race([Promise.all(this.#requests), timeIsUp])
    clearTimeout(timer)
    await this.#recorder.commit.drained()
  }

  /** Drops everything in memory. */
  drop(): void {
    for (const run of this.#runs.values()) closeRun(run)
    this.#runs.clear()
  }

  #takeUp(execution: ClaimedExecution, graph: RunGraph | undefined, events: Parameters<typeof foldRun>[1]): void {
    if (this.#use.signal.aborted) return
    try {
      if (graph === undefined) throw new Error(`plan ${execution.planId} does not exist`)
      const run = liveRunOf(execution, foldRun(graph, events))
      this.#runs.set(execution.id, run)
      if (execution.stop !== null) recordStop(this.#recorder, run, execution.stop)
      for (const [step, { attempt }] of [...run.state.steps].filter(([, stepState]) => isLive(stepState))) {
        run.adoptedAttempts.add(attemptKey(step, attempt))
        this.#startAttempt(run, { step, attempt, adopted: true })
      }
      holdAsBefore(this.#holding, run)
      this.#advance(run)
    } catch (error) {
      this.#giveUp(execution, error)
    }
  }

  #advance(run: LiveRun): void {
    if (run.closed || this.#stopping) return
    try {
      advanceRun(this.#recorder, run, (due) => this.#advance(due))
    } catch (error) {
      this.#giveUp(run.execution, error)
    }
  }

  /** Acts on events that are durable now. */
  #followUp(run: LiveRun, writes: RunWrites): void {
    this.#use.crashPoints.reach('execution.flushed')
    if (writes.finished?.watched === true) this.#use.onWatchedEnd()
    if (run.closed) return
    for (const { event } of writes.events) {
      this.#followUpEvent(run, event)
      holdNextSteps(this.#holding, run, event)
    }
  }

  #followUpEvent(run: LiveRun, event: RunEvent): void {
    switch (event.type) {
      case 'attempt.started':
        this.#startAttempt(run, { step: event.step, attempt: event.attempt, adopted: false })
        return
      case 'attempt.failed':
        this.#leaveContainer(run, event.step, event.attempt)
        return
      case 'step.succeeded':
      case 'step.failed':
      case 'step.stopped':
        this.#leaveContainer(run, event.step, run.state.steps.get(event.step)?.attempt ?? 0)
        return
      case 'run.stopping':
        run.stopDurable.abort()
        if (event.cause === 'timeout') this.#showAsStopping(run.execution.id)
        return
      case 'run.finished':
        closeRun(run)
        this.#runs.delete(run.execution.id)
        this.#use.onRoom()
        return
      default:
    }
  }

  /** For readers only: nothing depends on it. */
  #showAsStopping(executionId: string): void {
    const { database, lease, logger } = this.#use
    showAsStopping(database.db, lease.processId, executionId).catch((error: unknown) =>
      logger.warn({ err: error, executionId }, 'a run that timed out is not shown as stopping'),
    )
  }

  /**
   * The end of an attempt is durable, and the last of its log with it.
   *
   * The container of an adopted attempt is left to the sweep, a minute later: its owner of before may only have been
   * stopped, about to ensure it, and must then find it and not start it a second time.
   */
  #leaveContainer(run: LiveRun, step: string, attempt: number): void {
    const planned = run.state.graph.steps.get(step)?.step
    if (planned?.type !== 'standard' || attempt === 0) return
    this.#use.attempts.container.hints.notify('log')
    if (run.adoptedAttempts.has(attemptKey(step, attempt))) return
    this.#use.crashPoints.reach('execution.before-remove')
    const { installationId } = this.#use.attempts.container
    this.#use.removeContainer(containerName(installationId, { executionId: run.execution.id, step, attempt }))
  }

  #startAttempt(run: LiveRun, identity: AttemptIdentity): void {
    const stop = stopOf(run)
    if (stop.isAsked() && !identity.adopted)
      return this.#conclude(run, identity, { result: stoppedBy(stop), log: null })
    // Containers go on without this process; requests and sessions on warehouses do not.
    const isRequest = run.state.graph.steps.get(identity.step)?.step.type !== 'standard'
    const done = this.#carryOut(run, identity)
    if (!isRequest) return
    this.#requests.add(done)
    void done.finally(() => this.#requests.delete(done))
  }

  /** Never rejects. */
  async #carryOut(run: LiveRun, identity: AttemptIdentity): Promise<void> {
    const { signal, logger, lease } = this.#use
    try {
      const conclusion = await runAttempt(this.#use.attempts, run, identity, {
        signal,
        stop: stopOf(run),
        onRunning: () => this.#noteRunning(run, identity),
      })
      this.#conclude(run, identity, conclusion)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof OwnershipLost) return lease.abandon(error.message)
      logger.error({ err: error, executionId: run.execution.id, step: identity.step }, 'an attempt broke')
      const reason = `a fault of Cairn: ${error instanceof Error ? error.message : 'unknown'}`
      this.#conclude(run, identity, { result: { kind: 'failed', reason, exitCode: null }, log: null })
    }
  }

  #noteRunning(run: LiveRun, { step, attempt }: AttemptIdentity): void {
    const state = run.state.steps.get(step)
    if (run.closed || this.#stopping || state?.phase !== 'started' || state.attempt !== attempt) return
    recordEvent(this.#recorder, run, { type: 'attempt.running', step, attempt })
  }

  #conclude(run: LiveRun, identity: AttemptIdentity, conclusion: AttemptConclusion): void {
    if (run.closed || this.#use.signal.aborted) return
    this.#use.crashPoints.reach('execution.attempt-concluded')
    try {
      // One moment for both, so that the next attempt starts as long after the event as it says.
      const at = this.#recorder.now()
      const event = concludeAttempt(run.state, identity, conclusion.result, at)
      if (event === null) return
      recordEvent(this.#recorder, run, event, { at, log: conclusion.log })
    } catch (error) {
      return this.#giveUp(run.execution, error)
    }
    this.#advance(run)
  }

  /** A run that cannot go on fails with the reason; the others do not notice. */
  #giveUp(execution: ClaimedExecution, error: unknown): void {
    const { signal, logger, database, lease } = this.#use
    const run = this.#runs.get(execution.id)
    if (run !== undefined) closeRun(run)
    this.#runs.delete(execution.id)
    if (signal.aborted) return
    this.#holding.held.letGoOfRun(execution.id)
    logger.error({ err: error, executionId: execution.id }, 'a run cannot go on')
    failBrokenRun(database, lease.processId, { execution, error, at: this.#recorder.now() })
      .then(() => this.#use.onRoom())
      .catch((failure: unknown) => {
        logger.error({ err: failure, executionId: execution.id }, 'a broken run could not be ended')
      })
  }
}
