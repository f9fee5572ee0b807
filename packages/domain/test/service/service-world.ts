/** A service, its record and its engine in memory: applies decisions as the store and the engine do. */
import {
  decideService,
  type HealthCheck,
  type InstanceEvidence,
  type InstanceState,
  isDeleting,
  nextHealthCheckAt,
  type ObservedInstance,
  type OpenTraffic,
  quietTimes,
  type RevisionState,
  type ServiceDecision,
  type ServiceSpec,
  type ServiceState,
  type ServiceWrite,
  type StartFailure,
  workloadName,
} from '../../src/index.ts'

export function aSpec(change: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    image: { imageId: 3, versionId: 7, name: 'app', version: '1', engineId: 'sha256:1' },
    resources: { instanceTypeId: 1, cpus: 0.25, memoryBytes: 512 * 1024 ** 2 },
    env: { A: '1' },
    secrets: [],
    entrypoint: null,
    healthCheckPath: '/health',
    port: 8000,
    sessionStickiness: false,
    scaleToZero: false,
    ...change,
  }
}

export interface Container {
  readonly revision: number
  observed: ObservedInstance
  healthy: boolean
}

export class ServiceWorld {
  now = 1_000_000
  state: ServiceState | null
  readonly containers = new Map<string, Container>()
  readonly lastCheckAt = new Map<string, number>()
  startFailures = new Map<string, StartFailure>()
  /** What gateways have open, by instance. */
  readonly open = new Map<string, OpenTraffic>()
  /** What was found out, by instance. */
  readonly evidence = new Map<string, InstanceEvidence>()
  private quietSince: ReadonlyMap<string, number> = new Map()
  /** Decides how a start ends: a failure, or the health of what runs. */
  onStart: (revision: number) => StartFailure | 'healthy' | 'sick' = () => 'healthy'
  starts: string[] = []
  private readonly names = new Set<string>()

  constructor(spec: ServiceSpec = aSpec(), wanted = 1) {
    this.state = {
      id: 's-1',
      generation: 1,
      status: 'CREATING',
      statusReason: null,
      activeRevision: null,
      wanted,
      stoppedBy: null,
      longestDrainMs: null,
      revisions: [aRevision(1, spec)],
      instances: [],
    }
  }

  record(): ServiceState {
    if (this.state === null) throw new Error('the service is gone')
    return this.state
  }

  update(spec: ServiceSpec = aSpec(), cause: RevisionState['cause'] = 'updated'): void {
    const state = this.record()
    const generation = state.generation + 1
    const status = state.activeRevision === null ? 'CREATING' : state.stoppedBy === null ? 'DEPLOYING' : 'AVAILABLE'
    this.state = { ...state, generation, status, revisions: [...state.revisions, aRevision(generation, spec, cause)] }
  }

  stop(): void {
    this.state = { ...this.record(), wanted: 0, stoppedBy: 'ada@example.com' }
  }

  /** What scaling wants, or a start after a stop. */
  want(wanted: number): void {
    this.state = { ...this.record(), wanted, stoppedBy: null }
  }

  delete(): void {
    this.state = { ...this.record(), status: 'DELETING' }
  }

  revision(revision: number): RevisionState {
    const found = this.record().revisions.find((candidate) => candidate.revision === revision)
    if (found === undefined) throw new Error(`no revision ${revision}`)
    return found
  }

  live(revision: number): readonly InstanceState[] {
    return this.record().instances.filter((i) => i.revision === revision && i.status !== 'stopping')
  }

  containersOf(revision: number): readonly Container[] {
    return [...this.containers.values()].filter((container) => container.revision === revision)
  }

  setPhase(name: string, phase: 'running' | 'frozen'): void {
    const container = this.containers.get(name)
    if (container !== undefined) container.observed = { ...container.observed, phase }
  }

  exit(revision: number, code: number, ...logLines: readonly string[]): void {
    for (const container of this.containersOf(revision)) {
      const reason = code === 0 ? 'completed' : 'error'
      container.observed = { ...container.observed, phase: 'exited', exit: { code, reason, detail: null, logLines } }
    }
  }

  /** One pass, effects included; answers the decision. */
  pass(): ServiceDecision {
    const state = this.record()
    const decision = decideService(this.now, state, this.look(state), (revision, ordinal, restart) =>
      workloadName('test', 'service', state.id, revision, ordinal, restart),
    )
    for (const write of decision.writes) this.apply(write)
    for (const effect of decision.effects) {
      if (effect.kind === 'remove') this.containers.delete(effect.name)
      else if (effect.kind === 'thaw') this.setPhase(effect.name, 'running')
      else this.start(effect.name, effect.revision)
    }
    return decision
  }

