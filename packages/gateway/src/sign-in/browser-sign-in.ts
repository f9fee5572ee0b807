/**
 * Sign-in of browsers at the host of a private service.
 *
 * Always true: a session begins only with a code that was made for this service and for the state that this browser
 * holds in a cookie, and only once; it is a fresh random value, never one that a client brought. A session counts only
 * for requests that the service's own pages or the user's navigation made, since other hosts of the domain are the same
 * site to browsers. Where a browser is sent to is never taken from the request, but for a path on the same host.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { bareHost, cookieName, readCookie, type Scheme, setCookie } from '@cairn/domain'
import { browserSessionSeconds, type ServiceRoute } from '@cairn/store'
import type { Refusal } from '../refusal.ts'
import type { SignInStore } from './sign-in-store.ts'

/** Path on the host of a private service where browsers come back with their code. */
export const returnPath = '/.cairn/sign-in'

const stateSeconds = 600
const longestPath = 2_048

export interface BrowserSignInOptions {
  readonly store: SignInStore
  readonly scheme: Scheme
  /** Where browsers reach Cairn itself. */
  readonly publicUrl: string
}

export const randomSecret = (): string => randomBytes(32).toString('base64url')

/** A path on the same host, for a `Location` field: neither `//host` nor `/\host`. Everything else becomes `/`. */
export function ownPath(path: string): string {
  const isOwn = /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && path.length <= longestPath
  return isOwn && !path.startsWith('/.cairn/') ? path : '/'
}

/** The session cookie of a request, when the request may use it. */
export function sessionSecret(request: IncomingMessage, scheme: Scheme): string | null {
  return isOwnRequest(request, scheme) ? readCookie(request.headers.cookie, cookieName('user', scheme)) : null
}

function isOwnRequest({ headers }: IncomingMessage, scheme: Scheme): boolean {
  if (
    headers.origin !== undefined &&
    headers.origin.toLowerCase() !== `${scheme}://${(headers.host ?? '').toLowerCase()}`
  ) {
    return false
  }
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none' || headers['sec-fetch-mode'] === 'navigate'
}

/** Sends the browser to the sign-in page of Cairn. */
export function askToSignIn(options: BrowserSignInOptions, request: IncomingMessage, route: ServiceRoute): Refusal {
  const state = randomSecret()
  const host = bareHost(request.headers.host ?? '')
  const asked = { service: route.serviceId, state, path: ownPath(request.url ?? '/') }
  const query = new URLSearchParams(route.domains.includes(host) ? { ...asked, domain: host } : asked)
  return redirect(`${options.publicUrl.replace(/\/$/, '')}/sign-in?${query.toString()}`, [
    setCookie({ name: 'state', value: state, scheme: options.scheme, maxAge: stateSeconds }),
  ])
}

export const isReturn = (request: IncomingMessage): boolean =>
  request.method === 'GET' && (request.url ?? '').split('?')[0] === returnPath

/** The browser comes back with its code. */
export async function finishSignIn(
  options: BrowserSignInOptions,
  request: IncomingMessage,
  route: ServiceRoute,
): Promise<Refusal> {
  const { store, scheme } = options
  const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '')
  const [code, state] = [query.get('code') ?? '', query.get('state') ?? '']
  const held = readCookie(request.headers.cookie, cookieName('state', scheme)) ?? ''
  const session = randomSecret()
  const path =
    held !== '' && isSame(held, state)
      ? await store.redeemCode({ code, state, serviceId: route.serviceId, session })
      : null
  if (path === null) {
    return {
      status: 403,
      code: 'forbidden',
      message: 'this sign-in has expired, was used already or was begun by another browser; open the service again',
    }
  }
  return redirect(ownPath(path), [
    setCookie({ name: 'user', value: session, scheme, maxAge: browserSessionSeconds }),
    setCookie({ name: 'state', value: '', scheme, maxAge: 0 }),
  ])
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

export function redirect(location: string, cookies: readonly string[]): Refusal {
  const headers = { location, 'set-cookie': cookies, 'referrer-policy': 'no-referrer' }
  return { status: 303, code: 'sign_in', message: 'sign in to go on', headers }
}
