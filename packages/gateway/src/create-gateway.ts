/** Traffic to services: finds the service by host, checks who asks, hands the request to a ready instance. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock, Logger } from '@cairn/domain'
import type { RoutedInstance, ServiceRoute } from '@cairn/store'
import { forwardRequest } from './forward-request.ts'
import { refuseBody } from './limits/limit-rules.ts'
import { createRequestGate, type RequestGate } from './limits/request-gate.ts'
import { createPlainPath } from './plain/admit-plain.ts'
import type { PlainPath } from './plain/plain-path.ts'
import { isNavigation } from './is-navigation.ts'
import { checkFraming, type RequestFacts } from './header-rules.ts'
import {
  authorizationUnavailable,
  badRequest,
  notLoaded,
  notReady,
  type Refusal,
  refuse,
  signInNeeded,
  refuseUnread,
  refuseUpgrade,
  tokenNeeded,
  unknownService,
} from './refusal.ts'
import { routeOfHost } from './route-of-host.ts'
import type { RouteTable } from './route-table.ts'
import { sessionOf } from './sessions/request-session.ts'
import { createStickySessions, type StickySessions } from './sessions/sticky-sessions.ts'
import {
  askToSignIn,
  type BrowserSignInOptions,
  finishSignIn,
  isReturn,
  sessionSecret,
} from './sign-in/browser-sign-in.ts'
import type { SignInStore } from './sign-in/sign-in-store.ts'
import { isSignOut, signOut } from './sign-in/sign-out.ts'
import { type Authorize, createTokenCache, readToken, type TokenCache } from './token-cache.ts'
import { isWebSocketUpgrade, type Tunnel, tunnelUpgrade } from './tunnel-upgrade.ts'
import type { TrafficReporter } from './traffic/report-traffic.ts'
import { awaitService } from './wake-entry.ts'
import type { Waker } from './wake-port.ts'
import { type WakeLimits, WakeRoom } from './wake-room.ts'
import { createUpstreams, type Upstream, type Upstreams, type UpstreamTimes } from './upstreams.ts'

/** One request or tunnel that has ended. */
export interface ServedRequest {
  readonly kind: 'request' | 'upgrade'
  /** null = the host is no service's. */
  readonly route: Pick<ServiceRoute, 'serviceId' | 'serviceName' | 'tenantId' | 'tenantName'> | null
  /** Status that the client got; 499 = the client went first, 101 = a tunnel. */
  readonly status: number
  readonly durationMs: number
}

export interface GatewayOptions {
  readonly routes: RouteTable
  /** Services answer at `<service>[--<tenant>].<domain>`; may name a port, which is not compared. */
  readonly domain: string
  /** How clients reach the gateway; told to apps as `X-Forwarded-Proto`. */
  readonly scheme: 'http' | 'https'
  /** Whom an API token speaks for. Answers are remembered for 5 s. */
  readonly authorize: Authorize
  readonly logger: Logger
  readonly clock: Clock
  /** Told of every request and tunnel when it has ended, for counters. */
  readonly onServed: (served: ServedRequest) => void
  /** Counts by instance. */
  readonly traffic: TrafficReporter
  /** Signs the cookies of sticky sessions: 32 bytes, the same in every gateway and after restarts. */
  readonly cookieKey: Buffer
  /** Codes and sessions of browsers that open private services. */
  readonly signIns: SignInStore
  /** Where browsers reach Cairn itself, whose page signs them in. */
  readonly publicUrl: string
  /** Wakes services that rest. */
  readonly waker: Waker
  /** 60 s and 2,000 requests by default. */
  readonly wakeLimits?: WakeLimits
  /** 5 s to connect and 300 s to the head of the answer by default. */
  readonly times?: UpstreamTimes
}

export interface Gateway {
  /** Whether a `Host` field is the gateway's business: a name below the domain, known or not, or a service's own domain. */
  matches(hostHeader: string | undefined): boolean
  handleRequest(request: IncomingMessage, response: ServerResponse): void
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Serves the requests that need no parser of Node. */
  readonly plainPath: PlainPath
  /** Ends all connections to instances, and with them open tunnels. Does not close the route table. */
  close(): Promise<void>
}

const defaultTimes: UpstreamTimes = { connectMs: 5_000, headMs: 300_000 }
const defaultWakeLimits: WakeLimits = { waitMs: 60_000, mostWaiting: 2_000 }

type Admission =
  | { readonly kind: 'admitted'; readonly route: ServiceRoute; readonly user: string | null }
  | { readonly kind: 'refused'; readonly route: ServiceRoute | null; readonly refusal: Refusal }

