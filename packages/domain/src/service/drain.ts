/** How long an instance that takes no new sessions stays for those it has. */
import {
  type DrainTraffic,
  type InstanceState,
  type OpenTraffic,
  type RevisionState,
  type ServiceState,
  serviceTiming as timing,
} from './service-state.ts'

/** What is recorded and says how long instances drain. */
export type DrainingService = Pick<ServiceState, 'activeRevision' | 'longestDrainMs' | 'instances'> & {
  readonly revisions: readonly Pick<RevisionState, 'revision' | 'cause' | 'status'>[]
}

export interface Drain {
  /** Epoch milliseconds at which it ends, unless what is open changes before. */
  readonly endsAt: number
  /** What it stays for, in words for the user; empty = for nothing: it only waits until every gateway knows that it goes. */
  readonly waitsFor: readonly string[]
}

/**
 * When an instance that drains ends. Open requests keep it for 30 s, WebSockets and live sessions for an hour, or all of
 * them for as long as the service says; a restart by a user waits for requests only. Without any of them it ends
 * 10 s after the last was seen, so that gateways which have not heard yet and browsers that reconnect still reach it.
 * Of a revision that is crowded out it waits for requests only.
 */
export function drainOf(now: number, service: DrainingService, instance: InstanceState, traffic: DrainTraffic): Drain {
  const since = instance.drainingSince ?? now
  if (isCrowdedOut(now, service, instance.revision)) {
    const hasRequests = (traffic.open.get(instance.name)?.openRequests ?? 0) > 0
    return { endsAt: since + (hasRequests ? timing.drainRequestsMs : timing.leastDrainMs), waitsFor: [] }
  }
  const holds = holdsOf(service, instance, traffic.open)
  const longestOf = (ofKind: number): number => Math.max(service.longestDrainMs ?? ofKind, timing.leastDrainMs)
  if (holds.length === 0) {
    const quietSince = Math.max(since, traffic.quietSince.get(instance.name) ?? now)
    const latest = since + longestOf(timing.drainSessionsMs) + timing.leastDrainMs
    return { endsAt: Math.min(quietSince + timing.leastDrainMs, latest), waitsFor: [] }
  }
  const longestMs = longestOf(Math.max(...holds.map((hold) => hold.longestMs)))
  return { endsAt: since + longestMs, waitsFor: holds.map((hold) => hold.what) }
}

/** What a revision that ended because of {@link isCrowdedOut} says. */
export const crowdedOut = 'replaced; three newer revisions drain as well, and no more do at a time'

/**
 * Whether so many newer revisions drain that this one has to end: each holds memory for as long as a visitor likes. Those
 * count that stay for something, so longer than any does.
 */
export function isCrowdedOut(
  now: number,
  { revisions, instances }: Pick<DrainingService, 'revisions' | 'instances'>,
  revision: number,
): boolean {
  const stays = (other: number): boolean =>
    instances.some(({ revision: its, drainingSince }) => {
      return its === other && drainingSince !== null && now - drainingSince > timing.leastDrainMs
    })
  const newer = revisions.filter(
    (other) => other.status === 'draining' && other.revision > revision && stays(other.revision),
  )
  return newer.length >= timing.mostDraining
}

interface Hold {
  readonly what: string
  readonly longestMs: number
}

/** What an instance stays for. */
function holdsOf(service: DrainingService, instance: InstanceState, open: DrainTraffic['open']): readonly Hold[] {
  const { openRequests, openTunnels, liveSessions } = open.get(instance.name) ?? nothingOpen
  const requests = { count: openRequests, what: 'open requests', longestMs: timing.drainRequestsMs }
  const sessions = [
    { count: openTunnels, what: 'open WebSockets', longestMs: timing.drainSessionsMs },
    { count: liveSessions, what: 'live sessions', longestMs: timing.drainSessionsMs },
  ]
  return [requests, ...(waitsForSessions(service, instance) ? sessions : [])].filter((hold) => hold.count > 0)
}

const nothingOpen: OpenTraffic = { openRequests: 0, openTunnels: 0, liveSessions: 0 }

function waitsForSessions(service: DrainingService, instance: InstanceState): boolean {
  if (instance.revision === service.activeRevision) return true
  return service.revisions.find(({ revision }) => revision === service.activeRevision)?.cause !== 'restarted'
}

/**
 * Since when each instance has nothing that it stays for, for the next decision.
 *
 * @param before what the last call answered; empty in a new process, which so begins to wait anew
 */
export function quietTimes(
  now: number,
  service: DrainingService,
  open: DrainTraffic['open'],
  before: DrainTraffic['quietSince'],
): DrainTraffic['quietSince'] {
  return new Map(
    service.instances.map((instance) => {
      const isQuiet = holdsOf(service, instance, open).length === 0
      return [instance.name, isQuiet ? (before.get(instance.name) ?? now) : now]
    }),
  )
}

/** Why a replaced revision is still there, in words for the user; null = it is about to go. */
export function drainReason(drains: readonly Drain[]): string | null {
  const held = drains.filter(({ waitsFor }) => waitsFor.length > 0)
  if (held.length === 0) return null
  const what = [...new Set(held.flatMap(({ waitsFor }) => waitsFor))].join(' and ')
  const until = new Date(Math.max(...held.map(({ endsAt }) => endsAt))).toISOString()
  return `replaced; it stays for its ${what} until ${until} at the latest`
}
