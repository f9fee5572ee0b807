/**
 * The sign-in page on Cairn's own host: takes an e-mail with a password or an API token, remembers the browser, and sends it
 * back to the service with a one-time code.
 *
 * Always true: the browser is sent to a host that a service of the route table has now and nowhere else, and only when
 * the user is one of that service's tenant; to a domain of the service's own only by the click of a form that names it, as the
 * domain may have become another's, to whom the code would go.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  escapeHtml,
  type Logger,
  portOfHost,
  readSignInSession,
  type Scheme,
  serviceHost,
  sessionCookies,
} from '@cairn/domain'
import { browserSessionSeconds, type ServiceRoute } from '@cairn/store'
import { authorizationUnavailable, type Refusal, refuse } from '../refusal.ts'
import type { RouteTable } from '../route-table.ts'
import { ownPath, randomSecret, redirect, returnPath } from './browser-sign-in.ts'
import type { SignInStore } from './sign-in-store.ts'

/** What a browser signs in with. */
type PageProof =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'password'; readonly email: string; readonly password: string }

/** `secret` is what the browser keeps of the session that was opened. */
type PageOutcome =
  | { readonly kind: 'signed-in'; readonly secret: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }

export interface SignInPageOptions {
  readonly store: SignInStore
  readonly routes: RouteTable
  readonly domain: string
  readonly scheme: Scheme
  /** Opens a session of a user of the tenant of this name. */
  readonly signIn: (
    proof: PageProof,
    place: { readonly address: string; readonly tenant: string },
  ) => Promise<PageOutcome>
  /** Another way to sign in: a path of this host that comes back to `path` of its query. null = there is none. */
  readonly provider: { readonly name: string; readonly path: string } | null
  readonly logger: Logger
}

export interface SignInPage {
  /** Handles the request when it is for this page. False = it is not. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
}

interface Asked {
  readonly route: ServiceRoute
  readonly state: string
  readonly path: string
  /** The domain of the service's own at which the browser was; null = at the host of its name. */
  readonly domain: string | null
}

interface KnownSession {
  readonly session: string
  readonly email: string
}

/** What stands on the page beside the form. */
interface Shown {
  readonly problem?: string | null
  /** Of who is signed in already. */
  readonly email?: string | null
}

const mostBytes = 16 * 1024

/** As the browser brought it. */
function fieldsOf({ route, state, path, domain }: Asked): Readonly<Record<string, string>> {
  return { service: route.serviceId, state, path, ...(domain !== null && { domain }) }
}

export function createSignInPage(options: SignInPageOptions): SignInPage {
  const page = new Page(options)
  return {
    handle(request, response) {
      const url = request.url ?? ''
      if (url !== '/sign-in' && !url.startsWith('/sign-in?')) return false
      page.answer(request, response).catch((error: unknown) => {
        options.logger.warn({ err: error }, 'a sign-in failed')
        if (!response.headersSent) refuse(request, response, authorizationUnavailable)
      })
      return true
    },
  }
}

class Page {
  readonly #options: SignInPageOptions

  constructor(options: SignInPageOptions) {
    this.#options = options
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isForm = request.method === 'POST'
    if (!isForm && request.method !== 'GET') return refuse(request, response, words(405, 'GET or POST'))
    if (isForm && !isOwnForm(request)) return refuse(request, response, words(403, 'send the form of this page'))
    const text = isForm ? await readForm(request) : (request.url ?? '').split('?')[1]
    if (text === null) return refuse(request, response, words(413, 'the form is too large'))
    const fields = new URLSearchParams(text)
    const asked = this.#asked(fields)
    if (asked === null) return refuse(request, response, words(404, 'no such service; open it again'))
    if (!isForm) return this.#greet(request, response, asked)
    if (fields.get('goOn') !== null) return this.#goOn(request, response, asked)
    const place = { address: request.socket.remoteAddress ?? '', tenant: asked.route.tenantName }
    const outcome = await this.#options.signIn(proofOf(fields), place)
    if (outcome.kind !== 'signed-in') return this.#show(response, asked, { problem: problemOf(outcome) })
    const remembered = sessionCookies(outcome.secret, this.#options.scheme, browserSessionSeconds)
    refuse(request, response, await this.#sendBack(asked, outcome.secret, remembered))
  }

  #asked(fields: URLSearchParams): Asked | null {
    const route = this.#options.routes.findById(fields.get('service') ?? '')
    const state = fields.get('state') ?? ''
    if (route === null || !/^[\w-]{43}$/.test(state)) return null
    const domain = fields.get('domain')
    if (domain !== null && !route.domains.includes(domain)) return null
    return { route, state, path: ownPath(fields.get('path') ?? '/'), domain }
  }

  /** Who is signed in here already goes on at once, or by a click. */
  async #greet(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const known = await this.#findSession(request, asked)
    if (known === null) return this.#show(response, asked, {})
    if (asked.domain !== null) return this.#show(response, asked, { email: known.email })
    refuse(request, response, await this.#sendBack(asked, known.session, []))
  }

  /** The click of who is signed in already. */
  async #goOn(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const known = await this.#findSession(request, asked)
    if (known === null) return this.#show(response, asked, { problem: 'You are signed in no more.' })
    refuse(request, response, await this.#sendBack(asked, known.session, []))
  }

  /** The session of a user of the service's tenant that the browser brings; null = none. */
  async #findSession(request: IncomingMessage, { route }: Asked): Promise<KnownSession | null> {
    const { store, scheme } = this.#options
    const session = readSignInSession(request.headers.cookie, scheme)
    const holder = session === null ? null : await store.findSession(session, null)
    if (session === null || holder?.tenantId !== route.tenantId) return null
    return { session, email: holder.userEmail }
  }

