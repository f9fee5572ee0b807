/**
 * What scaling says in a pass over a service, before and after the pass decides on its instances.
 *
 * Always true: a tier or count is written under the service's lease and only if nobody woke or changed the service since
 * the pass read it; instances are frozen only by a pass that found the tier written, which looks at it again after the
 * freeze and thaws what was woken meanwhile. A crash in between leaves a wake that is due, or a freeze that the next pass
 * repeats.
 */
import {
  type CrashPoints,
  decideInstances,
  decideTier,
  type InstanceState,
  isDeleting,
  type LoadSample,
  type ObservedInstance,
  type ScaleSettings,
  type ServiceDecision,
  type ServiceState,
  type ServiceWrite,
  type TierFacts,
} from '@cairn/domain'
import type { EngineDriver } from '@cairn/driver'
import {
  type Database,
  readScaleState,
  readServiceTraffic,
  type ServiceTraffic,
  type StoredService,
} from '@cairn/store'

export interface ServiceScaler {
  /** What changes, and what is to be frozen. */
  look(service: StoredService, observations: Observations, now: number): Promise<ScaleLook>
  /** What the pass's own decision comes to for a service that wakes. */
  conclude(service: StoredService, observations: Observations, made: Made): readonly ServiceWrite[]
  /** Freezes instances of a service that is frozen, and thaws them again when it was woken meanwhile. */
  freeze(service: StoredService, names: readonly string[], signal: AbortSignal): Promise<void>
  forget(serviceId: string): void
}

/** What the pass decided, and when. */
interface Made {
  readonly decision: ServiceDecision
  readonly now: number
}

type Observations = ReadonlyMap<string, ObservedInstance | null>

export interface ScaleLook {
  /** To be written before anything else is decided; then the pass begins anew. */
  readonly writes: readonly ServiceWrite[]
  /** Names of instances that have the CPU and should not; null = the service is not frozen. */
  readonly toFreeze: readonly string[] | null
  /** Epoch milliseconds; null = only when something happens. */
  readonly lookAgainAt: number | null
}

/** As often as gateways report. */
const loadLookMs = 2_000
const nothing: ScaleLook = { writes: [], toFreeze: null, lookAgainAt: null }

export interface ServiceScalerOptions {
  readonly database: Database
  readonly driver: EngineDriver
  readonly scaling: ScaleSettings
  readonly crashPoints: CrashPoints
}

export function createServiceScaler(options: ServiceScalerOptions): ServiceScaler {
  const samples = new Map<string, readonly LoadSample[]>()

  const countByLoad = (service: StoredService, traffic: ServiceTraffic, now: number): readonly ServiceWrite[] => {
    const { state, scale } = service
    const load = {
      current: state.wanted,
      instances: serving(state).flatMap(({ name, ordinal }) => {
        const seen = traffic.instances.find((each) => each.workload === name)
        return seen === undefined ? [] : [{ ...seen, ordinal }]
      }),
      samples: samples.get(state.id) ?? [],
    }
    const decision = decideInstances(now, options.scaling, scale, load)
    samples.set(state.id, decision.samples)
    if (decision.instances === state.wanted) return []
    const open = load.instances.reduce((sum, each) => sum + each.openRequests + each.openTunnels, 0)
    return [{ kind: 'want-instances', instances: decision.instances, cause: `${open} open requests` }]
  }

  return {
    async look(service, observations, now) {
      const { state, scale, identity } = service
      const scalesOnLoad = scale.maxInstances > scale.minInstances
      const scaleToZero = activeSpec(state)?.scaleToZero ?? false
      if (isDeleting(state) || (!scalesOnLoad && !scaleToZero && scale.tier === 'awake')) return nothing
      const key = { id: state.id, tenantId: identity.tenant.id }
      const traffic = await readServiceTraffic(options.database.db, key)
      const facts = { ...factsOf(state, observations), ...trafficFacts(traffic), scaleToZero }
      const { tier, cause, lookAgainAt } = decideTier(now, options.scaling, scale, facts)
      if (tier !== scale.tier) {
        const write: ServiceWrite = { kind: 'change-tier', from: scale.tier, tier, at: now, cause: cause ?? tier }
        return { writes: [write], toFreeze: null, lookAgainAt: null }
      }
      if (tier === 'frozen') return { writes: [], toFreeze: running(state, observations), lookAgainAt }
      const counts = tier === 'awake' && scalesOnLoad && state.stoppedBy === null
      const next = counts ? Math.min(lookAgainAt ?? Number.POSITIVE_INFINITY, now + loadLookMs) : lookAgainAt
      return { writes: counts ? countByLoad(service, traffic, now) : [], toFreeze: null, lookAgainAt: next }
    },
    conclude(service, observations, { decision, now }) {
      const { state, scale } = service
      if (scale.tier !== 'waking') return []
      const after = serving({ ...state, instances: instancesAfter(state, decision) })
      if (after.some((each) => each.status === 'ready' && observations.get(each.name)?.phase === 'running')) {
        return [{ kind: 'change-tier', from: 'waking', tier: 'awake', at: now, cause: 'a request came' }]
      }
      const failure = after.find((each) => each.crashes > 0 && each.reason !== null)?.reason ?? null
      return failure === null || failure === scale.wakeFailure ? [] : [{ kind: 'fail-wake', reason: failure }]
    },
    async freeze(service, names, signal) {
      const { driver, database, crashPoints } = options
      await Promise.all(names.map((name) => driver.freeze(name, { signal })))
      crashPoints.reach('service.frozen')
      const now = await readScaleState(database.db, service.state.id)
      if (now?.tier === 'frozen' && now.wakes === service.scale.wakes) return
      await Promise.all(names.map((name) => driver.thaw(name, { signal })))
    },
    forget: (serviceId) => {
      samples.delete(serviceId)
    },
  }
}

