/** One request and the redirects that follow from it. Each target goes through the agent, which checks where it leads. */
import { STATUS_CODES } from 'node:http'
import { type Dispatcher, request as send } from 'undici'

export interface OutgoingRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export interface RedirectRules {
  readonly most: number
  /**
   * `as_browsers`: after 301 and 302 a POST becomes a GET, and to another origin go only headers that hold no credential.
   * `unchanged`: the same request goes to each target. After 303 it is a GET in both cases.
   */
  readonly manner: 'as_browsers' | 'unchanged'
}

/** The answer's body is not read yet; whoever gets it reads or destroys it. */
export type Exchange =
  | { readonly kind: 'answered'; readonly answer: Dispatcher.ResponseData; readonly elapsedMs: number }
  | { readonly kind: 'failed'; readonly reason: string }

/** Told of each address that is called and each redirect, for a log. */
export type OnExchange = (line: string) => void

/** Rejects when a connection fails, when the guard refuses an address, and when the signal aborts. */
export async function followRedirects(
  first: OutgoingRequest,
  rules: RedirectRules,
  transport: { readonly agent: Dispatcher; readonly signal: AbortSignal },
  onExchange: OnExchange,
): Promise<Exchange> {
  let current = first
  for (let redirects = 0; ; redirects += 1) {
    const url = parseTarget(current.url)
    if (typeof url === 'string') return { kind: 'failed', reason: url }
    onExchange(`${current.method.toUpperCase()} ${url.origin}${url.pathname}`)
    const startedAt = performance.now()
    const answer = await send(url, {
      method: current.method.toUpperCase(),
      headers: current.headers,
      body: current.body,
      dispatcher: transport.agent,
      signal: transport.signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const location = redirectTarget(answer, url)
    if (location === null) return { kind: 'answered', answer, elapsedMs: performance.now() - startedAt }
    onExchange(`${statusWords(answer.statusCode)} → ${location.origin}${location.pathname}`)
    answer.body.on('error', () => undefined).destroy()
    if (redirects >= rules.most) return { kind: 'failed', reason: `redirected more than ${rules.most} times` }
    current = redirected(current, { from: url, to: location, status: answer.statusCode }, rules.manner)
  }
}

/** E.g. `404 Not Found`. */
export function statusWords(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim()
}

function parseTarget(address: string): URL | string {
  const url = URL.parse(address)
  if (url === null) return 'the url is not valid once its parameters are filled in'
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `the url must be http or https, not ${url.protocol}`
  return url.username === '' && url.password === '' ? url : 'the url must not hold a user name or password'
}

function redirectTarget(answer: Dispatcher.ResponseData, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(answer.statusCode)) return null
  const location = answer.headers['location']
  return typeof location === 'string' ? URL.parse(location, from.href) : null
}

const ofTheBody = new Set(['content-type', 'content-encoding', 'content-language', 'content-location'])

function redirected(
  request: OutgoingRequest,
  hop: { readonly from: URL; readonly to: URL; readonly status: number },
  manner: RedirectRules['manner'],
): OutgoingRequest {
  const isOldPost = (hop.status === 301 || hop.status === 302) && request.method === 'post'
  const becomesGet = hop.status === 303 || (isOldPost && manner === 'as_browsers')
  const keepsHeaders = hop.from.origin === hop.to.origin || manner === 'unchanged'
  const headers = Object.entries(request.headers).filter(
    ([name]) => (keepsHeaders || isHarmless(name)) && !(becomesGet && ofTheBody.has(name.toLowerCase())),
  )
  return {
    method: becomesGet ? 'get' : request.method,
    url: hop.to.href,
    headers: Object.fromEntries(headers),
    body: becomesGet ? null : request.body,
  }
}

/** To another origin only these go: any other header may be a credential under a name of its own. */
function isHarmless(name: string): boolean {
  return ['accept', 'accept-language', 'user-agent', ...ofTheBody].includes(name.toLowerCase())
}
