/**
 * One listening socket for the API and the services. It listens before anything answers, so that its port is known;
 * until `serve` is called every request is told that the server is starting.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import { createServer as createSecureServer } from 'node:https'
import { interceptConnections, isWebSocketUpgrade, type PlainPath } from '@cairn/gateway'
import type { TlsDirectory } from './tls-directory.ts'
import type { TlsFiles } from './tls-files.ts'

export interface Destination {
  matches(hostHeader: string | undefined): boolean
  handleRequest(request: IncomingMessage, response: ServerResponse): void
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

export interface HttpServer {
  readonly port: number
  /**
   * From now on the first destination that matches a request's host handles it, but for what `plainPath` takes before;
   * null = nothing.
   */
  serve(destinations: readonly Destination[], plainPath: PlainPath | null): void
  /** Takes no new connections and waits for requests under way, at most so long; then cuts them off. */
  drain(atMostMs: number): Promise<void>
}

const uploadMs = 3_600_000
/** The head of a request has to arrive within this time, however slowly its bytes trickle. */
const headMs = 15_000

const keepMs = 30_000

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** Null = plain http. */
  readonly tls: TlsFiles | null
  /** Certificates of single names; null = there are none beside `tls`. */
  readonly domainCertificates: TlsDirectory | null
  /** Milliseconds for the head of a request. 15,000 by default. */
  readonly headersTimeout?: number
}

export async function listen(options: ListenOptions): Promise<HttpServer> {
  const { headersTimeout = headMs } = options
  let destinations: readonly Destination[] = []
  const find = (request: IncomingMessage): Destination | undefined =>
    destinations.find((destination) => destination.matches(request.headers.host))
  // Bodies have their own limits in the API, and requests to services are as long as the service takes.
  // An offer of any other protocol is not taken up: the request is an ordinary one.
  const limits = {
    requestTimeout: uploadMs,
    headersTimeout,
    connectionsCheckingInterval: Math.ceil(headersTimeout / 5),
    keepAliveTimeout: keepMs,
    shouldUpgradeCallback: isWebSocketUpgrade,
  }
  const server = createHttpServer(limits, options, (request, response) => {
    const destination = find(request)
    if (destination !== undefined) destination.handleRequest(request, response)
    else refuse(response)
  })
  const plain = interceptConnections(server, { firstMs: headersTimeout, keepMs })
  const upgraded = new Set<Duplex>()
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
    // Node takes its own listener away: a client that resets the connection would end the process.
    socket.on('error', () => socket.destroy())
    const destination = find(request)
    if (destination !== undefined) destination.handleUpgrade(request, socket, head)
    else socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server listens on no port')
  return {
    port: bound.port,
    serve: (served, plainPath) => {
      destinations = served
      if (plainPath !== null) plain.use(plainPath)
    },
    drain: async (atMostMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // A connection that is kept alive becomes idle only after its request has been answered.
      const idle = setInterval(() => {
        server.closeIdleConnections()
        plain.closeIdle()
      }, 50)
      const deadline = setTimeout(() => {
        server.closeAllConnections()
        plain.closeAll()
        // The server waits for these too, but leaves closing them to whoever upgraded them.
        for (const socket of upgraded) socket.destroy()
      }, atMostMs)
      await closed
      clearInterval(idle)
      clearTimeout(deadline)
    },
  }
}

function createHttpServer(
  limits: ServerOptions,
  { tls, domainCertificates }: ListenOptions,
  handle: RequestListener,
): Server {
  if (tls === null) return createServer(limits, handle)
  const chosen: TlsOptions =
    domainCertificates === null
      ? {}
      : { SNICallback: (name, answer) => answer(null, domainCertificates.find(name) ?? undefined) }
  const server = createSecureServer({ ...limits, ...tls.current, ...chosen, minVersion: 'TLSv1.2' }, handle)
  tls.subscribe((pair) => server.setSecureContext(pair))
  return server
}

function refuse(response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json; charset=utf-8', 'retry-after': '1' })
  response.end(
    JSON.stringify({
      detail: 'the server is starting',
      message: 'the server is starting',
      code: 'service_unavailable',
    }),
  )
}
