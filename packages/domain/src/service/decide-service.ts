/**
 * What to write and do next for a service. Pure: the same record and facts give the same decision.
 *
 * Always true of the decisions, whatever the facts: a terminal revision stays as it is; at most one revision is active;
 * the active one keeps its wanted instances until a newer one is healthy; effects concern only instances whose row exists or is
 * added by the same decision; there is something to do, a time to look again, or nothing left to happen.
 */
import { decideRevision, type InstanceNaming, type RevisionOutcome, stopping } from './decide-revision.ts'
import { describeService } from './describe-service.ts'
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
    }),
  )
  if (isDeleting(state)) return decideDeletion(now, state, facts, fates)
  const newest = Math.max(...state.revisions.map((revision) => revision.revision))
  const outcomes = state.revisions.map((revision) => {
    const own = fates.filter((fate) => fate.instance.revision === revision.revision)
    const { wanted, stoppedBy } = state
    const pass = { now, revision, fates: own, nameOf, wanted, isStopped: stoppedBy !== null }
    return decideRevision(pass, revision.revision === newest)
  })
  const after = applyActivation(now, state, outcomes)
  const writes = [...outcomes.flatMap((outcome) => outcome.writes), ...statusWrites(state, after)]
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
    return replaced ? { ...revision, status: 'draining', drainUntil: now + timing.drainMs } : revision
  })
  return {
    ...state,
    activeRevision: activated?.revision.revision ?? state.activeRevision,
    revisions,
    instances: outcomes.flatMap((outcome) => outcome.instances),
  }
}

function statusWrites(before: ServiceState, after: ServiceState): readonly ServiceWrite[] {
  const { status, reason } = describeService(after)
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
  const remainingNames = new Set(instances.map((instance) => instance.name))
  const gone = state.instances.filter((instance) => !remainingNames.has(instance.name))
  const writes = [
    ...gone.map((instance): ServiceWrite => ({ kind: 'forget-instance', name: instance.name })),
    ...instances.map((instance): ServiceWrite => ({ kind: 'update-instance', instance })),
  ]
  return finishDecision(now, { before: state, after: { ...state, instances }, facts, writes })
}

interface Settled {
  readonly before: ServiceState
  readonly after: ServiceState
  readonly facts: ServiceFacts
  readonly writes: readonly ServiceWrite[]
}

function finishDecision(now: number, settled: Settled): ServiceDecision {
  const recorded = new Map(settled.before.instances.map((instance) => [instance.name, instance]))
  const writes = settled.writes.filter(
    (write) => write.kind !== 'update-instance' || !sameInstance(recorded.get(write.instance.name), write.instance),
  )
  const effects = settled.after.instances.flatMap((instance) => effectOn(now, instance, settled))
  return { writes, effects, requeueAfterMs: nextLook(now, settled) }
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
  const statuses = new Map(after.revisions.map((revision) => [revision.revision, revision.status]))
  const times = after.instances.map((instance) => {
    if (instance.status === 'stopping') return now + timing.settleMs
    const observed = facts.observations.get(instance.name) ?? null
    if (observed?.phase !== 'running') {
      const wait = facts.startFailures.has(instance.name) ? timing.startRetryMs : timing.settleMs
      return Math.max(instance.startAfter, now + wait)
    }
    if (statuses.get(instance.revision) === 'draining') return Number.POSITIVE_INFINITY
    const lastCheckAt = facts.lastCheckAt.get(instance.name) ?? null
    return nextHealthCheckAt(instance, observed, lastCheckAt) ?? now + timing.startingCheckMs
  })
  const drains = after.revisions.flatMap((revision) =>
    revision.status === 'draining' ? [revision.drainUntil ?? now] : [],
  )
  const next = Math.min(...times, ...drains)
  return Number.isFinite(next) ? Math.max(0, next - now) : null
}

function sameInstance(recorded: InstanceState | undefined, next: InstanceState): boolean {
  if (recorded === undefined) return false
  return (Object.keys(next) as (keyof InstanceState)[]).every((field) => recorded[field] === next[field])
}