function activeSpec(state: ServiceState) {
  return state.revisions.find((revision) => revision.revision === state.activeRevision)?.spec ?? null
}

/** Instances of the active revision that are not on their way out and take new sessions. */
function serving(state: Pick<ServiceState, 'activeRevision' | 'instances'>): readonly InstanceState[] {
  return state.instances.filter(
    ({ revision, status, drainingSince }) =>
      revision === state.activeRevision && status !== 'stopping' && drainingSince === null,
  )
}

function running(state: ServiceState, observations: Observations): readonly string[] {
  return serving(state).flatMap(({ name }) => (observations.get(name)?.phase === 'running' ? [name] : []))
}

function factsOf(
  state: ServiceState,
  observations: Observations,
): Pick<TierFacts, 'isLeft' | 'isDeploying' | 'isUnsettled' | 'isBroken' | 'isAnswering'> {
  const own = serving(state)
  const phaseOf = (instance: InstanceState) => observations.get(instance.name)?.phase ?? null
  const isAlive = (instance: InstanceState): boolean => {
    const phase = phaseOf(instance)
    return phase === 'running' || phase === 'frozen'
  }
  const ready = own.filter((each) => each.status === 'ready')
  return {
    isLeft: state.stoppedBy !== null,
    isDeploying:
      state.activeRevision === null ||
      state.revisions.some(({ status }) => status === 'starting' || status === 'draining'),
    isUnsettled:
      ready.length !== state.wanted ||
      own.length !== ready.length ||
      state.instances.some((each) => each.drainingSince !== null),
    isBroken: ready.some((each) => !isAlive(each)),
    isAnswering: ready.some((each) => phaseOf(each) === 'running'),
  }
}

function trafficFacts({ instances, totals }: ServiceTraffic) {
  const sum = (field: 'openRequests' | 'openTunnels' | 'liveSessions'): number =>
    instances.reduce((total, each) => total + each[field], 0)
  return {
    openRequests: sum('openRequests'),
    openTunnels: sum('openTunnels'),
    liveSessions: sum('liveSessions'),
    lastRequestAt: totals.lastRequestAt?.getTime() ?? null,
  }
}

function instancesAfter(state: ServiceState, { writes }: ServiceDecision): readonly InstanceState[] {
  const after = new Map(state.instances.map((instance) => [instance.name, instance]))
  for (const write of writes) {
    if (write.kind === 'add-instance' || write.kind === 'update-instance') {
      after.set(write.instance.name, write.instance)
    } else if (write.kind === 'forget-instance') after.delete(write.name)
  }
  return [...after.values()]
}
