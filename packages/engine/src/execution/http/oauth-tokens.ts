/**
 * Access tokens by client credentials (RFC 6749, 4.4), kept in memory until shortly before they expire.
 *
 * Always true: a token is used only for the tenant, address and credentials that it was given for, so a replaced secret
 * asks for a new one; of requests that need the same token at the same time one asks for it. No failure tells a credential
 * or what the server said beyond its status and the error code of the RFC.
 */
import { createHash } from 'node:crypto'
import type { Dispatcher } from 'undici'
import { sendRequest } from './send-request.ts'

export interface OAuthClient {
  readonly tenantId: string
  readonly authUrl: string
  readonly clientId: string
  readonly clientSecret: string
}

export interface TokenTransport {
  readonly agent: Dispatcher
  readonly signal: AbortSignal
  /** As in {@link SendLimits}. */
  readonly timeoutMs: number
  readonly startedAt: number
  /** Told of the exchange, for the step's log. */
  readonly onExchange: (line: string) => void
}

export type Token =
  | { readonly kind: 'token'; readonly accessToken: string; readonly isReused: boolean }
  | { readonly kind: 'failed'; readonly reason: string; readonly isFinal: boolean }

interface KeptToken {
  readonly accessToken: string
  /** Epoch ms. */
  readonly usableUntil: number
}

/** Milliseconds before its end in which a token is not used any more, but at most a tenth of its life. */
const marginMs = 60_000
const mostKept = 1000
const maxAnswerBytes = 64 * 1024

export class OAuthTokens {
  readonly #now: () => number
  readonly #kept = new Map<string, KeptToken>()
  readonly #asked = new Map<string, Promise<Token>>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** @param options `fresh`: not one that was given before */
  async get(client: OAuthClient, transport: TokenTransport, options: { readonly fresh: boolean }): Promise<Token> {
    const key = keyOf(client)
    const kept = this.#kept.get(key)
    if (kept !== undefined && !options.fresh && kept.usableUntil > this.#now()) {
      return { kind: 'token', accessToken: kept.accessToken, isReused: true }
    }
    this.#kept.delete(key)
    const asked = this.#asked.get(key)
    if (asked !== undefined) {
      const token = await asked.catch(() => null)
      transport.signal.throwIfAborted()
      if (token?.kind === 'token') return token
    }
    const asking = this.#ask(key, client, transport)
    this.#asked.set(key, asking)
    try {
      return await asking
    } finally {
      if (this.#asked.get(key) === asking) this.#asked.delete(key)
    }
  }

  async #ask(key: string, client: OAuthClient, transport: TokenTransport): Promise<Token> {
    const askedAt = this.#now()
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.clientSecret,
    })
    const request = {
      method: 'post',
      url: client.authUrl,
      headers: {
        'user-agent': 'cairn',
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
    }
    // A redirect would carry the credentials elsewhere.
    const { timeoutMs, startedAt, onExchange } = transport
    const limits = { timeoutMs, startedAt, maxBodyBytes: maxAnswerBytes, maxRedirects: 0 }
    const answer = await sendRequest(request, limits, transport, onExchange)
    if (answer.kind === 'failed') return failed(answer.reason, answer.isFinal)
    if (answer.body.kind === 'too_large') return failed(`the answer is larger than ${maxAnswerBytes} bytes`, true)
    const fields = jsonObjectOf(answer.body.bytes)
    if (answer.status >= 400) return failed(`HTTP ${answer.status}${errorCodeIn(fields)}`, answer.status < 500)
    const { access_token: accessToken, expires_in: lifetime } = fields
    if (typeof accessToken !== 'string' || accessToken === '') return failed('the answer holds no access_token', true)
    this.#keep(key, { accessToken, usableUntil: askedAt + usableMs(lifetime) })
    return { kind: 'token', accessToken, isReused: false }
  }

  #keep(key: string, token: KeptToken): void {
    if (token.usableUntil <= this.#now()) return
    this.#kept.set(key, token)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) return
      this.#kept.delete(oldest)
    }
  }
}

function failed(problem: string, isFinal: boolean): Token {
  return { kind: 'failed', reason: `no access token: ${problem}`, isFinal }
}

/** A digest, so that the map itself holds no credential. */
function keyOf({ tenantId, authUrl, clientId, clientSecret }: OAuthClient): string {
  return createHash('sha256')
    .update(JSON.stringify([tenantId, authUrl, clientId, clientSecret]))
    .digest('base64')
}

/** Without a lifetime a token is used once. */
function usableMs(lifetimeSeconds: unknown): number {
  const seconds = Number(lifetimeSeconds)
  if (!Number.isFinite(seconds) || seconds <= 0) return 0
  const lifetimeMs = Math.min(seconds, 24 * 3600) * 1000
  return lifetimeMs - Math.min(marginMs, lifetimeMs / 10)
}

function jsonObjectOf(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** The code of RFC 6749, 5.2, when it looks like one. */
function errorCodeIn({ error }: Readonly<Record<string, unknown>>): string {
  return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` (${error})` : ''
}
