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
import { overdue, refuseBody } from './limits/limit-rules.ts'
import { notConnected, notReady, type Refusal, refuse, refuseUnread, unreachable } from './refusal.ts'
import type { RequestSession } from './sessions/request-session.ts'
import type { Upstream, Upstreams, Waiting } from './upstreams.ts'

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

class Forwarding implements Dispatcher.DispatchHandler, Waiting {
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
  /** What the client gets once the instance's connection was ended by the gateway itself. */
  #giveUp: { readonly refusal: Refusal; readonly isOfInstance: boolean } | null = null
  #bodyBytes = 0
  /** When a byte of the request or the answer last moved. */
  #movedAt = performance.now()
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
    upstream.waiting.add(this)
    this.#movedAt = performance.now()
    session.use(upstream, clock.now())
    upstream.pool.dispatch(
      {
        path: request.url ?? '/',
        method: request.method ?? 'GET',
        headers: this.#headers,
        body: this.#hasBody ? bodyOf(request, (bytes) => this.#bodyMoved(bytes)) : null,
      },
      this,
    )
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#isSent = true
    this.#movedAt = performance.now()
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
    this.#movedAt = performance.now()
    // A body that is there already goes out in the same packet as the head; a head without one must not wait for it.
    process.nextTick(() => {
      if (!response.writableEnded && !response.destroyed && !this.#hasData) response.flushHeaders()
    })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#hasData = true
    this.#movedAt = performance.now()
    const { response } = this.#exchange
    if (response.write(chunk)) return
    controller.pause()
    response.once('drain', () => {
      this.#movedAt = performance.now()
      controller.resume()
    })
  }

  onResponseEnd(): void {
    this.#release()
    this.#exchange.response.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const givenUp = this.#giveUp
    const isOfInstance = givenUp?.isOfInstance ?? true
    if (!this.#isClientGone && isOfInstance) this.#isFailed = true
    const upstream = this.#release()
    if (this.#isClientGone) return
    if (upstream !== null && isOfInstance) this.#exchange.onUpstreamError(error, upstream)
    if (this.#hasAnswered) {
      this.#exchange.response.destroy()
      return
    }
    if (givenUp !== null) return this.#refuse(givenUp.refusal)
    if (!this.#isSent) return this.#tryNext(notConnected)
    this.#refuse(unreachable(this.#exchange.route))
  }

  sweep(now: number, headMs: number): void {
    const { route } = this.#exchange
    const controller = this.#controller
    const progress = { hasAnswered: this.#hasAnswered, movedAt: this.#movedAt }
    const late = controller === null || this.#giveUp !== null ? null : overdue(route, progress, now, headMs)
    if (late === null) return
    const isIdle = late.kind === 'idle'
    this.#giveUp = { refusal: isIdle ? unreachable(route) : late.refusal, isOfInstance: true }
    controller?.abort(new Error(isIdle ? `nothing of its answer moved for ${late.afterMs} ms` : 'no answer in time'))
  }

  /** @throws when the body has become too large, which ends the instance's connection */
  #bodyMoved(bytes: number): void {
    this.#bodyBytes += bytes
    this.#movedAt = performance.now()
    const refusal = refuseBody(this.#exchange.route, this.#bodyBytes)
    if (refusal === null) return
    this.#giveUp = { refusal, isOfInstance: false }
    throw new Error(refusal.message)
  }

  #clientClosed(): void {
    if (this.#exchange.response.writableFinished) return
    this.#isClientGone = true
    this.#controller?.abort(new Error('the client is gone'))
  }

  #release(): Upstream | null {
    const upstream = this.#upstream
    if (upstream !== null) {
      upstream.waiting.delete(this)
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
    else if (this.#hasBody) refuseUnread(request, response, refusal)
    else refuse(request, response, refusal)
  }
}

/**
 * Reads the client's body only when the instance's connection asks for it, so that a request whose connection failed can
 * go elsewhere; and leaves the client's connection alone when the instance wants no more, so that it still gets an answer.
 */
function bodyOf(request: IncomingMessage, onChunk: (bytes: number) => void): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    // Without an encoding set, a request yields bytes.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      onChunk(chunk.length)
      yield chunk
    }
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