export function createGateway(options: GatewayOptions): Gateway {
  const upstreams = createUpstreams(options.times ?? defaultTimes, options.traffic)
  const traffic = new Traffic(options, upstreams)
  const unsubscribe = options.routes.subscribe(() => {
    upstreams.retain(options.routes.all())
    traffic.retain(options.routes.all())
  })
  return {
    matches: (hostHeader) => hostHeader !== undefined && routeOfHost(options, hostHeader).kind !== 'other',
    handleRequest: (request, response) => traffic.handleRequest(request, response),
    handleUpgrade: (request, socket, head) => traffic.handleUpgrade(request, socket, head),
    plainPath: traffic.plainPath(),
    close: async () => {
      unsubscribe()
      traffic.close()
      await upstreams.close()
    },
  }
}

class Traffic {
  readonly #options: GatewayOptions
  readonly #upstreams: Upstreams
  readonly #authorize: TokenCache
  readonly #sessions: StickySessions
  /** Keys are ids of services and secrets of sessions. */
  readonly #signedIn: TokenCache
  readonly #signIn: BrowserSignInOptions
  readonly #room: WakeRoom
  readonly #gate: RequestGate
  readonly #tunnels = new Set<Duplex>()
  /** Connections on which a request was framed in a doubtful way: what follows on them is not read as requests. */
  readonly #distrusted = new WeakSet<Duplex>()

