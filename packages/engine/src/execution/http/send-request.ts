/** One request of an http step, its redirects and its limits. Everything that can go wrong is a value. */
import { STATUS_CODES } from 'node:http'
import { type Dispatcher, request as send } from 'undici'
import { EgressRefused } from './egress-guard.ts'

export interface OutgoingRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export interface SendLimits {
  /** For everything together: redirects and the whole body. */
  readonly timeoutMs: number
  readonly maxBodyBytes: number
  readonly maxRedirects: number
}

export type SendResult =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Body }
  | { readonly kind: 'failed'; readonly reason: string }

/** `too_large`: more than the limit; the rest was not read. */
export type Body = { readonly kind: 'whole'; readonly bytes: Buffer } | { readonly kind: 'too_large' }

/** Told of each address that is called and each answer, for the step's log. */
export type OnExchange = (line: string) => void

/** Rejects only when `signal` aborts. */
export async function sendRequest(
  outgoing: OutgoingRequest,
  limits: SendLimits,
  transport: { readonly agent: Dispatcher; readonly signal: AbortSignal },
  onExchange: OnExchange,
): Promise<SendResult> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), limits.timeoutMs)
  const abort = () => deadline.abort()
  transport.signal.addEventListener('abort', abort, { once: true })
  try {
    transport.signal.throwIfAborted()
    return await followRedirects(outgoing, limits, { agent: transport.agent, signal: deadline.signal }, onExchange)
  } catch (error) {
    transport.signal.throwIfAborted()
    if (deadline.signal.aborted) return { kind: 'failed', reason: `timed out after ${limits.timeoutMs / 1000} s` }
    return { kind: 'failed', reason: reasonOf(error) }
  } finally {
    clearTimeout(timer)
    transport.signal.removeEventListener('abort', abort)
  }
}

async function followRedirects(
  first: OutgoingRequest,
  limits: SendLimits,
  transport: { readonly agent: Dispatcher; readonly signal: AbortSignal },
  onExchange: OnExchange,
): Promise<SendResult> {
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
    if (location === null) {
      const body = await readBody(answer.body, limits.maxBodyBytes)
      onExchange(describeAnswer(answer.statusCode, body, performance.now() - startedAt))
      return { kind: 'answered', status: answer.statusCode, body }
    }
    onExchange(`${statusWords(answer.statusCode)} → ${location.origin}${location.pathname}`)
    answer.body.on('error', () => undefined).destroy()
    if (redirects >= limits.maxRedirects) {
      return { kind: 'failed', reason: `redirected more than ${limits.maxRedirects} times` }
    }
    current = redirected(current, { from: url, to: location, status: answer.statusCode })
  }
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

/** As browsers do: 303, and 301 and 302 after POST, become GET; what may hold credentials stays with its origin. */
function redirected(
  request: OutgoingRequest,
  hop: { readonly from: URL; readonly to: URL; readonly status: number },
): OutgoingRequest {
  const becomesGet = hop.status === 303 || ((hop.status === 301 || hop.status === 302) && request.method === 'post')
  const sameOrigin = hop.from.origin === hop.to.origin
  const headers = Object.entries(request.headers).filter(
    ([name]) => (sameOrigin || isHarmless(name)) && !(becomesGet && ofTheBody.has(name.toLowerCase())),
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

async function readBody(stream: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Body> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes: Buffer = Buffer.from(chunk)
    size += bytes.length
    // Leaving the loop destroys the stream and with it the connection.
    if (size > maxBytes) return { kind: 'too_large' }
    chunks.push(bytes)
  }
  return { kind: 'whole', bytes: Buffer.concat(chunks) }
}

function describeAnswer(status: number, body: Body, elapsedMs: number): string {
  const size = body.kind === 'whole' ? `${body.bytes.length} bytes` : 'larger than the limit'
  return `${statusWords(status)}, ${size}, ${Math.round(elapsedMs)} ms`
}

function statusWords(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim()
}

function reasonOf(error: unknown): string {
  if (error instanceof EgressRefused) return error.message
  if (!(error instanceof Error)) return 'the request failed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  return `the request failed: ${error.message === '' ? (code ?? error.name) : error.message}`
}
