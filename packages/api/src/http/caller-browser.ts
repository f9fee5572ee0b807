/**
 * What the API takes from browsers: a session in a cookie, in place of a token.
 *
 * Always true: a cookie counts only for a request that no page of another origin made, as services answer on hosts of the
 * same site; and where something is changed, only with a header that a page of another origin cannot set. It counts under Cairn's own
 * hosts only: a page under another name that leads here could be anybody's the next moment.
 */
import { CairnError } from '@cairn/contract'
import { isOwnHost, readApiSession, type ReservedHosts, schemeOf, sessionCookies } from '@cairn/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RequestProof } from './authenticate.ts'
import { sessionSeconds } from '../sign-in/sign-in-checker.ts'

/** The browser, or other client, that a request comes from. */
export interface CallerBrowser {
  /** Address of the connection. */
  readonly address: string
  /** What its cookie holds; null = none. */
  readonly secret: string | null
  /** Whether a page of another origin made the request. */
  readonly isOfOtherOrigin: boolean
  /** Has the answer set the cookie. */
  remember(secret: string): void
  /** Has the answer take the cookie away. */
  forget(): void
}

/** Sent with every request by pages that use the cookie. */
const ownPageHeader = 'x-cairn-csrf'

export function browserOf(request: FastifyRequest, reply: FastifyReply, hosts: ReservedHosts): CallerBrowser {
  const scheme = schemeOf(hosts.publicUrl)
  const set = (secret: string, maxAge: number): void =>
    void reply.header('set-cookie', [...sessionCookies(secret, scheme, maxAge)])
  return {
    address: request.ip,
    secret: readApiSession(request.headers.cookie, scheme),
    isOfOtherOrigin: isOfOtherOrigin(request, hosts),
    remember: (secret) => set(secret, sessionSeconds),
    forget: () => set('', 0),
  }
}

/** Whether a page of another origin made the request, as far as its browser tells. */
function isOfOtherOrigin({ headers }: FastifyRequest, hosts: ReservedHosts): boolean {
  if (!isOwnHost(headers.host ?? '', hosts)) return true
  const { origin } = headers
  if (origin !== undefined && origin !== URL.parse(hosts.publicUrl)?.origin && !isOriginOfHost(origin, headers.host))
    return true
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none' && headers['sec-fetch-mode'] !== 'navigate'
}

/**
 * The session that the request may use; null = it brings none.
 *
 * @throws {CairnError} `forbidden` when it brings one that it may not use
 */
function usableSession(request: FastifyRequest, hosts: ReservedHosts): string | null {
  const secret = readApiSession(request.headers.cookie, schemeOf(hosts.publicUrl))
  if (secret === null) return null
  if (isOfOtherOrigin(request, hosts)) {
    throw new CairnError('forbidden', 'a session counts for pages of Cairn itself only; send a token instead')
  }
  const changes = request.method !== 'GET' && request.method !== 'HEAD'
  if (changes && request.headers[ownPageHeader] !== '1') {
    throw new CairnError('forbidden', `${ownPageHeader}: must be 1 where a session in a cookie changes something`)
  }
  return secret
}

/** What the request proves itself by. */
export function proofOf(request: FastifyRequest, hosts: ReservedHosts): RequestProof {
  return { authorization: request.headers.authorization, session: () => usableSession(request, hosts) }
}

/** Whichever scheme: behind a proxy it is not known how the browser reached Cairn. */
function isOriginOfHost(origin: string, host: string | undefined): boolean {
  const page = URL.parse(origin)
  return page !== null && host !== undefined && page.host === URL.parse(`${page.protocol}//${host}`)?.host
}
