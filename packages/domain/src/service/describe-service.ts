import type { ServiceStatus } from '@cairn/contract'
import type { InstanceState, RevisionState, ServiceState } from './service-state.ts'
import { serviceTiming as timing } from './service-state.ts'

/**
 * Status and reason of a service that is not being deleted: a function of its revisions and instances. A revision that
 * failed while another serves leaves the service `AVAILABLE`; the reason says what failed.
 */
export function describeService(now: number, state: ServiceState): { status: ServiceStatus; reason: string | null } {
  const newest = state.revisions.toSorted((a, b) => b.revision - a.revision)[0]
  const active = state.revisions.find((revision) => revision.status === 'active')
  if (newest === undefined) return { status: state.status, reason: state.statusReason }
  if (active === undefined)
    return { status: newest.status === 'failed' ? 'CREATE_FAILED' : 'CREATING', reason: whyNotServing(state, newest) }
  if (state.wanted === 0 && (state.stoppedBy !== null || newest.status !== 'starting')) {
    return { status: 'AVAILABLE', reason: restReason(state, newest) }
  }
  const trouble = troubleOf(now, state, active)
  if (newest.status === 'starting') return { status: 'DEPLOYING', reason: trouble ?? progressOf(state, newest) }
  const failure =
    newest.status === 'failed'
      ? `revision ${newest.revision} could not be deployed and revision ${active.revision} keeps serving: ${newest.reason ?? 'it failed'}`
      : null
  const reasons = [trouble, failure].filter((reason) => reason !== null)
  return { status: 'AVAILABLE', reason: reasons.length === 0 ? null : reasons.join('\n') }
}

/** Of a service of which no revision has ever served. */
function whyNotServing(state: ServiceState, newest: RevisionState): string | null {
  if (newest.status === 'failed') return newest.reason
  if (state.stoppedBy !== null) return `stopped by ${state.stoppedBy} before it was ready; start it to go on`
  return progressOf(state, newest)
}

/** Why a service that could serve keeps no instance. */
function restReason(state: ServiceState, newest: RevisionState): string {
  if (state.stoppedBy === null) return 'asleep: it had no requests; the next one wakes it'
  const waiting = newest.status === 'starting' ? `; revision ${newest.revision} is deployed when it is started` : ''
  return `stopped by ${state.stoppedBy}${waiting}`
}

function instancesOf(state: ServiceState, revision: RevisionState): readonly InstanceState[] {
  return state.instances.filter(
    ({ revision: own, status, drainingSince }) =>
      own === revision.revision && status !== 'stopping' && drainingSince === null,
  )
}

/** Why the instances of a starting revision are not ready yet, as far as it is known. */
function progressOf(state: ServiceState, revision: RevisionState): string | null {
  return instancesOf(state, revision).find((instance) => instance.reason !== null)?.reason ?? null
}

/** What is wrong with the instances that should serve. */
function troubleOf(now: number, state: ServiceState, revision: RevisionState): string | null {
  const instances = instancesOf(state, revision)
  const broken = instances.find((instance) => instance.status !== 'ready')
  if (broken === undefined) return loopOf(now, instances)
  const reason = broken.reason ?? 'the container is starting'
  if (broken.status === 'unready') return `out of rotation after ${broken.failures} failed health checks: ${reason}`
  if (broken.crashes < timing.crashLoopAt) return `restarting: ${reason}`
  const next = new Date(broken.startAfter).toISOString()
  return `crash loop: ${broken.crashes} instances in a row ended early, restart ${broken.restart} is at ${next}: ${reason}`
}

/** Of instances that are all ready: one has followed others that ended early, and has not lasted longer than they did yet. */
function loopOf(now: number, instances: readonly InstanceState[]): string | null {
  const young = instances.find(
    ({ crashes, readyAt, reason }) =>
      crashes >= timing.crashLoopAt && reason !== null && now - (readyAt ?? now) < timing.stableAfterMs,
  )
  if (young === undefined) return null
  const since = new Date(young.readyAt ?? now).toISOString()
  return `crash loop: ${young.crashes} instances in a row ended early, the next one serves since ${since}: ${young.reason}`
}
