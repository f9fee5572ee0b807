/** The execution role of an engine process: owners, one after the other, and what is done beside them. */
import { type Clock, type CrashPoints, type Logger, type Limiter, limitConcurrency } from '@cairn/domain'
import type { EngineDriver } from '@cairn/driver'
import {
  admitWaitingRuns,
  type Database,
  type Hints,
  type ObjectStore,
  releaseOrphanedExecutions,
  resignEngineProcess,
  type SecretCipher,
  type Warehouses,
} from '@cairn/store'
import type { Repositories } from '../repository/git-repositories.ts'
import { bounded, boundedRemoval } from './container/call-engine.ts'
import { ContainerWatch } from './container/container-watch.ts'
import { HeldStarts } from './container/held-starts.ts'
import { StartsFirst } from './container/starts-first.ts'
import { StepNetworks } from './container/step-networks.ts'
import { Doorbell } from './doorbell.ts'
import { ExecutionOwner } from './execution-owner.ts'
import type { ExecutionSettings } from './execution-settings.ts'
import { createGuardedAgent, parseEgressAllow } from './http/egress-guard.ts'
import { OAuthTokens } from './http/oauth-tokens.ts'
import { buryDeadProcesses, type Lease, OwnershipLost, takeLease, waitUnlessStopped } from './keep-lease.ts'
import { PlanCache } from './plan-cache.ts'
import type { AttemptRuntime } from './run-attempt.ts'
import { limitSessions } from './warehouse/limit-sessions.ts'
import type { WarehouseRuntime } from './warehouse/warehouse-attempt.ts'
import { StepWorkloadSweep } from './sweep-step-workloads.ts'

export interface ExecutionEngineOptions {
  readonly database: Database
  readonly hints: Hints
  readonly driver: EngineDriver
  readonly installationId: string
  /** Opens the secrets of steps. */
  readonly secretCipher: SecretCipher
  /** Where sql and export steps work. The caller closes them. */
  readonly warehouses: Warehouses
  /** Fetches what steps name of git. */
  readonly repositories: Repositories
  /** Takes the files of export steps. */
  readonly objectStore: ObjectStore
  readonly logger: Logger
  readonly clock: Clock
  readonly crashPoints: CrashPoints
  /** Hosts, addresses and CIDRs that http steps may reach although they are private. */
  readonly egressAllow: readonly string[]
  readonly settings: ExecutionSettings
}

export interface ExecutionEngine {
  /** Runs in this process's hands. */
  liveRuns(): number
  /**
   * Claims nothing more, stores what is known, and lets go of the runs, so that another process takes them over at once.
   * Containers go on.
   */
  stop(): Promise<void>
}

const retryMs = 500
/** Between two looks that admit nothing: ends of runs come by the hundred. */
const admitPauseMs = 25

/**
 * Runs the executions that wait, until stopped.
 *
 * @throws Error when `egressAllow` holds an entry that is none
 */
export function startExecutionEngine(options: ExecutionEngineOptions): ExecutionEngine {
  const engine = new Engine(options)
  const ended = engine.run()
  let stopped: Promise<void> | null = null
  return {
    liveRuns: () => engine.liveRuns,
    stop: () => {
      stopped ??= engine.stop(ended)
      return stopped
    },
  }
}

/** Longest that a stop waits for removals, in milliseconds; the sweep of the next start removes the rest. */
const removalDrainMs = 5000

class Engine {
  readonly #options: ExecutionEngineOptions
  readonly #stopped = new AbortController()
  readonly #bell = new Doorbell()
  readonly #stopBell = new Doorbell()
  readonly #admitBell = new Doorbell()
  readonly #resyncBell = new Doorbell()
  readonly #agent: ReturnType<typeof createGuardedAgent>
  readonly #watch: ContainerWatch
  readonly #plans: PlanCache
  readonly #containers: StartsFirst
  readonly #limitLooks = limitConcurrency(1)
  readonly #limitRequests: Limiter
  readonly #tokens: OAuthTokens
  readonly #limitSessions: WarehouseRuntime['limitSessions']
  readonly #unsubscribe: readonly (() => void)[]
  #owner: ExecutionOwner | null = null
  #waitsForRoom = false

