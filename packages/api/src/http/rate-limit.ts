/** Requests that may pass: each key has a bucket that fills at a steady rate and holds a burst. */
import { CairnError } from '@cairn/contract'
import type { Clock } from '@cairn/domain'

export interface RateLimit {
  readonly perSecond: number
  /** Most requests at once after a rest. */
  readonly burst: number
}

export interface RateLimiter {
  /** 0 = the request may pass and is counted; else the whole seconds after which one may. */
  take(key: string): number
}

interface Bucket {
  tokens: number
  filledAt: number
}

const mostBuckets = 10_000

/** Buckets are kept in memory, so each process limits for itself; full ones are forgotten. */
export function createRateLimiter(limit: RateLimit, clock: Clock): RateLimiter {
  const buckets = new Map<string, Bucket>()
  const forgetFull = (now: number): void => {
    for (const [key, bucket] of buckets) {
      if (level(bucket, limit, now) >= limit.burst) buckets.delete(key)
    }
  }
  return {
    take(key) {
      const now = clock.now()
      if (buckets.size >= mostBuckets) forgetFull(now)
      const bucket = buckets.get(key) ?? { tokens: limit.burst, filledAt: now }
      const tokens = level(bucket, limit, now)
      const passes = tokens >= 1
      buckets.set(key, { tokens: passes ? tokens - 1 : tokens, filledAt: now })
      return passes ? 0 : Math.max(1, Math.ceil((1 - tokens) / limit.perSecond))
    },
  }
}

function level(bucket: Bucket, limit: RateLimit, now: number): number {
  const seconds = Math.max(0, now - bucket.filledAt) / 1000
  return Math.min(limit.burst, bucket.tokens + seconds * limit.perSecond)
}

/** The refusal of who came too often, e.g. `this address called webhooks too often`. */
export function rateLimited(waitSeconds: number, what: string): CairnError {
  return new CairnError('rate_limited', `${what}; try again in ${waitSeconds} s`, { retryAfterSeconds: waitSeconds })
}

/**
 * Lets pass what a limiter lets pass.
 *
 * @param waitSeconds what the limiter said
 * @throws {CairnError} `rate_limited`
 */
export function refuseIfMany(waitSeconds: number, what: string): void {
  if (waitSeconds > 0) throw rateLimited(waitSeconds, what)
}
