/**
 * Lets requests of a service through as far as its limits go, in this process.
 *
 * Always true: the limits are those of the route that the request goes by, so a change holds for the next request; what
 * one service uses up is never another's; a request that is refused takes nothing.
 */
import type { Clock } from '@cairn/domain'
import type { RoutedInstance, ServiceRoute } from '@cairn/store'
import type { Refusal } from '../refusal.ts'
import { type Bucket, refuseBody, refuseCrowd, takeToken, tooOften } from './limit-rules.ts'

export interface RequestGate {
  /** Why the request may not go to an instance now; null = it may, and has to in the same turn of the event loop. */
  refuse(route: ServiceRoute, bodyBytes: number): Refusal | null
  /** Forgets what services without a rate used. */
  retain(routes: Iterable<ServiceRoute>): void
}

export interface RequestGateOptions {
  readonly clock: Clock
  /** Requests and tunnels that are open on an instance. */
  readonly loadOf: (instance: RoutedInstance) => number
}

export function createRequestGate({ clock, loadOf }: RequestGateOptions): RequestGate {
  const buckets = new Map<string, Bucket>()
  const openOf = ({ instances, draining }: ServiceRoute): number => {
    let open = 0
    for (const instance of instances) open += loadOf(instance)
    for (const instance of draining) open += loadOf(instance)
    return open
  }
  const takesToken = (route: ServiceRoute, perSecond: number): boolean => {
    const left = takeToken(buckets.get(route.serviceId) ?? null, perSecond, clock.now())
    if (left !== null) buckets.set(route.serviceId, left)
    return left !== null
  }
  return {
    refuse(route, bodyBytes) {
      const { limits } = route
      if (limits === null) return null
      const refusal =
        refuseBody(route, bodyBytes) ??
        (limits.maxConcurrentRequests === null ? null : refuseCrowd(route, openOf(route)))
      if (refusal !== null || limits.requestsPerSecond === null) return refusal
      return takesToken(route, limits.requestsPerSecond) ? null : tooOften(route)
    },
    retain(routes) {
      const limited = new Set<string>()
      for (const { serviceId, limits } of routes) if (limits?.requestsPerSecond != null) limited.add(serviceId)
      for (const id of buckets.keys()) if (!limited.has(id)) buckets.delete(id)
    },
  }
}
