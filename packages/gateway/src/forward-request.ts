/**
 * One request on its way to an instance and the answer on its way back. Nothing is buffered: each side is read as fast
 * as the other takes it.
 *
 * Always true: the answer's head is sent at most once; an answer that breaks off after its head ends the client's
 * connection, so that half an answer never looks whole; a request is tried on another instance only while nothing of it
 * was sent; when the client goes, the instance's connection goes too.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Clock } from '@cairn/domain'
import type { ServiceRoute } from '@cairn/store'
import type { Dispatcher } from 'undici'
import { requestHeaders, responseHeaders, type RequestFacts } from './header-rules.ts'
import { notConnected, notReady, type Refusal, refuse, tooSlow, unreachable } from './refusal.ts'
import type { RequestSession } from './sessions/request-session.ts'
import type { Upstream, Upstreams } from './upstreams.ts'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly route: ServiceRoute
  readonly facts: RequestFacts
  readonly clock: Clock
  readonly session: RequestSession
  /** Told of what the instance did wrong. */
  readonly onUpstreamError: (error: Error, upstream: Upstream) => void
}

export function forwardRequest(upstreams: Upstreams, exchange: Exchange): void {
  new Forwarding(upstreams, exchange).begin()
}

class Forwarding implements Dispatcher.DispatchHandler {
  readonly #upstreams: Upstreams
  readonly #exchange: Exchange
  readonly #tried = new Set<Upstream>()
  readonly #headers: string[]
  readonly #hasBody: boolean
  #upstream: Upstream | null = null
  #controller: Dispatcher.DispatchController | null = null
  #isSent = false
  #isClientGone = false
  #hasAnswered = false
  #isFailed = false
  #hasData = false
  readonly #beganAt = performance.now()

  constructor(upstreams: Upstreams, exchange: Exchange) {
    this.#upstreams = upstreams
    this.#exchange = exchange
    const { request, facts } = exchange
    this.#headers = requestHeaders(request.rawHeaders, facts)
    const length = request.headers['content-length']
    this.#hasBody = request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
  }

  begin(): void {
    this.#exchange.response.once('close', () => this.#clientClosed())
    this.#tryNext(notReady)
  }

  #tryNext(otherwise: (route: ServiceRoute) => Refusal): void {
    const { request, route, clock, session } = this.#exchange
    const upstream = this.#upstreams.choose(route, this.#tried, session.preferred)
    if (upstream === null) return this.#refuse(otherwise(route))
    this.#tried.add(upstream)
    this.#upstream = upstream
    upstream.counters.requestBegan(clock.now())
    session.use(upstream, clock.now())
    upstream.pool.dispatch(
      {
        path: request.url ?? '/',
        method: request.method ?? 'GET',
        headers: this.#headers,
        body: this.#hasBody ? bodyOf(request) : null,
      },
      this,
    )
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#isSent = true
    if (this.#isClientGone) controller.abort(new Error('the client is gone'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusMessage?: string,
  ): void {
    // Interim answers are between the app and the gateway.
    if (status < 200) return
    const { response, session } = this.#exchange
    this.#isFailed = status >= 500
    response.writeHead(
      status,
      sendableReason(statusMessage),
      responseHeaders(textOf(controller.rawHeaders), session.cookie()),
    )
    this.#hasAnswered = true
    // A body that is there already goes out in the same packet as the head; a head without one must not wait for it.
    process.nextTick(() => {
      if (!response.writableEnded && !response.destroyed && !this.#hasData) response.flushHeaders()
    })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#hasData = true
    const { response } = this.#exchange
    if (response.write(chunk)) return
    controller.pause()
    response.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    this.#release()
    this.#exchange.response.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#isClientGone) this.#isFailed = true
    const upstream = this.#release()
    if (this.#isClientGone) return
    if (upstream !== null) this.#exchange.onUpstreamError(error, upstream)
    if (this.#hasAnswered) {
      this.#exchange.response.destroy()
      return
    }
    if (!this.#isSent) return this.#tryNext(notConnected)
    const isSlow = 'code' in error && error.code === 'UND_ERR_HEADERS_TIMEOUT'
    this.#refuse((isSlow ? tooSlow : unreachable)(this.#exchange.route))
  }

  #clientClosed(): void {
    if (this.#exchange.response.writableFinished) return
    this.#isClientGone = true
    this.#controller?.abort(new Error('the client is gone'))
  }

  #release(): Upstream | null {
    const upstream = this.#upstream
    if (upstream !== null) {
      if (this.#isSent) upstream.counters.requestEnded(performance.now() - this.#beganAt, this.#isFailed)
      else upstream.counters.requestWithdrawn()
    }
    this.#upstream = null
    this.#controller = null
    return upstream
  }

  #refuse(refusal: Refusal): void {
    const { request, response } = this.#exchange
    if (response.headersSent || response.destroyed) response.destroy()
    else refuse(request, response, refusal)
  }
}

/**
 * Reads the client's body only when the instance's connection asks for it, so that a request whose connection failed can
 * go elsewhere; and leaves the client's connection alone when the instance wants no more, so that it still gets an answer.
 */
function bodyOf(request: IncomingMessage): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* request.iterator({ destroyOnReturn: false })
  }
  return Readable.from(chunks(), { objectMode: false })
}

/** The reason phrase, or none when it holds what Node refuses to send: its error would leave the client without answer. */
function sendableReason(phrase = ''): string {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(phrase) ? phrase : ''
}

function textOf(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  if (!Array.isArray(raw)) return []
  return raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')))
}
