/**
 * Sign-out of browsers at the host of a private service.
 *
 * Always true: only the page of this very host ends a session, so no other page can sign anybody out; what ends is the
 * session here, the one at Cairn's own page that it came from, and all that came from that, since the next visit would
 * otherwise sign the browser in again without a question. Other gateways believe a session for 5 s more at the most.
 */
import type { IncomingMessage } from 'node:http'
import { cookieName, readCookie, type Scheme, setCookie } from '@cairn/domain'
import type { ServiceRoute } from '@cairn/store'
import type { Refusal } from '../refusal.ts'
import { redirect } from './browser-sign-in.ts'
import type { SignInStore } from './sign-in-store.ts'

/** Path on the host of a private service. */
export const signOutPath = '/.cairn/sign-out'

export interface SignOutOptions {
  readonly store: Pick<SignInStore, 'endSession'>
  readonly scheme: Scheme
  /** Whom the session speaks for; null = nobody. */
  readonly findUser: (session: string) => Promise<string | null>
  /** What is remembered of the session is not believed any more. */
  readonly forget: (session: string) => void
}

export const isSignOut = ({ url = '' }: IncomingMessage): boolean => url.split('?')[0] === signOutPath

/** GET asks for the click on a button, POST is that click. */
export async function signOut(
  options: SignOutOptions,
  request: IncomingMessage,
  route: ServiceRoute,
): Promise<Refusal> {
  const { store, scheme } = options
  const session = readCookie(request.headers.cookie, cookieName('user', scheme))
  if (request.method === 'GET') return askToSignOut(session === null ? null : await options.findUser(session))
  if (request.method !== 'POST') return refused(405, 'sign out by GET and the button of its page')
  if (!isOfThisHost(request, scheme)) return refused(403, 'only the page of this host signs out')
  if (session !== null) {
    await store.endSession(session, route.serviceId)
    options.forget(session)
  }
  return redirect(signOutPath, [setCookie({ name: 'user', value: '', scheme, maxAge: 0 })])
}

const guarded = {
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  // With `no-referrer` browsers would send the form with `Origin: null`.
  'referrer-policy': 'same-origin',
}

function askToSignOut(user: string | null): Refusal {
  if (user === null) {
    const form = { method: 'get', action: '/', button: 'Sign in' } as const
    return { ...page('Signed out', 'This browser is not signed in to this service.'), form }
  }
  const form = { method: 'post', action: signOutPath, button: 'Sign out' } as const
  const message = `You are signed in as ${user}. This ends your sessions of this browser at all services.`
  return { ...page('Sign out', message), form }
}

const page = (title: string, message: string): Refusal => ({
  status: 200,
  code: 'ok',
  title,
  message,
  headers: guarded,
})

const refused = (status: number, message: string): Refusal => ({ status, code: 'forbidden', message })

function isOfThisHost({ headers }: IncomingMessage, scheme: Scheme): boolean {
  return headers.origin?.toLowerCase() === `${scheme}://${(headers.host ?? '').toLowerCase()}`
}
