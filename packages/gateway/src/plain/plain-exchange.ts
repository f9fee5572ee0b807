/**
 * One plain request at an instance, and its answer on the way to the client.
 *
 * Always true: it ends once, in one of the ways of `Ending`; before anything was sent it can be left to Node's
 * parser as if it had not been begun; it is sent a second time only when it is safe to repeat and the kept connection
 * ended before a byte of an answer; an answer that breaks off after its head ends the client's connection; each side is
 * read as fast as the other takes it.
 */
import type { Clock } from '@cairn/domain'
import type { ServiceRoute } from '@cairn/store'
import { requestHeaders, type RequestFacts } from '../header-rules.ts'
import { idleMs, overdue } from '../limits/limit-rules.ts'
import { unreachable } from '../refusal.ts'
import type { RequestSession } from '../sessions/request-session.ts'
import type { Upstream } from '../upstreams.ts'
import { AnswerRelay } from './answer-relay.ts'
import type { Borrower, InstanceConnection } from './instance-connections.ts'
import type { Ending, PlainClient } from './plain-path.ts'
import type { PlainAnswer, PlainRequest } from './read-head.ts'

export interface PlainExchangeOptions {
  readonly request: PlainRequest
  readonly route: ServiceRoute
  readonly facts: RequestFacts
  readonly upstream: Upstream
  readonly session: RequestSession
  readonly clock: Clock
  readonly fieldsOf: (answer: PlainAnswer) => string
  /** Where the answer goes. `isReady` is false while the client takes no more; then `clientReady` is called. */
  readonly client: PlainClient
  readonly onUpstreamError: (error: Error, upstream: Upstream) => void
  readonly onEnd: (ending: Ending) => void
}

const repeatable = new Set(['GET', 'HEAD', 'OPTIONS'])

export class PlainExchange implements Borrower {
  readonly #options: PlainExchangeOptions
  readonly #beganAt = performance.now()
  readonly #relay: AnswerRelay
  #connection: InstanceConnection | null = null
  #sentAt: number | null = null
  /** When a byte of the answer last moved; kept only where that is limited. */
  #movedAt: number | null = null
  #isRepeatable: boolean

  constructor(options: PlainExchangeOptions) {
    this.#options = options
    const { request, client, fieldsOf, session } = options
    this.#isRepeatable = repeatable.has(request.method) && request.body.length === 0
    this.#relay = new AnswerRelay({
      method: request.method,
      sink: client,
      fieldsOf,
      cookie: () => session.cookie(),
    })
  }

  begin(): void {
    const { upstream, session, clock } = this.#options
    upstream.counters.requestBegan(clock.now())
    session.use(upstream, clock.now())
    upstream.waiting.add(this)
    this.#connection = upstream.connections.take(this)
    if (this.#connection === null) this.#open()
    else this.#send()
  }

  sweep(now: number, headMs: number): void {
    if (this.#sentAt === null) return
    const progress = { hasAnswered: this.#relay.status !== null, movedAt: this.#movedAt ?? this.#sentAt }
    const late = overdue(this.#options.route, progress, now, headMs)
    if (late?.kind === 'unanswered') this.#fail(new Error('no answer in time'), late.refusal)
    else if (late !== null) this.#fail(new Error(`nothing of its answer moved for ${late.afterMs} ms`))
  }

  /** The client takes more. */
  clientReady(): void {
    this.#moved()
    this.#connection?.socket.resume()
  }

  /** Nothing is told of it any more. */
  clientGone(): void {
    this.#connection?.destroy()
    this.#release(false)
  }

  onConnected(): void {
    this.#send()
  }

  onData(bytes: Buffer): void {
    const { client } = this.#options
    const state = this.#relay.read(bytes)
    if (state === 'more') {
      this.#moved()
      client.flush()
      if (!client.isReady) this.#connection?.socket.pause()
    } else if (state === 'done') this.#answered()
    else this.#fail(new Error('its answer is no HTTP/1.1, or could be read in two ways'))
  }

  onGone(error: Error | null): void {
    if (this.#sentAt === null) {
      this.#release(null)
      this.#options.onEnd({ kind: 'unsent' })
    } else if (error === null && this.#relay.end() === 'done') this.#answered()
    else if (this.#isRepeatable && !this.#relay.hasBegun) this.#open()
    else this.#fail(error ?? new Error('it closed the connection'))
  }

  #moved(): void {
    if (idleMs(this.#options.route) !== null) this.#movedAt = performance.now()
  }

  /** A connection of its own: what fails on a new one is not tried again. */
  #open(): void {
    this.#isRepeatable = false
    this.#sentAt = null
    this.#connection = this.#options.upstream.connections.open(this)
  }

  #send(): void {
    const { request, facts, client } = this.#options
    const fields = requestHeaders(request.fields, facts)
    let text = `${request.method} ${request.target} HTTP/1.1\r\n`
    for (let index = 0; index < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`
    text += 'connection: keep-alive\r\n\r\n'
    this.#sentAt = performance.now()
    if (request.body.length > 0) text += request.body.toString('latin1')
    this.#connection?.send(text, client.outbox)
  }

  #answered(): void {
    const { upstream, client, onEnd } = this.#options
    const connection = this.#connection
    const status = this.#relay.status ?? 502
    if (connection !== null && this.#relay.isKept) upstream.connections.giveBack(connection)
    else connection?.destroy()
    client.flush()
    this.#release(status >= 500)
    onEnd({ kind: 'answered', status })
  }

  #fail(error: Error, refusal = unreachable(this.#options.route)): void {
    const { upstream, onUpstreamError, onEnd } = this.#options
    this.#connection?.destroy()
    const hasBegun = this.#relay.status !== null
    this.#release(true)
    onUpstreamError(error, upstream)
    onEnd(hasBegun ? { kind: 'broken' } : { kind: 'refused', refusal })
  }

  /** @param isFailed null = nothing was sent */
  #release(isFailed: boolean | null): void {
    const { upstream } = this.#options
    if (!upstream.waiting.delete(this)) return
    this.#connection = null
    if (isFailed === null || this.#sentAt === null) upstream.counters.requestWithdrawn()
    else upstream.counters.requestEnded(performance.now() - this.#beganAt, isFailed)
  }
}
