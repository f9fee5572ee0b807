/**
 * When a call is sent again. Only where it cannot do a thing twice: reads, writes with an `idempotencyKey`, and calls of any
 * kind of which nothing reached the server. Another write that may have arrived is never repeated.
 *
 * @example
 * const client = createClient({ baseUrl: 'http://127.0.0.1:7420', token, retry: { retries: 0 } })
 */
export interface RetryPolicy {
  /** Further attempts after the first. Default 3. */
  readonly retries: number
  /** Wait before the first retry; doubles with each, with up to 25 % taken off at random. Default 250. */
  readonly baseDelayMs: number
  /** Bound of the wait between attempts, unless the server names a longer one. Default 8000. */
  readonly maxDelayMs: number
}

export const defaultRetryPolicy: RetryPolicy = { retries: 3, baseDelayMs: 250, maxDelayMs: 8000 }

/** How an attempt ended that is not simply done. */
export type Trouble =
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'connection'; readonly sent: boolean }

/** Statuses that say "not now" rather than "no". */
const transientStatuses: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

/**
 * @param attempt - attempts made so far, from 1.
 * @param random - from 0 to 1.
 * @returns milliseconds to wait before the next attempt; null when there is none.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  trouble: Trouble,
  { reads, attempt, random }: { reads: boolean; attempt: number; random: number },
): number | null {
  if (attempt > policy.retries) return null
  const backoff = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1)) * (1 - random / 4)
  if (trouble.kind === 'connection') return reads || !trouble.sent ? backoff : null
  // A write under a key that is asked for again while it goes on.
  const goesOn = trouble.status === 409 && trouble.retryAfterSeconds !== null
  if (!reads || !(goesOn || transientStatuses.has(trouble.status))) return null
  return Math.max(backoff, (trouble.retryAfterSeconds ?? 0) * 1000)
}

/** Seconds of a `Retry-After` header, given as a number or a date; null when it is absent or neither. */
export function readRetryAfter(header: string | null, now: number): number | null {
  if (header === null || header.trim() === '') return null
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000))
}

/** Errors of a connection that was never made. */
const neverConnected: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * False when it is certain that nothing reached the server. Browsers do not say why a request failed: there it is true.
 *
 * @param error - what `fetch` threw; the reason is in its chain of causes.
 */
export function mayHaveBeenSent(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth += 1) {
    if (current instanceof AggregateError && current.errors.length > 0) return current.errors.some(mayHaveBeenSent)
    if ('code' in current && neverConnected.has(current.code)) return false
  }
  return true
}
