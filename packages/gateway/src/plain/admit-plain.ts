/** Which plain requests go to an instance without Node's parser: those of public services that are awake. */
import type { Clock } from '@cairn/domain'
import type { ServiceRoute } from '@cairn/store'
import type { RequestGate } from '../limits/request-gate.ts'
import { routeOfHost } from '../route-of-host.ts'
import type { RouteTable } from '../route-table.ts'
import { sessionOf } from '../sessions/request-session.ts'
import type { StickySessions } from '../sessions/sticky-sessions.ts'
import type { Upstream, Upstreams } from '../upstreams.ts'
import type { WakeRoom } from '../wake-room.ts'
import { PlainExchange } from './plain-exchange.ts'
import type { Ending, PlainClient, PlainPath, UnderWay } from './plain-path.ts'
import type { PlainAnswer, PlainRequest } from './read-head.ts'

export interface PlainPathOptions {
  readonly routes: RouteTable
  readonly domain: string
  readonly publicUrl: string
  readonly scheme: 'http' | 'https'
  readonly clock: Clock
  readonly room: WakeRoom
  readonly gate: RequestGate
  readonly sessions: StickySessions
  readonly upstreams: Upstreams
  readonly onUpstreamError: (route: ServiceRoute, error: Error, upstream: Upstream) => void
  /** A request that this path has begun and ended. */
  readonly onServed: (route: ServiceRoute, status: number, startedAt: number) => void
}

const none: ReadonlySet<Upstream> = new Set()

export function createPlainPath(options: PlainPathOptions): PlainPath {
  return new Admission(options)
}

class Admission implements PlainPath {
  readonly #options: PlainPathOptions
  #dateSecond = 0
  #date = ''

  constructor(options: PlainPathOptions) {
    this.#options = options
  }

  begin(request: PlainRequest, client: PlainClient, onEnd: (ending: Ending) => void): UnderWay | null {
    const { upstreams, clock, scheme, onServed, onUpstreamError, sessions, gate } = this.#options
    const route = this.#routeOf(request.host)
    if (route === null) return null
    const session = sessionOf(sessions, route, request.cookie)
    const upstream = upstreams.choose(route, none, session.preferred)
    // What is refused is answered behind Node's parser.
    if (upstream === null || gate.refuse(route, request.body.length) !== null) return null
    const startedAt = performance.now()
    const exchange = new PlainExchange({
      request,
      route,
      upstream,
      session,
      clock,
      client,
      facts: { host: request.host, clientAddress: client.address, scheme, user: null },
      fieldsOf: (answer) => this.#fieldsOf(answer, request.isLast),
      onUpstreamError: (error, failed) => onUpstreamError(route, error, failed),
      onEnd: (ending) => {
        const status = statusOf(ending)
        if (status !== null) onServed(route, status, startedAt)
        onEnd(ending)
      },
    })
    exchange.begin()
    return {
      clientReady: () => exchange.clientReady(),
      clientGone: () => {
        exchange.clientGone()
        onServed(route, 499, startedAt)
      },
    }
  }

  #routeOf(host: string): ServiceRoute | null {
    const owner = routeOfHost(this.#options, host)
    return owner.kind !== 'service' || owner.route.access !== 'public' ? null : this.#options.room.current(owner.route)
  }

  #fieldsOf({ hasDate }: PlainAnswer, isLast: boolean): string {
    const connection = isLast ? 'connection: close\r\n' : 'connection: keep-alive\r\n'
    return hasDate ? connection : `date: ${this.#dateNow()}\r\n${connection}`
  }

  #dateNow(): string {
    const second = Math.floor(Date.now() / 1000)
    if (second !== this.#dateSecond) {
      this.#dateSecond = second
      this.#date = new Date(second * 1000).toUTCString()
    }
    return this.#date
  }
}

/** null = Node's parser serves and counts it. */
function statusOf(ending: Ending): number | null {
  if (ending.kind === 'answered') return ending.status
  if (ending.kind === 'refused') return ending.refusal.status
  return ending.kind === 'broken' ? 499 : null
}
