import type { ServiceStatus } from '@cairn/contract'
import type { InstanceState, RevisionState, ServiceState } from './service-state.ts'
import { serviceTiming as timing } from './service-state.ts'

/**
 * Status and reason of a service that is not being deleted: a function of its revisions and instances. A revision that
 * failed while another serves leaves the service `AVAILABLE`; the reason says what failed.
 */
export function describeService(state: ServiceState): { status: ServiceStatus; reason: string | null } {
  const newest = state.revisions.toSorted((a, b) => b.revision - a.revision)[0]
  const active = state.revisions.find((revision) => revision.status === 'active')
  if (newest === undefined) return { status: state.status, reason: state.statusReason }
  if (active === undefined) {
    return newest.status === 'failed'
      ? { status: 'CREATE_FAILED', reason: newest.reason }
      : { status: 'CREATING', reason: progressOf(state, newest) }
  }
  const trouble = troubleOf(state, active)
  if (newest.status === 'starting') return { status: 'DEPLOYING', reason: trouble ?? progressOf(state, newest) }
  const failure =
    newest.status === 'failed'
      ? `revision ${newest.revision} could not be deployed: ${newest.reason ?? 'it failed'}; revision ${active.revision} keeps serving`
      : null
  const reasons = [trouble, failure].filter((reason) => reason !== null)
  return { status: 'AVAILABLE', reason: reasons.length === 0 ? null : reasons.join('; ') }
}

function instancesOf(state: ServiceState, revision: RevisionState): readonly InstanceState[] {
  return state.instances.filter((instance) => instance.revision === revision.revision && instance.status !== 'stopping')
}

/** Why the instances of a starting revision are not ready yet, as far as it is known. */
function progressOf(state: ServiceState, revision: RevisionState): string | null {
  return instancesOf(state, revision).find((instance) => instance.reason !== null)?.reason ?? null
}

/** What is wrong with the instances that should serve. */
function troubleOf(state: ServiceState, revision: RevisionState): string | null {
  const broken = instancesOf(state, revision).find((instance) => instance.status !== 'ready')
  if (broken === undefined) return null
  const reason = broken.reason ?? 'the container is starting'
  if (broken.status === 'unready') return `out of rotation after ${broken.failures} failed health checks: ${reason}`
  if (broken.crashes < timing.crashLoopAt) return `restarting: ${reason}`
  const next = new Date(broken.startAfter).toISOString()
  return `crash loop: ${broken.crashes} instances in a row ended early, the next one starts at ${next}: ${reason}`
}
