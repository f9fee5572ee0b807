/**
 * What to write and do next for a service. Pure: the same record and facts give the same decision.
 *
 * Always true of the decisions, whatever the facts: a terminal revision stays as it is; at most one revision is active;
 * the active one keeps its wanted instances until a newer one is healthy; effects concern only instances whose row exists or is
 * added by the same decision; there is something to do, a time to look again, or nothing left to happen.
 */
import { decideRevision, type InstanceNaming, type RevisionOutcome, stopping } from './decide-revision.ts'
import { describeService } from './describe-service.ts'
import { drainOf } from './drain.ts'
import { evolveInstance, type InstanceFate } from './evolve-instance.ts'
import { nextHealthCheckAt } from './instance-health.ts'
import {
  type InstanceState,
  type RevisionState,
  type ServiceDecision,
  type ServiceEffect,
  type ServiceFacts,
  type ServiceState,
  type ServiceWrite,
  serviceTiming as timing,
} from './service-state.ts'

export function decideService(
  now: number,
  state: ServiceState,
  facts: ServiceFacts,
  nameOf: InstanceNaming,
): ServiceDecision {
  const fates = state.instances.map((instance) =>
    evolveInstance(now, instance, {
      observed: facts.observations.get(instance.name) ?? null,
      check: facts.checks.get(instance.name) ?? null,
      startFailure: facts.startFailures.get(instance.name) ?? null,
      evidence: facts.evidence.get(instance.name) ?? null,
      spec: state.revisions.find(({ revision }) => revision === instance.revision)?.spec ?? null,
    }),
  )
  if (isDeleting(state)) return decideDeletion(now, state, facts, fates)
  const newest = Math.max(...state.revisions.map((revision) => revision.revision))
  const outcomes = state.revisions.map((revision) => {
    const own = fates.filter((fate) => fate.instance.revision === revision.revision)
    const { wanted, stoppedBy } = state
    const rest = { fates: own, nameOf, wanted, isStopped: stoppedBy !== null, service: state, traffic: facts.traffic }
    return decideRevision({ now, revision, ...rest }, revision.revision === newest)
  })
  const after = applyActivation(now, state, outcomes)
  const writes = [...outcomes.flatMap((outcome) => outcome.writes), ...statusWrites(now, state, after)]
  return finishDecision(now, { before: state, after, facts, writes })
}

export function isDeleting(state: Pick<ServiceState, 'status'>): boolean {
  return state.status === 'DELETING' || state.status === 'DELETE_FAILED'
}

/** The record as it will be once the revisions' writes are made. */
function applyActivation(now: number, state: ServiceState, outcomes: readonly RevisionOutcome[]): ServiceState {
  const activated = outcomes.find(
    ({ revision }, index) => revision.status === 'active' && state.revisions[index]?.status !== 'active',
  )
  const revisions = outcomes.map(({ revision }): RevisionState => {
    const replaced = activated !== undefined && revision.status === 'active' && revision !== activated.revision
    return replaced ? { ...revision, status: 'draining' } : revision
  })
  const hasServed = ({ revision, status }: InstanceState): boolean =>
    activated !== undefined && revision !== activated.revision.revision && (status === 'ready' || status === 'unready')
  return {
    ...state,
    activeRevision: activated?.revision.revision ?? state.activeRevision,
    revisions,
    instances: outcomes.flatMap((outcome) =>
      outcome.instances.map((instance) =>
        hasServed(instance) ? { ...instance, drainingSince: instance.drainingSince ?? now } : instance,
      ),
    ),
  }
}

function statusWrites(now: number, before: ServiceState, after: ServiceState): readonly ServiceWrite[] {
  const { status, reason } = describeService(now, after)
  return status === before.status && reason === before.statusReason ? [] : [{ kind: 'set-status', status, reason }]
}