  constructor(options: GatewayOptions, upstreams: Upstreams) {
    this.#options = options
    this.#upstreams = upstreams
    this.#sessions = createStickySessions(options.cookieKey, options.scheme)
    this.#signIn = { store: options.signIns, scheme: options.scheme, publicUrl: options.publicUrl }
    this.#signedIn = createTokenCache((key) => {
      const [serviceId = '', secret = ''] = key.split(' ')
      return options.signIns.findSession(secret, serviceId)
    }, options.clock)
    this.#authorize = createTokenCache(options.authorize, options.clock)
    const loadOf = ({ name }: RoutedInstance): number => options.traffic.loadOf(name)
    this.#gate = createRequestGate({ clock: options.clock, loadOf })
    this.#room = new WakeRoom({ ...options, loadOf, limits: options.wakeLimits ?? defaultWakeLimits })
  }

  plainPath(): PlainPath {
    return createPlainPath({
      ...this.#options,
      room: this.#room,
      gate: this.#gate,
      sessions: this.#sessions,
      upstreams: this.#upstreams,
      onUpstreamError: (route, error, upstream) => this.#reporter(route)(error, upstream),
      onServed: (route, status, startedAt) => this.#served({ kind: 'request', route, status }, startedAt),
    })
  }

  retain(routes: Iterable<ServiceRoute>): void {
    this.#gate.retain(routes)
  }

  handleRequest(request: IncomingMessage, response: ServerResponse): void {
    if (this.#distrusted.has(request.socket)) return
    const startedAt = performance.now()
    const proceed = (admission: Admission): void => {
      const { route } = admission
      response.once('close', () => {
        const status = response.writableFinished ? response.statusCode : 499
        this.#served({ kind: 'request', route, status }, startedAt)
      })
      if (admission.kind === 'refused') return refuse(request, response, admission.refusal)
      const tooLarge = refuseBody(admission.route, Number(request.headers['content-length'] ?? 0))
      if (tooLarge !== null) return refuseUnread(request, response, tooLarge)
      const facts = this.#facts(request, admission.user)
      const onUpstreamError = this.#reporter(admission.route)
      const ways = { facts, clock: this.#options.clock, onUpstreamError }
      awaitService(this.#room, { request, route: admission.route, client: response }, (awaited) => {
        if (awaited.kind === 'refused') return refuse(request, response, awaited.refusal)
        if (awaited.kind === 'left') return
        const refusal = this.#gate.refuse(awaited.route, 0)
        if (refusal !== null) return refuse(request, response, refusal)
        const session = sessionOf(this.#sessions, awaited.route, request.headers.cookie)
        forwardRequest(this.#upstreams, { request, response, route: awaited.route, ...ways, session })
      })
    }
    this.#admit(request, proceed)
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const startedAt = performance.now()
    socket.on('error', () => socket.destroy())
    this.#admit(request, (admission) => {
      const { route } = admission
      const onEnd = (status: number): void => this.#served({ kind: 'upgrade', route, status }, startedAt)
      const refuseWith = (refusal: Refusal): void => {
        refuseUpgrade(request, socket, refusal)
        onEnd(refusal.status)
      }
      if (admission.kind === 'refused') return refuseWith(admission.refusal)
      if (!isWebSocketUpgrade(request)) return refuseWith(badRequest(400, 'only WebSocket upgrades are served'))
      awaitService(this.#room, { request, route: admission.route, client: socket }, (awaited) => {
        if (awaited.kind === 'refused') return refuseWith(awaited.refusal)
        if (awaited.kind === 'left') return onEnd(499)
        this.#tunnel({ request, socket, head, user: admission.user, route: awaited.route, onEnd }, refuseWith)
      })
    })
  }

  #tunnel(
    upgrade: Pick<Tunnel, 'request' | 'socket' | 'head' | 'route' | 'onEnd'> & { readonly user: string | null },
    refuseWith: (refusal: Refusal) => void,
  ): void {
    const { user, ...tunnel } = upgrade
    const { request, socket, route } = tunnel
    const session = sessionOf(this.#sessions, route, request.headers.cookie)
    const upstream = this.#upstreams.choose(route, new Set(), session.preferred)
    if (upstream === null) return refuseWith(notReady(route))
    const refusal = this.#gate.refuse(route, 0)
    if (refusal !== null) return refuseWith(refusal)
    this.#tunnels.add(socket)
    socket.once('close', () => this.#tunnels.delete(socket))
    const facts = this.#facts(request, user)
    const onUpstreamError = this.#reporter(route)
    const { clock, times = defaultTimes } = this.#options
    tunnelUpgrade({ ...tunnel, facts, upstream, times, clock, session, onUpstreamError })
  }

  close(): void {
    this.#room.close()
    for (const socket of this.#tunnels) socket.destroy()
  }

  /** Calls `proceed` in the same turn of the event loop when no token has to be checked. */
  #admit(request: IncomingMessage, proceed: (admission: Admission) => void): void {
    const found = this.#findRoute(request)
    if (found.kind === 'refused' || found.route.access === 'public') return proceed(found)
    const token = readToken(request.headers.authorization)
    if (token !== null) void this.#identify(token, found.route, request.headers.host ?? '').then(proceed)
    else if (found.route.serviceType === 'api') proceed({ kind: 'refused', route: found.route, refusal: tokenNeeded })
    else void this.#admitBrowser(request, found.route).then(proceed)
  }

  async #admitBrowser(request: IncomingMessage, route: ServiceRoute): Promise<Admission> {
    try {
      if (isReturn(request))
        return { kind: 'refused', route, refusal: await finishSignIn(this.#signIn, request, route) }
      if (isSignOut(request)) return { kind: 'refused', route, refusal: await this.#signOut(request, route) }
      const secret = sessionSecret(request, this.#options.scheme)
      const holder = secret === null ? null : await this.#signedIn.find(sessionKey(route, secret))
      if (holder?.tenantId === route.tenantId) return { kind: 'admitted', route, user: holder.userEmail }
      const refusal = isNavigation(request) ? askToSignIn(this.#signIn, request, route) : signInNeeded
      return { kind: 'refused', route, refusal }
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'a session could not be checked')
      return { kind: 'refused', route, refusal: authorizationUnavailable }
    }
  }

  #signOut(request: IncomingMessage, route: ServiceRoute): Promise<Refusal> {
    const findUser = async (session: string): Promise<string | null> => {
      const holder = await this.#signedIn.find(sessionKey(route, session))
      return holder?.tenantId === route.tenantId ? holder.userEmail : null
    }
    const forget = (session: string): void => this.#signedIn.forget(sessionKey(route, session))
    return signOut({ ...this.#signIn, findUser, forget }, request, route)
  }

  async #identify(token: string, route: ServiceRoute, host: string): Promise<Admission> {
    try {
      const owner = await this.#authorize.find(token)
      if (owner === null) return { kind: 'refused', route, refusal: tokenNeeded }
      if (owner.tenantId === route.tenantId) return { kind: 'admitted', route, user: owner.userEmail }
      // Others learn nothing about a tenant's services.
      return { kind: 'refused', route: null, refusal: unknownService(host) }
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'a token could not be checked')
      return { kind: 'refused', route, refusal: authorizationUnavailable }
    }
  }

  #findRoute(request: IncomingMessage): Admission {
    const framing = checkFraming(request.rawHeaders, request.url ?? '')
    if (framing.kind === 'refused') {
      this.#distrusted.add(request.socket)
      return { kind: 'refused', route: null, refusal: badRequest(framing.status, framing.reason) }
    }
    const host = request.headers.host ?? ''
    const owner = routeOfHost(this.#options, host)
    if (owner.kind === 'service') return { kind: 'admitted', route: owner.route, user: null }
    const { isLoaded } = this.#options.routes
    return { kind: 'refused', route: null, refusal: isLoaded ? unknownService(host) : notLoaded }
  }

  #facts(request: IncomingMessage, user: string | null): RequestFacts {
    return {
      host: request.headers.host ?? '',
      clientAddress: request.socket.remoteAddress ?? '',
      scheme: this.#options.scheme,
      user,
    }
  }

  #reporter(route: ServiceRoute): (error: Error, upstream: Upstream) => void {
    return (error, upstream) =>
      this.#options.logger.warn(
        { err: error, serviceId: route.serviceId, service: route.serviceName, workload: upstream.instance.name },
        'an instance failed a request',
      )
  }

  #served(served: Omit<ServedRequest, 'durationMs'>, startedAt: number): void {
    this.#options.onServed({ ...served, durationMs: performance.now() - startedAt })
  }
}

/** How sessions are remembered. */
function sessionKey({ serviceId }: ServiceRoute, secret: string): string {
  return `${serviceId} ${secret}`
}
