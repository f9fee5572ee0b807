import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { defaultArchiveLimits } from '@cairn/archive'
import { CairnError, openApiDocument, routes } from '@cairn/contract'
import {
  type Clock,
  isOwnHost,
  limitConcurrency,
  type Logger,
  type MachineSize,
  type ReservedHosts,
  type ServiceCaller,
} from '@cairn/domain'
import {
  type AuditLog,
  type Database,
  type Hints,
  type ObjectStore,
  RunStarter,
  type SecretCipher,
  type Warehouses,
} from '@cairn/store'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { ApiContext, BackupPlan } from './context.ts'
import { handlers } from './handlers.ts'
import { ChangeFeed } from './events/change-feed.ts'
import { answerOrigins } from './http/answer-origins.ts'
import { authenticate } from './http/authenticate.ts'
import { proofOf } from './http/caller-browser.ts'
import { errorAnswerOf, refusalOf } from './http/error-answer.ts'
import { observeRequests } from './http/observe-requests.ts'
import { createRateLimiter } from './http/rate-limit.ts'
import { drainBody } from './http/request-body.ts'
import { requestIdOf } from './http/request-id.ts'
import { serveDocs } from './http/serve-docs.ts'
import { type ReadinessProbe, serveHealth } from './http/serve-health.ts'
import { serveMetrics } from './http/serve-metrics.ts'
import { serveOperations } from './http/serve-operations.ts'
import { type SiteDirectories, serveSite } from './http/serve-site.ts'
import type { ApiLimits } from './limits.ts'
import { LogFollowers } from './log-followers.ts'
import type { IdentityProvider } from './oidc/identity-provider.ts'
import { serveOidc } from './oidc/serve-oidc.ts'
import type { SignInChecker } from './sign-in/sign-in-checker.ts'
import { QuerySessions } from './operations/queries/query-sessions.ts'
import { createSignedLinks } from './signed-links.ts'

export interface ApiOptions {
  readonly database: Database
  readonly hints: Hints
  readonly objectStore: ObjectStore
  readonly secretCipher: SecretCipher
  readonly warehouses: Warehouses
  readonly logger: Logger
  readonly clock: Clock
  readonly metrics: Registry
  readonly probes: readonly ReadinessProbe[]
  readonly serviceCaller: ServiceCaller
  readonly machine: () => MachineSize | null
  readonly serviceUrl: (serviceName: string, tenantName: string) => string
  readonly domainUrl: (domain: string) => string
  readonly reservedHosts: ReservedHosts
  /** Begins the links that the API hands out, e.g. `http://127.0.0.1:7420`. */
  readonly publicUrl: string
  /** Domains that invitations may be mailed to, in lower case, empty = any; null = there is no mail server. */
  readonly mailDomains: readonly string[] | null
  /** Checks sign-ins; one for each process, as it counts them. */
  readonly signIns: SignInChecker
  /** null = people sign in by tokens and passwords only. */
  readonly identityProvider: IdentityProvider | null
  readonly auditLog: AuditLog
  /** null = this installation makes no backups. */
  readonly backups: BackupPlan | null
  /** Version of Cairn, e.g. `0.1.0`. */
  readonly version: string
  /** At least 32 random bytes, the same in every process of the installation. */
  readonly linkKey: Buffer
  readonly limits: ApiLimits
  /** Origins of pages that may call from a browser, or `*`; empty = none. */
  readonly allowedOrigins: readonly string[]
  /** Aborts when the server stops: requests that only wait are answered. */
  readonly stopping: AbortSignal
  /** False = health, metrics and the reference page only. */
  readonly servesOperations: boolean
  /** Folders of the built documentation site and dashboard; they need not be there. */
  readonly siteDirectories: SiteDirectories
}

/**
 * The API as a Fastify instance that is ready but listens nowhere: hand requests to its `routing`, or `inject` them.
 *
 * @example
 * const api = await buildApi(options)
 * createServer((request, response) => api.routing(request, response)).listen(7420)
 */
export async function buildApi(options: ApiOptions): Promise<FastifyInstance> {
  const { database, logger, limits, clock } = options
  const app = fastify({
    genReqId: requestIdOf,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    frameworkErrors: (error, request, reply) => {
      const refusal = refusalOf(error)
      reply.hijack()
      reply.raw.writeHead(refusal.status, { 'content-type': 'application/json; charset=utf-8' })
      reply.raw.end(JSON.stringify(errorAnswerOf(refusal, request.id)))
    },
  })
  // Bodies are read by the operations' server, after it is known who calls.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  observeRequests(app, logger, options.metrics)
  answerOrigins(app, options.allowedOrigins)
  app.setErrorHandler((error, request, reply) => answerRefusal(error, request, reply, limits))
  app.setNotFoundHandler(async (request) => {
    await authenticate(database.db, proofOf(request, options.reservedHosts))
    throw new CairnError('route_not_found', `there is no ${request.method} ${request.url.split('?', 1)[0]}`)
  })
  const context = contextOf(options)
  serveHealth(app, options.probes)
  serveMetrics(app, options.metrics)
  serveDocs(app, () => openApiDocument(routes))
  serveSite(app, options.siteDirectories, (host) => isOwnHost(host, options.reservedHosts))
  if (options.servesOperations && options.identityProvider !== null) serveOidc(app, context, options.identityProvider)
  if (options.servesOperations)
    serveOperations(app, {
      context,
      limits,
      rateLimiter: createRateLimiter(limits.rate, clock),
      hookLimiters: {
        byAddress: createRateLimiter(limits.hookRate.byAddress, clock),
        byHook: createRateLimiter(limits.hookRate.byHook, clock),
      },
      operationOf: (id) => handlers.get(id),
    })
  await app.ready()
  return app
}

function contextOf(options: ApiOptions): ApiContext {
  const { database, hints, limits, clock, stopping, publicUrl } = options
  return {
    ...options,
    runStarter: new RunStarter(database),
    archiveLimits: defaultArchiveLimits,
    archiveReads: limitConcurrency(2),
    logFollowers: new LogFollowers({ db: database.db, hints, longestWaitMs: limits.logWaitMs, stopping }),
    querySessions: new QuerySessions(options.warehouses),
    changeFeed: new ChangeFeed({ db: database.db, limits: limits.events, stopping }),
    links: createSignedLinks({ key: options.linkKey, clock, publicUrl, lifetimeSeconds: limits.linkSeconds }),
  }
}

/**
 * A client that sends its whole body before it reads would see a broken connection instead of the answer, so what is left
 * of the body is read and thrown away, within bounds, while the answer is on its way.
 */
async function answerRefusal(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  limits: ApiLimits,
): Promise<FastifyReply> {
  const refusal = refusalOf(error)
  request.facts.failure = error
  if (refusal.code === 'request_timeout') void reply.header('connection', 'close')
  else void drainOrClose(request.raw, reply.raw, limits)
  if (refusal.retryAfterSeconds !== null) void reply.header('retry-after', refusal.retryAfterSeconds)
  return reply
    .code(refusal.status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorAnswerOf(refusal, request.id)))
}

/** Never rejects. Closes the connection, after the answer, when more comes than is drained. */
async function drainOrClose(request: IncomingMessage, response: ServerResponse, limits: ApiLimits): Promise<void> {
  const answered = once(response, 'close').catch(() => undefined)
  const isDrained = await drainBody(request, limits.drain)
  if (isDrained) return
  await answered
  request.destroy()
}