function decideDeletion(
  now: number,
  state: ServiceState,
  facts: ServiceFacts,
  fates: readonly InstanceFate[],
): ServiceDecision {
  const remaining = fates.filter((fate) => facts.observations.get(fate.instance.name) != null)
  if (remaining.length === 0) return { writes: [{ kind: 'remove-service' }], effects: [], requeueAfterMs: null }
  const instances = remaining.map((fate) => stopping(fate.instance, 'the service is being deleted'))
  return finishDecision(now, { before: state, after: { ...state, instances }, facts, writes: [] })
}

interface Settled {
  readonly before: ServiceState
  readonly after: ServiceState
  readonly facts: ServiceFacts
  /** Those of revisions and of the service. */
  readonly writes: readonly ServiceWrite[]
}

function finishDecision(now: number, settled: Settled): ServiceDecision {
  const effects = settled.after.instances.flatMap((instance) => effectOn(now, instance, settled))
  const writes = [...instanceWrites(settled.before.instances, settled.after.instances), ...settled.writes]
  return { writes, effects, requeueAfterMs: nextLook(now, settled) }
}

/** The writes that lead from the recorded instances to these. */
function instanceWrites(before: readonly InstanceState[], after: readonly InstanceState[]): readonly ServiceWrite[] {
  const recorded = new Map(before.map((instance) => [instance.name, instance]))
  const remaining = new Set(after.map((instance) => instance.name))
  return [
    ...before.flatMap(({ name }): ServiceWrite[] => (remaining.has(name) ? [] : [{ kind: 'forget-instance', name }])),
    ...after.flatMap((instance): ServiceWrite[] => {
      const known = recorded.get(instance.name)
      if (known === undefined) return [{ kind: 'add-instance', instance }]
      return isSame(known, instance) ? [] : [{ kind: 'update-instance', instance }]
    }),
  ]
}

function effectOn(now: number, instance: InstanceState, { before, after, facts }: Settled): readonly ServiceEffect[] {
  const observed = facts.observations.get(instance.name) ?? null
  if (instance.status === 'stopping') {
    const isAlive = observed?.phase === 'running' || observed?.phase === 'frozen'
    const graceMs = isAlive ? timing.stopGraceMs : 0
    return observed === null ? [] : [{ kind: 'remove', name: instance.name, graceMs }]
  }
  if (observed?.phase === 'frozen') return [{ kind: 'thaw', name: instance.name }]
  const mayStart = observed === null || observed.phase === 'created'
  const revision = after.revisions.find((candidate) => candidate.revision === instance.revision)
  const isWanted = revision?.status === 'starting' || revision?.status === 'active'
  if (!mayStart || !isWanted || isDeleting(before) || now < instance.startAfter) return []
  return [{ kind: 'start', name: instance.name, revision: instance.revision }]
}

/** Milliseconds until the earliest time at which something is due. */
function nextLook(now: number, { after, facts }: Settled): number | null {
  const times = after.instances.flatMap((instance) => {
    if (instance.status === 'stopping') return [now + timing.settleMs]
    const observed = facts.observations.get(instance.name) ?? null
    if (observed?.phase !== 'running') {
      const wait = facts.startFailures.has(instance.name) ? timing.startRetryMs : timing.settleMs
      return [Math.max(instance.startAfter, now + wait)]
    }
    const lastCheckAt = facts.lastCheckAt.get(instance.name) ?? null
    const check = nextHealthCheckAt(instance, observed, lastCheckAt) ?? now + timing.startingCheckMs
    if (instance.drainingSince === null) return [check]
    // While it took sessions nobody asked what is open on it.
    if (instance.drainingSince === now) return [now]
    const drain = drainOf(now, after, instance, facts.traffic)
    return [check, drain.waitsFor.length > 0 ? Math.min(drain.endsAt, now + timing.drainLookMs) : drain.endsAt]
  })
  const next = Math.min(...times)
  return Number.isFinite(next) ? Math.max(0, next - now) : null
}

function isSame(recorded: InstanceState, next: InstanceState): boolean {
  return (Object.keys(next) as (keyof InstanceState)[]).every((field) => recorded[field] === next[field])
}