  /** Passes at the times asked for, for so long or until nothing is left to happen. */
  run(forMs: number): void {
    const end = this.now + forMs
    while (this.state !== null) {
      const { requeueAfterMs } = this.pass()
      if (requeueAfterMs === null || this.now + requeueAfterMs > end) break
      this.now += Math.max(1, requeueAfterMs)
    }
    this.now = end
  }

  private look(state: ServiceState) {
    const observations = new Map(state.instances.map((i) => [i.name, this.containers.get(i.name)?.observed ?? null]))
    const checks = new Map<string, HealthCheck>()
    for (const instance of state.instances) {
      const due = nextHealthCheckAt(
        instance,
        observations.get(instance.name) ?? null,
        this.lastCheckAt.get(instance.name) ?? null,
      )
      if (due === null || due > this.now) continue
      const healthy = this.containers.get(instance.name)?.healthy === true
      checks.set(instance.name, healthy ? { kind: 'healthy' } : { kind: 'unhealthy', reason: 'GET /health: 500' })
      this.lastCheckAt.set(instance.name, this.now)
    }
    this.quietSince = quietTimes(this.now, state, this.open, this.quietSince)
    const traffic = { open: this.open, quietSince: this.quietSince }
    return {
      observations,
      checks,
      lastCheckAt: this.lastCheckAt,
      startFailures: this.startFailures,
      traffic,
      evidence: this.evidence,
    }
  }

  private start(name: string, revision: number): void {
    if (isDeleting(this.record())) throw new Error('started while deleting')
    this.startFailures.delete(name)
    if (this.containers.has(name)) return
    const outcome = this.onStart(revision)
    if (typeof outcome === 'object') {
      this.startFailures.set(name, outcome)
      return
    }
    this.starts.push(name)
    this.containers.set(name, {
      revision,
      healthy: outcome === 'healthy',
      observed: {
        phase: 'running',
        address: { host: '127.0.0.1', port: 40_000 },
        startedAt: this.now,
        exit: null,
      },
    })
  }

  private apply(write: ServiceWrite): void {
    const state = this.record()
    const revisions = (change: (revision: RevisionState) => RevisionState) =>
      state.revisions.map((revision) => change(revision))
    switch (write.kind) {
      case 'add-instance':
        if (this.names.has(write.instance.name)) throw new Error('a name came twice')
        this.names.add(write.instance.name)
        this.state = {
          ...state,
          instances: [...state.instances, write.instance],
          revisions: revisions((r) =>
            r.revision === write.instance.revision ? { ...r, launched: write.instance.restart + 1 } : r,
          ),
        }
        break
      case 'update-instance':
        this.state = {
          ...state,
          instances: state.instances.map((i) => (i.name === write.instance.name ? write.instance : i)),
        }
        break
      case 'forget-instance':
        if (this.containers.has(write.name)) throw new Error('forgot an instance whose container exists')
        this.state = { ...state, instances: state.instances.filter((i) => i.name !== write.name) }
        break
      case 'activate-revision':
        this.state = {
          ...state,
          activeRevision: write.revision,
          revisions: revisions((r) => {
            if (r.revision === write.revision) return { ...r, status: 'active' }
            return r.status === 'active' ? { ...r, status: 'draining' } : r
          }),
        }
        break
      case 'fail-revision':
      case 'retire-revision': {
        const status = write.kind === 'fail-revision' ? 'failed' : 'removed'
        this.state = {
          ...state,
          revisions: revisions((r) => (r.revision === write.revision ? { ...r, status, reason: write.reason } : r)),
        }
        break
      }
      case 'explain-revision':
        this.state = {
          ...state,
          revisions: revisions((r) => (r.revision === write.revision ? { ...r, reason: write.reason } : r)),
        }
        break
      case 'set-status':
        this.state = { ...state, status: write.status, statusReason: write.reason }
        break
      case 'change-tier':
      case 'want-instances':
      case 'fail-wake':
        throw new Error('scaling is decided elsewhere')
      case 'remove-service':
        if (this.containers.size > 0) throw new Error('removed a service whose containers exist')
        this.state = null
        break
    }
  }
}

function aRevision(
  revision: number,
  spec: ServiceSpec,
  cause: RevisionState['cause'] = revision === 1 ? 'created' : 'updated',
): RevisionState {
  return { revision, status: 'starting', spec, reason: null, cause, launched: 0 }
}
