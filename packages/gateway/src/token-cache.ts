/**
 * Remembers for a few seconds whom a token speaks for, so that a private service's traffic does not become database
 * traffic. Only hashes of tokens are kept. A revoked token is refused after 5 s at the latest.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '@cairn/domain'

export interface TokenOwner {
  readonly tenantId: string
  readonly userEmail: string
}

/** Whom a token speaks for; null = nobody. Rejects when it cannot be found out. */
export type Authorize = (token: string) => Promise<TokenOwner | null>

export interface TokenCache {
  readonly find: Authorize
  /** What is known of it is not believed any more. */
  readonly forget: (token: string) => void
}

interface Entry {
  readonly until: number
  readonly owner: Promise<TokenOwner | null>
}

const validMs = 5_000
/** A wrong token is asked about again soon: it may just have been made. */
const refusedMs = 1_000
const mostEntries = 10_000
const longestToken = 1_024

export function createTokenCache(authorize: Authorize, clock: Clock): TokenCache {
  const entries = new Map<string, Entry>()

  const ask = (key: string, token: string): Promise<TokenOwner | null> => {
    const keep = (ms: number, owner: Promise<TokenOwner | null>): void => {
      entries.delete(key)
      entries.set(key, { until: clock.now() + ms, owner })
      for (const oldest of entries.keys()) {
        if (entries.size <= mostEntries) break
        entries.delete(oldest)
      }
    }
    const owner = authorize(token).then(
      (found) => {
        if (found === null) keep(refusedMs, owner)
        return found
      },
      (error: unknown) => {
        entries.delete(key)
        throw error
      },
    )
    keep(validMs, owner)
    return owner
  }

  return {
    find: (token) => {
      if (token.length > longestToken) return Promise.resolve(null)
      const key = keyOf(token)
      const known = entries.get(key)
      return known !== undefined && known.until > clock.now() ? known.owner : ask(key, token)
    },
    forget: (token) => void entries.delete(keyOf(token)),
  }
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}

/** The token of an `Authorization` field, raw or after `Bearer`; null = none. */
export function readToken(authorization: string | undefined): string | null {
  const value = (authorization ?? '').trim()
  const token = /^bearer\s+/i.test(value) ? value.replace(/^bearer\s+/i, '') : value
  return token === '' ? null : token
}
