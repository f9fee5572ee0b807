/** What the limits of a service say about one request. Pure; every way through the gateway asks here. */
import type { ServiceRoute } from '@cairn/store'
import type { Refusal } from '../refusal.ts'

type LimitedService = Pick<ServiceRoute, 'serviceName' | 'limits'>

/** A body of `bytes`, or of so many so far, that is larger than the service takes; null = it is not. */
export function refuseBody({ serviceName, limits }: LimitedService, bytes: number): Refusal | null {
  const most = limits?.maxBodyBytes ?? null
  if (most === null || bytes <= most) return null
  return {
    status: 413,
    code: 'payload_too_large',
    message: `service "${serviceName}" takes bodies of at most ${most} bytes (limits.maxBodyBytes)`,
  }
}

/** 503, as the service is full for everybody, whoever asks. `open` = requests and tunnels under way. */
export function refuseCrowd({ serviceName, limits }: LimitedService, open: number): Refusal | null {
  const most = limits?.maxConcurrentRequests ?? null
  if (most === null || open < most) return null
  return {
    status: 503,
    code: 'service_unavailable',
    message: `service "${serviceName}" answers ${most} requests at a time already (limits.maxConcurrentRequests)`,
    retryAfterSeconds: 1,
  }
}

/** Tokens that are there for the next requests, and since when. */
export interface Bucket {
  readonly tokens: number
  readonly at: number
}

/**
 * Takes a token for a request. A bucket holds those of one second and fills evenly.
 *
 * @param bucket null = none was taken yet
 * @returns the bucket afterwards; null = there was no whole token
 */
export function takeToken(bucket: Bucket | null, perSecond: number, now: number): Bucket | null {
  const gained = bucket === null ? perSecond : (Math.max(0, now - bucket.at) / 1000) * perSecond
  const tokens = Math.min(perSecond, (bucket?.tokens ?? 0) + gained)
  return tokens < 1 ? null : { tokens: tokens - 1, at: now }
}

export function tooOften({ serviceName, limits }: LimitedService): Refusal {
  return {
    status: 429,
    code: 'rate_limited',
    message: `service "${serviceName}" takes ${limits?.requestsPerSecond} requests per second (limits.requestsPerSecond)`,
    retryAfterSeconds: 1,
  }
}

/** Milliseconds from the end of a request to the head of its answer. */
export function answerMs({ limits }: LimitedService, otherwise: number): number {
  const seconds = limits?.responseStartTimeoutSeconds ?? null
  return seconds === null ? otherwise : seconds * 1000
}

/** Milliseconds in which an answer or a tunnel may stand still; null = any number. */
export function idleMs({ limits }: LimitedService): number | null {
  const seconds = limits?.idleTimeoutSeconds ?? null
  return seconds === null ? null : seconds * 1000
}

export interface Progress {
  /** The head of the answer has come. */
  readonly hasAnswered: boolean
  /** When a byte of it last moved. */
  readonly movedAt: number
}

export type Overdue =
  /** The answer did not begin. */
  | { readonly kind: 'unanswered'; readonly refusal: Refusal }
  /** Nothing moved any more. */
  | { readonly kind: 'idle'; readonly afterMs: number }

/** Whether something under way has to be given up. `headMs` holds for services without a limit of their own. */
export function overdue(route: LimitedService, progress: Progress, now: number, headMs: number): Overdue | null {
  const still = now - progress.movedAt
  if (progress.hasAnswered) {
    const afterMs = idleMs(route)
    return afterMs !== null && still > afterMs ? { kind: 'idle', afterMs } : null
  }
  return still > answerMs(route, headMs) ? { kind: 'unanswered', refusal: tooSlow(route, headMs) } : null
}

export function tooSlow(route: LimitedService, headMs: number): Refusal {
  const seconds = answerMs(route, headMs) / 1000
  return {
    status: 504,
    code: 'service_unavailable',
    message: `service "${route.serviceName}" did not begin to answer within ${seconds} s (limits.responseStartTimeoutSeconds)`,
  }
}
