/**
 * One pass over a service: read the record → observe its containers by name → check health → decide (pure) → write the
 * decision in one transaction under the lease → act on the engine → ask to be called again.
 *
 * Always true: an instance's row is durable before its container is asked for, and stays until the container is confirmed
 * absent, so a crash at any point is resumed by observing the recorded names. Nothing is decided when the engine does
 * not answer. What is kept in memory (times of checks, failed starts) only paces the passes; losing it costs a check.
 *
 * A service that rests is left as it is, and one that is to rest or to have more instances is written first (`scale/`).
 *
 * Lock order of the writing transaction: service row → own work row → revisions and instances.
 */
import {
  type Clock,
  type CrashPoints,
  decideService,
  type DrainTraffic,
  type HealthCheck,
  isDeleting,
  type Logger,
  type ObservedInstance,
  quietTimes,
  type ScaleSettings,
  type ServiceDecision,
  type ServiceFacts,
  type ServiceWrite,
  type StartFailure,
  workloadName,
} from '@cairn/domain'
import { DriverError, type EngineDriver } from '@cairn/driver'
import {
  applyServiceWrites,
  type Database,
  enqueueWork,
  type Hints,
  type LockedForPass,
  lockServiceForPass,
  readServiceState,
  readServiceTraffic,
  type SecretCipher,
  type StoredService,
} from '@cairn/store'
import type { ReconcileContext, Reconciler, ReconcileResult } from '../reconcile/reconciler.ts'
import { createServiceScaler, type ScaleLook, type ServiceScaler } from '../scale/scale-services.ts'
import { untilHealthy } from '../scale/until-healthy.ts'
import { actOnService } from './act-on-service.ts'
import { type BegunRemovals, createBegunRemovals } from './begun-removals.ts'
import type { HealthChecker } from './check-health.ts'
import { gatherEvidence } from './gather-evidence.ts'
import { checkInstances, observeInstances } from './observe-service.ts'
import { createServiceLogPumps, type ServiceLogPumps } from './pump-service-logs.ts'
import type { SecretSource } from './service-secrets.ts'

export interface ServiceReconcilerOptions {
  readonly database: Database
  readonly hints: Hints
  readonly driver: EngineDriver
  readonly installationId: string
  /** Opens the secrets that instances are given. */
  readonly secretCipher: SecretCipher
  readonly logger: Logger
  readonly checkHealth: HealthChecker
  readonly scaling: ScaleSettings
  readonly clock: Clock
  readonly crashPoints: CrashPoints
}

export interface ServiceReconciler extends Reconciler {
  readonly kind: 'service'
  /** Stores the log lines that were read, and ends log pumps and removals; containers go on. Call after the last pass. */
  stop(): Promise<void>
}

/** Passes of one process at a time; a pass that stops a container may take as long as its grace time. */
const concurrency = 16

interface Memory {
  readonly lastCheckAt: Map<string, number>
  /** Health checks of each instance that were made. */
  readonly checkCounts: Map<string, number>
  /** Checks that a pass made while it waited for a wake; for the next one. */
  readonly wakeChecks: Map<string, HealthCheck>
  startFailures: ReadonlyMap<string, StartFailure>
  quietSince: DrainTraffic['quietSince']
}

export function createServiceReconciler(options: ServiceReconcilerOptions): ServiceReconciler {
  const secrets = { db: options.database.db, cipher: options.secretCipher }
  const pumps = createServiceLogPumps({ ...options, secrets })
  const scaler = createServiceScaler(options)
  const removals = createBegunRemovals()
  const memories = new Map<string, Memory>()
  return {
    kind: 'service',
    concurrency,
    async reconcile(item, context) {
      for (;;) {
        const service = await readServiceState(options.database.db, item.key)
        if (service === null) {
          memories.delete(item.key)
          scaler.forget(item.key)
          pumps.keepOnly(item.key, new Set())
          return { kind: 'done' }
        }
        const memory = memories.get(item.key) ?? newMemory()
        memories.set(item.key, memory)
        const parts = { ...options, pumps, secrets, scaler, removals }
        const result = await new ServicePass(parts, service, memory, context).run()
        if (result.kind !== 'again') return result
      }
    },
    stop: async () => {
      await removals.stop()
      await pumps.stop()
    },
  }
}

