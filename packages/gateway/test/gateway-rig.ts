/** A gateway on loopback in front of servers that a test writes, with routes that a test sets. */
import { createServer, type IncomingMessage, request as sendRequest, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Server as TcpServer, type Socket } from 'node:net'
import type { ServiceRoute, TrafficReport } from '@cairn/store'
import { createManualClock, silentLogger } from '@cairn/testkit'
import {
  createGateway,
  createRouteTable,
  type Gateway,
  type Interception,
  interceptConnections,
  type RouteSource,
  type RouteTable,
  type ServedRequest,
  type SignedIn,
  type SignInStore,
  startTrafficReporter,
  type TokenOwner,
  type TrafficReporter,
  type TrafficSink,
  type Waker,
} from '../src/index.ts'

export class MemoryRoutes implements RouteSource {
  routes: ServiceRoute[] = []
  isAway = false
  reads = 0
  readonly #listeners = new Set<() => void>()

  read(): Promise<readonly ServiceRoute[]> {
    this.reads += 1
    return this.isAway ? Promise.reject(new Error('database away')) : Promise.resolve([...this.routes])
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  hint(): void {
    for (const listener of this.#listeners) listener()
  }
}

export function aRoute(change: Partial<ServiceRoute> = {}): ServiceRoute {
  const serviceName = change.serviceName ?? 'app'
  return {
    serviceId: `id-${serviceName}`,
    serviceName,
    serviceType: 'api',
    tenantId: 't-1',
    tenantName: 'default',
    access: 'public',
    status: 'AVAILABLE',
    statusReason: null,
    isSticky: false,
    domains: [],
    instances: [],
    limits: null,
    draining: [],
    sleep: null,
    ...change,
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export interface Asking {
  readonly method?: string
  readonly path?: string
  readonly host?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
}

/** An app; one that rejects breaks its connection. */
export type App = (request: IncomingMessage, response: ServerResponse) => unknown

/** Keeps what is reported. */
export class MemoryTraffic implements TrafficSink {
  readonly written: TrafficReport[] = []
  retired: readonly string[] | undefined

  write(reports: readonly TrafficReport[]): Promise<ReadonlySet<string>> {
    this.written.push(...reports)
    return Promise.resolve(new Set())
  }

  retire(workloads: readonly string[] = ['all']): Promise<void> {
    this.retired = workloads
    return Promise.resolve()
  }

  retireSilent(): Promise<void> {
    return Promise.resolve()
  }
}

/** Codes and sessions in memory; tokens by their ids. */
export class MemorySignIns implements SignInStore {
  readonly codes = new Map<string, Parameters<SignInStore['issueCode']>[0] & { readonly tokenId: string }>()
  readonly sessions = new Map<
    string,
    { readonly serviceId: string | null; readonly tokenId: string; readonly parent?: string }
  >()
  readonly holders = new Map<string, SignedIn>()
  isAway = false

  issueCode(code: Parameters<SignInStore['issueCode']>[0]): Promise<void> {
    const tokenId = this.sessions.get(code.parent)?.tokenId ?? ''
    this.codes.set(code.code, { ...code, tokenId })
    return Promise.resolve()
  }

  redeemCode(use: Parameters<SignInStore['redeemCode']>[0]): Promise<string | null> {
    const code = this.codes.get(use.code)
    this.codes.delete(use.code)
    if (code?.serviceId !== use.serviceId || code.state !== use.state) return Promise.resolve(null)
    this.sessions.set(use.session, code)
    return Promise.resolve(code.path)
  }

  openSession(session: string, { tokenId }: Pick<SignedIn, 'tokenId'>): Promise<void> {
    this.sessions.set(session, { serviceId: null, tokenId: tokenId ?? '' })
    return Promise.resolve()
  }

  endSession(session: string, serviceId: string): Promise<void> {
    const ended = this.sessions.get(session)
    if (ended?.serviceId !== serviceId) return Promise.resolve()
    this.sessions.delete(session)
    for (const [name, { parent }] of this.sessions) {
      if (ended.parent !== undefined && (name === ended.parent || parent === ended.parent)) this.sessions.delete(name)
    }
    return Promise.resolve()
  }

  findSession(secret: string, serviceId: string | null): Promise<SignedIn | null> {
    if (this.isAway) return Promise.reject(new Error('away'))
    const session = this.sessions.get(secret)
    const isIts = session !== undefined && session.serviceId === serviceId
    return Promise.resolve(isIts ? (this.holders.get(session.tokenId) ?? null) : null)
  }
}

const defaults = {
  times: { connectMs: 2_000, headMs: 10_000 },
  wakeLimits: { waitMs: 10_000, mostWaiting: 1_000 },
  isAway: false,
  /** Whether plain requests go past Node's parser, as they do in the server. */
  isPlain: true,
  firstMs: 15_000,
  keepMs: 30_000,
}

export class GatewayRig {
  readonly source = new MemoryRoutes()
  readonly clock = createManualClock()
  readonly served: ServedRequest[] = []
  readonly reports = new MemoryTraffic()
  readonly signIns = new MemorySignIns()
  readonly tokens = new Map<string, TokenOwner>()
  authorizations = 0
  /** What comes of a wake; tests replace it. */
  wake: Waker['wake'] = () => Promise.resolve({ kind: 'refused', reason: 'the test did not expect a wake' })
  readonly routes: RouteTable
  readonly traffic: TrafficReporter
  readonly gateway: Gateway
  readonly server: Server
  readonly plain: Interception
  readonly #closing: (() => Promise<unknown>)[] = []

  constructor(options: Partial<typeof defaults> = {}) {
    const { times, wakeLimits, isAway, isPlain, firstMs, keepMs } = { ...defaults, ...options }
    this.source.isAway = isAway
    this.routes = createRouteTable({ source: this.source, logger: silentLogger, pollMs: 60_000 })
    this.traffic = startTrafficReporter({ sink: this.reports, logger: silentLogger, clock: this.clock, everyMs: 20 })
    this.gateway = createGateway({
      traffic: this.traffic,
      waker: { wake: (route, cause) => this.wake(route, cause) },
      wakeLimits,
      routes: this.routes,
      signIns: this.signIns,
      publicUrl: 'http://cairn.test:7420',
      cookieKey: Buffer.alloc(32, 7),
      domain: 'localhost:7420',
      scheme: 'http',
      authorize: (token) => {
        this.authorizations += 1
        return token === 'unsure' ? Promise.reject(new Error('away')) : Promise.resolve(this.tokens.get(token) ?? null)
      },
      logger: silentLogger,
      clock: this.clock,
      onServed: (served) => this.served.push(served),
      times,
    })
    this.server = createServer((request, response) => this.gateway.handleRequest(request, response))
    this.server.on('upgrade', (request, socket, head) => this.gateway.handleUpgrade(request, socket, head))
    this.plain = interceptConnections(this.server, { firstMs, keepMs })
    if (isPlain) this.plain.use(this.gateway.plainPath)
  }

  async open(): Promise<this> {
    await listen(this.server)
    return this
  }

  get port(): number {
    return portOf(this.server)
  }

  /** Starts an app server; answers it as an instance. */
  async app(app: App, name = `w-${this.#closing.length}`) {
    const server = createServer((request, response) => {
      Promise.resolve(app(request, response)).catch(() => response.destroy())
    })
    await this.own(server)
    return { server, instance: { name, host: '127.0.0.1', port: portOf(server) } }
  }

  async own(server: Server | TcpServer): Promise<number> {
    await listen(server)
    this.#closing.push(() => closeServer(server))
    return portOf(server)
  }

  async setRoutes(...routes: ServiceRoute[]): Promise<void> {
    this.source.routes = routes
    await this.routes.refresh()
  }

  /** A public service `app` with one instance that answers by `app`. */
  async serve(app: App, change: Partial<ServiceRoute> = {}): Promise<void> {
    const { instance } = await this.app(app)
    await this.setRoutes(aRoute({ instances: [instance], ...change }))
  }

  ask(asking: Asking = {}): Promise<Answer> {
    const { method = 'GET', path = '/', host = 'app.localhost:7420', headers = {}, body } = asking
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    return new Promise((resolve, reject) => {
      const request = sendRequest(
        { host: '127.0.0.1', port: this.port, method, path, agent: false, headers: { host, ...length, ...headers } },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              rawHeaders: response.rawHeaders,
              body: Buffer.concat(chunks).toString(),
            }),
          )
        },
      )
      request.on('error', reject)
      request.end(body)
    })
  }

  /** Sends bytes as they are and answers all that comes until the gateway closes the connection. */
  raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = this.connect()
      const chunks: Buffer[] = []
      socket.on('data', (chunk: Buffer) => chunks.push(chunk))
      socket.on('error', reject)
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
      socket.write(text, 'latin1')
    })
  }

  connect(): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.port })
    this.#closing.push(() => Promise.resolve(socket.destroy()))
    return socket
  }

  async close(): Promise<void> {
    this.routes.close()
    await this.gateway.close()
    await this.traffic.stop()
    this.plain.closeAll()
    await Promise.all([closeServer(this.server), ...this.#closing.map((close) => close())])
  }
}

function listen(server: Server | TcpServer): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

export function portOf(server: Server | TcpServer): number {
  return (server.address() as AddressInfo).port
}

function closeServer(server: Server | TcpServer): Promise<void> {
  if ('closeAllConnections' in server) server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
