import type { ServiceRoute } from '@cairn/store'
import type { Refusal } from './refusal.ts'

/** To a request that is no reason to wake a service. */
export const resting = (route: ServiceRoute): Refusal => ({
  status: 503,
  code: 'service_unavailable',
  message: `service "${route.serviceName}" sleeps; probes and crawlers do not wake it`,
  retryAfterSeconds: 300,
})

export const wakeFailed = (route: ServiceRoute, reason: string): Refusal => ({
  status: 503,
  code: 'service_unavailable',
  message: `service "${route.serviceName}" could not be woken: ${reason}`,
  retryAfterSeconds: 5,
})

export const wakeTooSlow = (route: ServiceRoute, waitMs: number): Refusal => {
  const reason = route.statusReason === null ? '' : `; ${route.statusReason}`
  return wakeFailed(route, `it was not ready within ${waitMs / 1000} s${reason}`)
}

export const tooManyWait = (route: ServiceRoute, most: number): Refusal => ({
  status: 503,
  code: 'service_unavailable',
  message: `service "${route.serviceName}" is being woken and ${most} requests wait for it already`,
  retryAfterSeconds: 1,
})

/** The page of a browser whose user would otherwise look at nothing; it asks again by itself. */
export const stillWaking = (route: ServiceRoute): Refusal => ({
  status: 503,
  code: 'service_unavailable',
  message: `service "${route.serviceName}" was asleep and is being woken; this page goes on by itself`,
  retryAfterSeconds: 1,
})