function newMemory(): Memory {
  return {
    lastCheckAt: new Map(),
    checkCounts: new Map(),
    wakeChecks: new Map(),
    startFailures: new Map(),
    quietSince: new Map(),
  }
}

interface PassParts extends ServiceReconcilerOptions {
  readonly pumps: ServiceLogPumps
  readonly secrets: SecretSource
  readonly scaler: ServiceScaler
  readonly removals: BegunRemovals
}
type Observations = ReadonlyMap<string, ObservedInstance | null>

/** `again`: somebody waits for what the next pass writes, so it follows under the same lease. */
type PassResult = ReconcileResult | { readonly kind: 'again' }

class ServicePass {
  readonly #parts: PassParts
  readonly #service: StoredService
  readonly #memory: Memory
  readonly #context: ReconcileContext

  constructor(parts: PassParts, service: StoredService, memory: Memory, context: ReconcileContext) {
    this.#parts = parts
    this.#service = service
    this.#memory = memory
    this.#context = context
  }

  async run(): Promise<PassResult> {
    try {
      const { scaler, clock } = this.#parts
      const { signal } = this.#context
      const observations = await observeInstances(this.#parts, this.#service, signal, () => this.#lookAgain())
      const scale = await scaler.look(this.#service, observations, clock.now())
      if (scale.writes.length > 0) {
        await this.#write(scale.writes)
        this.#parts.crashPoints.reach('service.scaled')
        return { kind: 'requeue', afterMs: 0 }
      }
      if (scale.toFreeze === null) return await this.#keep(observations, scale)
      await scaler.freeze(this.#service, scale.toFreeze, this.#context.signal)
      return this.#lookAt(null, scale)
    } catch (error) {
      if (error instanceof DriverError) await this.#explain(`the container engine: ${error.message}`)
      throw error
    }
  }

  async #keep(observations: Observations, scale: ScaleLook): Promise<PassResult> {
    const { crashPoints, scaler, clock } = this.#parts
    const decision = await this.#decide(observations)
    crashPoints.reach('service.decided')
    const made = { decision, now: clock.now() }
    const writes = [...decision.writes, ...scaler.conclude(this.#service, observations, made)]
    if (!(await this.#write(writes))) return { kind: 'requeue', afterMs: 0 }
    crashPoints.reach('service.written')
    await this.#act(decision)
    crashPoints.reach('service.acted')
    if (await this.#awaitWake(decision)) {
      crashPoints.reach('service.woken')
      return { kind: 'again' }
    }
    return this.#lookAt(decision.requeueAfterMs, scale)
  }

  /** Somebody waits for a service that wakes: its starts are watched closely instead of looked at again and again. */
  async #awaitWake({ effects }: ServiceDecision): Promise<boolean> {
    if (this.#service.scale.tier !== 'waking') return false
    for (const effect of effects) {
      if (effect.kind === 'thaw') return true
      if (effect.kind !== 'start') continue
      const { spec } = this.#service.state.revisions.find((each) => each.revision === effect.revision) ?? {}
      const check = await untilHealthy(this.#parts, effect.name, spec?.healthCheckPath ?? null, this.#context.signal)
      if (check !== null) this.#memory.wakeChecks.set(effect.name, check)
      return true
    }
    return false
  }

  #lookAt(afterMs: number | null, { lookAgainAt }: ScaleLook): ReconcileResult {
    const scaleAfterMs = lookAgainAt === null ? null : Math.max(0, lookAgainAt - this.#parts.clock.now())
    const next = Math.min(afterMs ?? Number.POSITIVE_INFINITY, scaleAfterMs ?? Number.POSITIVE_INFINITY)
    return Number.isFinite(next) ? { kind: 'requeue', afterMs: next } : { kind: 'done' }
  }

  async #decide(observations: Observations): Promise<ServiceDecision> {
    const { clock, checkHealth, installationId } = this.#parts
    const { state } = this.#service
    const { signal } = this.#context
    const { lastCheckAt, startFailures, wakeChecks } = this.#memory
    for (const name of wakeChecks.keys()) lastCheckAt.set(name, clock.now())
    const look = { state, observations, lastCheckAt, now: clock.now() }
    const [checked, open] = await Promise.all([checkInstances(look, checkHealth, signal), this.#openTraffic()])
    const checks = new Map([...checked, ...wakeChecks])
    wakeChecks.clear()
    signal.throwIfAborted()
    const now = clock.now()
    this.#remember(now, checks.keys())
    this.#memory.quietSince = quietTimes(now, state, open, this.#memory.quietSince)
    const traffic = { open, quietSince: this.#memory.quietSince }
    const evidence = await gatherEvidence(
      this.#parts,
      this.#service,
      { observations, checks, checkCounts: this.#memory.checkCounts, now },
      signal,
    )
    const facts: ServiceFacts = { observations, checks, lastCheckAt, startFailures, traffic, evidence }
    return decideService(now, state, facts, (revision, ordinal, restart) =>
      workloadName(installationId, 'service', state.id, revision, ordinal, restart),
    )
  }

  /** What is open on instances that drain; nobody asks for that of others. */
  async #openTraffic(): Promise<DrainTraffic['open']> {
    const { state, identity } = this.#service
    if (state.instances.every((instance) => instance.drainingSince === null)) return new Map()
    const key = { id: state.id, tenantId: identity.tenant.id }
    const { instances } = await readServiceTraffic(this.#parts.database.db, key)
    return new Map(instances.map((instance) => [instance.workload, instance]))
  }

  #remember(now: number, checked: Iterable<string>): void {
    const { lastCheckAt, checkCounts } = this.#memory
    for (const name of checked) {
      lastCheckAt.set(name, now)
      checkCounts.set(name, (checkCounts.get(name) ?? 0) + 1)
    }
    const names = new Set(this.#service.state.instances.map((instance) => instance.name))
    for (const map of [lastCheckAt, checkCounts]) for (const name of map.keys()) if (!names.has(name)) map.delete(name)
    this.#parts.pumps.keepOnly(this.#service.state.id, names)
  }

  /** False = users changed the service since it was read: decide anew. */
  async #write(writes: readonly ServiceWrite[]): Promise<boolean> {
    if (writes.length === 0) return true
    const { database, hints, logger } = this.#parts
    const { identity, state } = this.#service
    const isCurrent = await database.transaction(async (tx) => {
      const locked = await lockServiceForPass(tx, state.id)
      if (locked === null) return false
      await this.#context.holdLease(tx)
      if (!isAsRead(this.#service, locked)) return false
      await applyServiceWrites(tx, { id: state.id, tenantId: identity.tenant.id }, writes)
      return true
    })
    if (!isCurrent) return false
    hints.notify('routes')
    for (const write of writes) {
      if (write.kind === 'update-instance' || write.kind === 'forget-instance') continue
      logger.info({ serviceId: state.id, service: identity.name, change: write }, 'service changed')
    }
    return true
  }

  async #act(decision: ServiceDecision): Promise<void> {
    const outcome = await actOnService(this.#parts, this.#service, decision.effects, this.#context.signal)
    this.#memory.startFailures = outcome.startFailures
    if (outcome.removalRefused === null || !isDeleting(this.#service.state)) return
    await this.#setStatus('DELETE_FAILED', outcome.removalRefused)
  }

  /** Tells the user why nothing happens, once. */
  async #explain(reason: string): Promise<void> {
    const { status, statusReason } = this.#service.state
    if (statusReason !== reason) await this.#setStatus(status, reason)
  }

  async #setStatus(status: StoredService['state']['status'], reason: string): Promise<void> {
    await this.#write([{ kind: 'set-status', status, reason }])
  }

  /** Called when a log ends, long after this pass. */
  #lookAgain(): void {
    const { database, hints, logger } = this.#parts
    const key = this.#service.state.id
    database
      .transaction((tx) => enqueueWork(tx, { kind: 'service', key }))
      .then(() => hints.notify('work'))
      .catch((error: unknown) =>
        logger.warn({ err: error, serviceId: key }, 'the end of an instance waits for its next look'),
      )
  }
}

/** Whether users and scaling want what they wanted when the pass read it. */
function isAsRead({ state: read, scale }: StoredService, now: LockedForPass): boolean {
  return (
    now.generation === read.generation &&
    now.tier === scale.tier &&
    now.wakes === scale.wakes &&
    now.wanted === read.wanted &&
    now.stoppedBy === read.stoppedBy &&
    now.isDeleting === isDeleting(read)
  )
}