  async #sendBack(asked: Asked, session: string, cookies: readonly string[]): Promise<Refusal> {
    const { store, scheme } = this.#options
    const code = randomSecret()
    const { route, state, path } = asked
    await store.issueCode({
      code,
      state,
      path,
      serviceId: route.serviceId,
      parent: session,
    })
    const query = new URLSearchParams({ code, state })
    return redirect(`${scheme}://${this.#hostOf(asked)}${returnPath}?${query.toString()}`, cookies)
  }

  #hostOf({ route, domain }: Asked): string {
    const below = this.#options.domain
    return domain === null ? serviceHost(route.serviceName, route.tenantName, below) : `${domain}${portOfHost(below)}`
  }

  /** Comes back to this page, which then knows who it is. */
  #otherWay(asked: Asked): string {
    const { provider } = this.#options
    if (provider === null) return ''
    const back = new URLSearchParams(fieldsOf(asked))
    const link = `${provider.path}?${new URLSearchParams({ path: `/sign-in?${back.toString()}` }).toString()}`
    return `<p><a href="${escapeHtml(link)}">Sign in with ${escapeHtml(provider.name)}</a></p>\n<p>or</p>\n`
  }

  #show(response: ServerResponse, asked: Asked, { problem = null, email = null }: Shown): void {
    const hidden = Object.entries(fieldsOf(asked))
      .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
      .join('')
    const host = escapeHtml(this.#hostOf(asked))
    const goOn =
      email === null
        ? ''
        : `<form method="post" action="/sign-in">${hidden}<input type="hidden" name="goOn" value="yes">
<button>Go on to ${host} as ${escapeHtml(email)}</button></form>
<p>or as somebody else</p>
`
    const other = this.#otherWay(asked)
    const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in to Cairn</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1.5rem;color:#222}
input,button{font:inherit;padding:.4rem .6rem;width:100%;box-sizing:border-box;margin:.3rem 0}</style>
<h1>Sign in</h1><p><b>${host}</b> is private. Sign in with an account or an API token of its tenant.</p>
${problem === null ? '' : `<p role="alert">${escapeHtml(problem)}</p>`}
${goOn}${other}<form method="post" action="/sign-in">${hidden}
<label>E-mail <input type="email" name="email" autocomplete="username" autofocus></label>
<label>Password <input type="password" name="password" autocomplete="current-password"></label>
<p>or</p>
<label>API token <input type="password" name="token" autocomplete="off"></label>
<button>Sign in</button></form></html>
`
    response.writeHead(problem === null ? 200 : 401, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      // With `no-referrer` browsers would send the form with `Origin: null`.
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    })
    response.end(body)
  }
}

/** A token counts before the rest of the form. */
function proofOf(fields: URLSearchParams): PageProof {
  const textOf = (name: string): string => (fields.get(name) ?? '').trim()
  const token = textOf('token')
  const email = textOf('email')
  if (token !== '' || email === '') return { kind: 'token', token }
  return { kind: 'password', email, password: fields.get('password') ?? '' }
}

function problemOf(outcome: Exclude<PageOutcome, { kind: 'signed-in' }>): string {
  if (outcome.kind === 'limited') return `Too many attempts. Try again in ${outcome.retryAfterSeconds} seconds.`
  return 'This is no valid token or password of the tenant that the service belongs to.'
}

const words = (status: number, message: string): Refusal => ({ status, code: 'invalid_request', message })

/** Other sites cannot sign a browser in with a token of theirs. */
function isOwnForm({ headers }: IncomingMessage): boolean {
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  const origin = headers.origin === undefined ? '' : headers.origin.replace(/^https?:\/\//, '').toLowerCase()
  return isForm && origin === (headers.host ?? '').toLowerCase()
}

/** null = larger than a form of this page can be. */
async function readForm(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    // Without an encoding set, a request yields bytes.
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > mostBytes) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString()
}
