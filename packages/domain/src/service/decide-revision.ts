import type { InstanceFate } from './evolve-instance.ts'
import { restartBackoffMs } from './instance-health.ts'
import { type InstanceState, type RevisionState, type ServiceWrite, serviceTiming as timing } from './service-state.ts'

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
}

/** What a revision's pass comes to: its own next state and that of its instances, with the writes that say so. */
export interface RevisionOutcome {
  readonly revision: RevisionState
  readonly instances: readonly InstanceState[]
  readonly writes: readonly ServiceWrite[]
}

/** What becomes of a revision and of its instances. Only the newest revision may start. */
export function decideRevision(pass: RevisionPass, isNewest: boolean): RevisionOutcome {
  const { now, revision } = pass
  if (revision.status === 'starting') {
    return isNewest ? decideStarting(pass) : retire(pass, 'superseded by a newer revision before it was ready')
  }
  if (revision.status === 'active') return keepRunning(pass, pass.wanted)
  if (revision.status === 'draining') {
    if (pass.isStopped) return retire(pass, 'the service was stopped')
    return now >= (revision.drainUntil ?? 0) ? retire(pass, 'replaced by a newer revision') : drain(pass)
  }
  return { revision, ...settle(pass, stopAll(pass, null)) }
}

function decideStarting(pass: RevisionPass): RevisionOutcome {
  const { revision } = pass
  const ended = pass.fates.find((fate) => fate.kind === 'ended')
  if (ended !== undefined) {
    const { reason } = ended
    const settled = settle(pass, stopAll(pass, reason))
    const write: ServiceWrite = { kind: 'fail-revision', revision: revision.revision, reason }
    return { revision: { ...revision, status: 'failed', reason }, ...settled, writes: [...settled.writes, write] }
  }
  // A service that sleeps wakes for the check of its new revision.
  const outcome = keepRunning(pass, pass.isStopped ? 0 : Math.max(1, pass.wanted))
  const serving = outcome.instances.filter((instance) => instance.status !== 'stopping')
  if (serving.length === 0 || serving.some((instance) => instance.status !== 'ready')) return outcome
  const write: ServiceWrite = {
    kind: 'activate-revision',
    revision: revision.revision,
    drainUntil: pass.now + timing.drainMs,
  }
  return { ...outcome, revision: { ...outcome.revision, status: 'active' }, writes: [...outcome.writes, write] }
}

/** One live instance for every ordinal below `count`; those that ended are replaced, surplus ones stop. */
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
  const instances = fates.flatMap((fate) => {
    if (fate.kind === 'gone') return []
    if (kept.has(fate.instance.name)) return [fate.instance]
    return [stopping(fate.instance, fate.kind === 'ended' ? fate.reason : null)]
  })
  const launched = revision.launched + added.length
  return { revision: { ...revision, launched }, ...settle(pass, [...instances, ...added]) }
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
  }
}

/** Instances keep serving what they have; one that ends or has not begun is not replaced. */
function drain(pass: RevisionPass): RevisionOutcome {
  const instances = pass.fates.flatMap((fate) => {
    if (fate.kind === 'gone') return []
    const isRunning = fate.kind === 'keep' && fate.instance.host !== null
    return [isRunning ? fate.instance : stopping(fate.instance, fate.kind === 'ended' ? fate.reason : null)]
  })
  return { revision: pass.revision, ...settle(pass, instances) }
}

function retire(pass: RevisionPass, reason: string): RevisionOutcome {
  const settled = settle(pass, stopAll(pass, null))
  const write: ServiceWrite = { kind: 'retire-revision', revision: pass.revision.revision, reason }
  const revision: RevisionState = { ...pass.revision, status: 'removed', reason, drainUntil: null }
  return { revision, ...settled, writes: [...settled.writes, write] }
}

function stopAll(pass: RevisionPass, reason: string | null): InstanceState[] {
  return pass.fates.flatMap((fate) => (fate.kind === 'gone' ? [] : [stopping(fate.instance, reason)]))
}

export function stopping(instance: InstanceState, reason: string | null): InstanceState {
  return instance.status === 'stopping'
    ? instance
    : { ...instance, status: 'stopping', reason: reason ?? instance.reason }
}

/** The writes that lead from the recorded instances to these. */
function settle(pass: RevisionPass, instances: readonly InstanceState[]): Omit<RevisionOutcome, 'revision'> {
  const recorded = new Set(pass.fates.map((fate) => fate.instance.name))
  const remaining = new Set(instances.map((instance) => instance.name))
  const gone = [...recorded].filter((name) => !remaining.has(name))
  return {
    instances,
    writes: [
      ...gone.map((name): ServiceWrite => ({ kind: 'forget-instance', name })),
      ...instances.map(
        (instance): ServiceWrite => ({
          kind: recorded.has(instance.name) ? 'update-instance' : 'add-instance',
          instance,
        }),
      ),
    ],
  }
}
