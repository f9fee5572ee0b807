/**
 * The gateway as the server has it, in front of one upstream: the same http server, routing, header rules, counters; only
 * the routes come from memory. Prints its port, and ends with its standard input.
 */
import { createServer } from 'node:http'
import {
  createGateway,
  createRouteTable,
  interceptConnections,
  isWebSocketUpgrade,
  startTrafficReporter,
} from '@cairn/gateway'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const logger = { ...silent, child: () => logger }
const clock = { now: () => Date.now() }
const upstreamPort = Number(process.argv[2])
const never = (): Promise<never> => Promise.reject(new Error('not asked in this bench'))

const routes = createRouteTable({
  source: {
    read: () =>
      Promise.resolve([
        {
          serviceId: 'id',
          serviceName: 'app',
          serviceType: 'web-app',
          tenantId: 't',
          tenantName: 'default',
          access: 'public',
          status: 'AVAILABLE',
          statusReason: null,
          domains: [],
          isSticky: false,
          instances: [{ name: 'w', host: '127.0.0.1', port: upstreamPort }],
          limits: null,
          draining: [],
          sleep: null,
        },
      ]),
    subscribe: () => () => undefined,
  },
  logger,
})
await routes.refresh()
const traffic = startTrafficReporter({
  sink: {
    write: () => Promise.resolve(new Set()),
    retire: () => Promise.resolve(),
    retireSilent: () => Promise.resolve(),
  },
  logger,
  clock,
})
const gateway = createGateway({
  waker: { wake: () => Promise.reject(new Error('nothing sleeps here')) },
  routes,
  traffic,
  domain: 'localhost',
  scheme: 'http',
  publicUrl: 'http://localhost',
  cookieKey: Buffer.alloc(32),
  signIns: { issueCode: never, redeemCode: never, findSession: never, endSession: never },
  authorize: never,
  logger,
  clock,
  onServed: () => undefined,
})
const server = createServer(
  { keepAliveTimeout: 30_000, shouldUpgradeCallback: isWebSocketUpgrade },
  (request, response) => gateway.handleRequest(request, response),
)
interceptConnections(server, { firstMs: 15_000, keepMs: 30_000 }).use(gateway.plainPath)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address !== 'string') console.log(address.port)
})
process.stdin.on('end', () => process.exit(0)).resume()
