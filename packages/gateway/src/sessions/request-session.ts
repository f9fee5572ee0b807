import type { ServiceRoute } from '@cairn/store'
import type { Upstream } from '../upstreams.ts'
import type { StickySessions } from './sticky-sessions.ts'

/** What one request has to do with a sticky session. */
export interface RequestSession {
  /** Name of the instance that the request should go to; null = any. */
  readonly preferred: string | null
  /** The request goes to this instance. */
  use(upstream: Upstream, now: number): void
  /** The cookie to set with the answer; null = none. */
  cookie(): string | null
}

const noSession: RequestSession = { preferred: null, use: () => undefined, cookie: () => null }

/**
 * Of a service that is not sticky any more, sessions of before go on where their instance still drains.
 *
 * A session counts as seen from the first request that brings its cookie: clients without cookies have none.
 */
export function sessionOf(
  sessions: StickySessions,
  route: ServiceRoute,
  cookieField: string | undefined,
): RequestSession {
  if (!route.isSticky && route.draining.length === 0) return noSession
  const known = sessions.read(cookieField, route.serviceId)
  if (!route.isSticky && !route.draining.some(({ name }) => name === known?.workload)) return noSession
  let used: string | null = null
  return {
    preferred: known?.workload ?? null,
    use(upstream, now) {
      used = upstream.instance.name
      if (known !== null) upstream.counters.sessionSeen(known.session, now)
    },
    cookie: () =>
      used === null || used === known?.workload ? null : sessions.bind(known?.session ?? null, used, route.serviceId),
  }
}