  constructor(options: ExecutionEngineOptions) {
    this.#options = options
    this.#agent = createGuardedAgent(parseEgressAllow(options.egressAllow))
    this.#watch = new ContainerWatch(options.driver, options.logger)
    this.#plans = new PlanCache(options.database)
    this.#containers = new StartsFirst(options.settings.concurrentStarts)
    this.#limitRequests = limitConcurrency(options.settings.concurrentRequests)
    this.#limitSessions = limitSessions(options.settings.warehouseSessions)
    this.#tokens = new OAuthTokens(() => options.clock.now())
    this.#unsubscribe = [
      options.hints.subscribe('execution', () => this.#bell.ring()),
      options.hints.subscribe('stop', () => this.#stopBell.ring()),
    ]
  }

  get liveRuns(): number {
    return this.#owner?.liveRuns ?? 0
  }

  async run(): Promise<void> {
    const beside = [this.#buryLoop(), this.#resyncLoop(), this.#admitLoop()]
    while (!this.#stopped.signal.aborted) {
      try {
        const lease = await takeLease(this.#options.database, this.#options.settings, this.#options.logger)
        await this.#ownUntilLost(lease)
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'this process cannot take runs now')
        await waitUnlessStopped(retryMs, [this.#stopped.signal])
      }
    }
    await Promise.all(beside)
  }

  async stop(ended: Promise<void>): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#stopped.abort()
    this.#bell.ring()
    await ended
    await this.#agent.destroy()
  }

  async #ownUntilLost(lease: Lease): Promise<void> {
    const over = new AbortController()
    const owner = this.#createOwner(lease, AbortSignal.any([lease.lost, over.signal]))
    this.#owner = owner
    this.#options.logger.info({ processId: lease.processId }, 'this process takes runs')
    try {
      await Promise.all([this.#claimLoop(owner, lease), this.#stopLoop(owner, lease)])
      if (!lease.lost.aborted) await Promise.race([this.#settle(owner), aborted(lease.lost)])
    } finally {
      over.abort()
      owner.drop()
      this.#owner = null
      await lease.stop()
    }
    if (lease.lost.aborted) {
      this.#options.logger.warn({ err: lease.lost.reason }, 'this process lost its runs and registers anew')
      return
    }
    await resignEngineProcess(this.#options.database.db, lease.processId)
    await releaseOrphanedExecutions(this.#options.database.db)
    this.#options.hints.notify('execution')
  }

  /** What a stop waits for: flushes and requests under way, and containers that are done with, so that none is left. */
  async #settle(owner: ExecutionOwner): Promise<void> {
    await owner.quiesce()
    const isUp = new AbortController()
    const patience = waitUnlessStopped(removalDrainMs, [isUp.signal])
    await Promise.race([this.#containers.removalsEnded(), patience])
    isUp.abort()
  }

  #createOwner(lease: Lease, signal: AbortSignal): ExecutionOwner {
    const { database, clock, logger, crashPoints, settings, hints } = this.#options
    const removeContainer = (name: string) => this.#removeContainer(name, signal)
    return new ExecutionOwner({
      database,
      lease,
      plans: this.#plans,
      clock,
      logger,
      crashPoints,
      settings,
      attempts: this.#createAttemptRuntime(lease, { signal, removeContainer }),
      removeContainer,
      signal,
      onRoom: () => {
        this.#noteRoom()
        this.#admitBell.ring()
      },
      onWatchedEnd: () => hints.notify('work'),
    })
  }

  /** Never rejects. */
  #removeContainer(name: string, signal: AbortSignal): void {
    const { driver, logger } = this.#options
    this.#containers
      .remove(() => driver.remove(name, boundedRemoval({ signal })))
      .catch((error: unknown) => {
        // The sweep removes it later.
        if (!signal.aborted) logger.warn({ err: error, workload: name }, 'a container was not removed')
      })
  }

  #createAttemptRuntime(
    lease: Lease,
    owner: { readonly signal: AbortSignal; readonly removeContainer: (name: string) => void },
  ): AttemptRuntime {
    const { database, clock, logger, secretCipher, driver, settings } = this.#options
    const now = () => clock.now()
    const assertOwner = () => {
      if (!lease.isHeld()) throw new OwnershipLost('the lease was not renewed in time')
    }
    const networks = new StepNetworks(driver)
    const shared = { ...this.#options, db: database.db, processId: lease.processId, now, assertOwner }
    return {
      container: {
        ...shared,
        watch: this.#watch,
        limitLooks: this.#limitLooks,
        storageLookMs: settings.storageLookMs,
        limitStarts: (task) => this.#containers.start(task),
        startAtOnce: (task) => this.#containers.startAtOnce(task),
        networks,
        held: new HeldStarts({
          ...this.#options,
          ...owner,
          networks,
          assertOwner,
          turnToMakeAhead: () => this.#containers.turnToMakeAhead(),
          most: settings.mostHeldStarts,
        }),
      },
      warehouse: { ...shared, limitSessions: this.#limitSessions },
      secrets: { db: database.db, cipher: secretCipher, logger },
      tokens: this.#tokens,
      agent: this.#agent,
      limitRequests: this.#limitRequests,
      now,
    }
  }

  /** Ends when the engine stops or the lease is lost. */
  async #claimLoop(owner: ExecutionOwner, lease: Lease): Promise<void> {
    const { settings, logger } = this.#options
    const ends = [this.#stopped.signal, lease.lost]
    while (!ends.some((end) => end.aborted)) {
      const room = Math.min(settings.claimBatch, settings.mostLiveRuns - owner.liveRuns)
      let claimed = 0
      try {
        if (room > 0) claimed = await owner.claim(room)
      } catch (error) {
        logger.warn({ err: error }, 'runs cannot be claimed now')
      }
      this.#waitsForRoom = room <= 0
      if (room > 0 && claimed === room) continue
      await this.#bell.wait(settings.pollMs * (0.75 + Math.random() / 2), ends)
    }
  }

  /** Learns of stops that were asked for: by hint, and by looking. Ends as the claim loop does. */
  async #stopLoop(owner: ExecutionOwner, lease: Lease): Promise<void> {
    const { settings, logger } = this.#options
    const ends = [this.#stopped.signal, lease.lost]
    while (!ends.some((end) => end.aborted)) {
      try {
        await owner.stopAsAsked()
      } catch (error) {
        logger.warn({ err: error }, 'stops of runs cannot be looked for now')
      }
      await this.#stopBell.wait(settings.pollMs * (0.75 + Math.random() / 2), ends)
    }
  }

  /** Half a batch of room is worth a claim. */
  #noteRoom(): void {
    const { mostLiveRuns, claimBatch } = this.#options.settings
    if (!this.#waitsForRoom || this.liveRuns > Math.max(mostLiveRuns - claimBatch / 2, 0)) return
    this.#waitsForRoom = false
    this.#bell.ring()
  }

  /** Takes over from processes that died. */
  async #buryLoop(): Promise<void> {
    const { database, settings, logger } = this.#options
    do {
      try {
        // What it was about to remove is looked for at once.
        if (await buryDeadProcesses(database)) this.#resyncBell.ring()
        if ((await releaseOrphanedExecutions(database.db)) > 0) this.#bell.ring()
      } catch (error) {
        logger.warn({ err: error }, 'dead engine processes cannot be looked for now')
      }
    } while (await waitUnlessStopped(settings.renewEveryMs / 2, [this.#stopped.signal]))
  }

  /** Admits waiting runs after each end, and by looking: a process may die between an end and the admission. */
  async #admitLoop(): Promise<void> {
    const { database, settings, hints, logger } = this.#options
    const ends = [this.#stopped.signal]
    while (!this.#stopped.signal.aborted) {
      let admitted = 0
      try {
        admitted = await admitWaitingRuns(database, settings.mostLiveRunsOfWorkflow)
      } catch (error) {
        logger.warn({ err: error }, 'waiting runs cannot be admitted now')
      }
      if (admitted > 0) hints.notify('execution')
      else await waitUnlessStopped(admitPauseMs, ends)
      await this.#admitBell.wait(settings.pollMs * (0.75 + Math.random() / 2), ends)
    }
  }

  async #resyncLoop(): Promise<void> {
    const { driver, settings, logger, database } = this.#options
    const sweep = new StepWorkloadSweep({ database, driver, logger, graceMs: settings.orphanGraceMs })
    const { signal } = this.#stopped
    for (;;) {
      const pauseMs = sweep.isWaiting ? Math.min(settings.orphanGraceMs, settings.resyncMs) : settings.resyncMs
      await this.#resyncBell.wait(pauseMs, [signal])
      if (signal.aborted) return
      try {
        const list = await driver.list(bounded({ signal }))
        this.#watch.compareWith(list)
        await sweep.sweep(list, signal)
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, 'the containers cannot be listed now')
      }
    }
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}
