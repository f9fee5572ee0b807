import { crowdedOut, type DrainingService, drainOf, drainReason, isCrowdedOut } from './drain.ts'
import type { InstanceFate } from './evolve-instance.ts'
import { restartBackoffMs } from './instance-health.ts'
import {
  type DrainTraffic,
  type InstanceState,
  type RevisionState,
  type ServiceWrite,
  serviceTiming as timing,
} from './service-state.ts'

/** Name of the workload of an instance; the same ids always give the same name. */
export type InstanceNaming = (revision: number, ordinal: number, restart: number) => string

/** A revision with what became of its instances in this pass. */
export interface RevisionPass {
  readonly now: number
  readonly revision: RevisionState
  readonly fates: readonly InstanceFate[]
  readonly nameOf: InstanceNaming
  /** Instances that the serving revision keeps. */
  readonly wanted: number
  /** Users have stopped the service: a revision that starts waits for the next start. */
  readonly isStopped: boolean
  readonly service: DrainingService
  readonly traffic: DrainTraffic
}

/** What a revision's pass comes to: its own next state and that of its instances. */
export interface RevisionOutcome {
  readonly revision: RevisionState
  readonly instances: readonly InstanceState[]
  /** Those of the revision itself. */
  readonly writes: readonly ServiceWrite[]
}

/** What becomes of a revision and of its instances. Only the newest revision may start. */
export function decideRevision(pass: RevisionPass, isNewest: boolean): RevisionOutcome {
  const { revision } = pass
  if (revision.status === 'starting') {
    return isNewest ? decideStarting(pass) : retire(pass, 'superseded by a newer revision before it was ready')
  }
  if (revision.status === 'active') return keepRunning(pass, pass.wanted)
  if (revision.status === 'draining') {
    return pass.isStopped ? retire(pass, 'the service was stopped') : drain(pass)
  }
  return { revision, instances: stopAll(pass, null), writes: [] }
}

function decideStarting(pass: RevisionPass): RevisionOutcome {
  const { revision } = pass
  const ended = pass.fates.find((fate) => fate.kind === 'ended')
  if (ended !== undefined) {
    const { reason } = ended
    const write: ServiceWrite = { kind: 'fail-revision', revision: revision.revision, reason }
    return { revision: { ...revision, status: 'failed', reason }, instances: stopAll(pass, reason), writes: [write] }
  }
  // A service that sleeps wakes for the check of its new revision.
  const outcome = keepRunning(pass, pass.isStopped ? 0 : Math.max(1, pass.wanted))
  const serving = outcome.instances.filter((instance) => instance.status !== 'stopping')
  if (serving.length === 0 || serving.some((instance) => instance.status !== 'ready')) return outcome
  const write: ServiceWrite = { kind: 'activate-revision', revision: revision.revision }
  return { ...outcome, revision: { ...outcome.revision, status: 'active' }, writes: [write] }
}

/** One live instance for every ordinal below `count`; those that ended are replaced, surplus ones drain and stop. */
function keepRunning(pass: RevisionPass, count: number): RevisionOutcome {
  const { revision, fates } = pass
  const kept = new Set<string>()
  const added: InstanceState[] = []
  for (let ordinal = 0; ordinal < count; ordinal += 1) {
    const own = fates.filter((fate) => fate.instance.ordinal === ordinal)
    const current = own
      .filter((fate) => fate.instance.status !== 'stopping')
      .toSorted((a, b) => b.instance.restart - a.instance.restart)[0]
    if (current !== undefined && current.kind !== 'ended') kept.add(current.instance.name)
    else added.push(successor(pass, { ordinal, restart: revision.launched + added.length }, current ?? null))
  }
  // What was stopped or sleeps has nothing to wait for, and what never served has no session.
  const drains = revision.status === 'active' && count > 0
  const instances = fates.flatMap((fate) => {
    if (fate.kind === 'gone') return []
    // One that was about to go is wanted again.
    if (kept.has(fate.instance.name)) return [{ ...fate.instance, drainingSince: null }]
    return [drains ? leaving(pass, fate) : stopping(fate.instance, fate.kind === 'ended' ? fate.reason : null)]
  })
  const launched = revision.launched + added.length
  return { revision: { ...revision, launched }, instances: [...instances, ...added], writes: [] }
}

/** An instance that takes no new sessions: one that serves stays for those it has. */
function leaving(pass: RevisionPass, fate: InstanceFate): InstanceState {
  const { instance } = fate
  if (instance.status === 'stopping') return instance
  if (fate.kind === 'ended') return stopping(instance, fate.reason)
  if (instance.host === null || instance.readyAt === null) return stopping(instance, null)
  const draining = { ...instance, drainingSince: instance.drainingSince ?? pass.now }
  const { endsAt } = drainOf(pass.now, pass.service, draining, pass.traffic)
  return pass.now >= endsAt ? stopping(draining, null) : draining
}

function successor(
  pass: RevisionPass,
  place: Pick<InstanceState, 'ordinal' | 'restart'>,
  ended: InstanceFate | null,
): InstanceState {
  const { now, revision } = pass
  const before = ended?.instance ?? null
  const wasStable = before !== null && before.readyAt !== null && now - before.readyAt >= timing.stableAfterMs
  const crashes = before === null ? 0 : wasStable ? 1 : before.crashes + 1
  return {
    name: pass.nameOf(revision.revision, place.ordinal, place.restart),
    revision: revision.revision,
    ...place,
    status: 'starting',
    crashes,
    failures: 0,
    host: null,
    port: null,
    reason: ended?.kind === 'ended' ? ended.reason : null,
    startAfter: now + restartBackoffMs(crashes),
    createdAt: now,
    readyAt: null,
    drainingSince: null,
  }
}

/** Instances keep serving what they have; one that ends or has not begun is not replaced. */
function drain(pass: RevisionPass): RevisionOutcome {
  const instances = pass.fates.flatMap((fate) => (fate.kind === 'gone' ? [] : [leaving(pass, fate)]))
  const staying = instances.filter((instance) => instance.status !== 'stopping')
  if (staying.length === 0) {
    const isCrowded = isCrowdedOut(pass.now, pass.service, pass.revision.revision)
    return { ...retire(pass, isCrowded ? crowdedOut : 'replaced by a newer revision'), instances }
  }
  const drains = staying.map((instance) => drainOf(pass.now, pass.service, instance, pass.traffic))
  const reason = drainReason(drains)
  const { revision } = pass
  if (reason === revision.reason) return { revision, instances, writes: [] }
  const write: ServiceWrite = { kind: 'explain-revision', revision: revision.revision, reason }
  return { revision: { ...revision, reason }, instances, writes: [write] }
}

function retire(pass: RevisionPass, reason: string): RevisionOutcome {
  const write: ServiceWrite = { kind: 'retire-revision', revision: pass.revision.revision, reason }
  return { revision: { ...pass.revision, status: 'removed', reason }, instances: stopAll(pass, null), writes: [write] }
}

function stopAll(pass: RevisionPass, reason: string | null): InstanceState[] {
  return pass.fates.flatMap((fate) => (fate.kind === 'gone' ? [] : [stopping(fate.instance, reason)]))
}

export function stopping(instance: InstanceState, reason: string | null): InstanceState {
  return instance.status === 'stopping'
    ? instance
    : { ...instance, status: 'stopping', reason: reason ?? instance.reason }
}
