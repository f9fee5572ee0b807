import type { Logger } from '@cairn/domain'
import type { CalledHook, TokenHolder } from '@cairn/store'
import type { FastifyInstance } from 'fastify'
import { Histogram, type Registry } from 'prom-client'

/** What is learnt of a request while it is served. */
export interface RequestFacts {
  /** null until it is known. */
  caller: TokenHolder | CalledHook | null
  body: unknown
  operationId: string
  failure: unknown
}

declare module 'fastify' {
  interface FastifyRequest {
    facts: RequestFacts
  }
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60]

/** The token of a webhook is in its path. */
const hookPath = /^(.*\/hooks\/)[^/]+/

/** What the log may know of a URL: no query, which may hold a signature, and no token of a webhook. */
export function loggedPath(url: string): string {
  return (url.split('?', 1)[0] ?? '').replace(hookPath, '$1…')
}

/** One log line and one observation for each answer. */
export function observeRequests(app: FastifyInstance, logger: Logger, metrics: Registry): void {
  const duration = new Histogram({
    name: 'cairn_http_request_duration_seconds',
    help: 'Time to answer API requests.',
    labelNames: ['operation', 'method', 'status'] as const,
    buckets,
    registers: [metrics],
  })
  app.decorateRequest('facts')
  app.addHook('onRequest', (request, reply, done) => {
    request.facts = { operationId: 'none', failure: null, caller: null, body: null }
    void reply.header('x-request-id', request.id)
    void reply.header('x-content-type-options', 'nosniff')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { operationId, caller, failure } = request.facts
    const seconds = reply.elapsedTime / 1000
    const status = reply.statusCode
    duration.observe({ operation: operationId, method: request.method, status: String(status) }, seconds)
    const fields = {
      requestId: request.id,
      operationId,
      method: request.method,
      path: loggedPath(request.url),
      status,
      ms: Math.round(seconds * 10_000) / 10,
      ...(caller !== null && { tenantId: caller.tenantId }),
    }
    if (status >= 500 && failure !== null) logger.error({ ...fields, err: failure }, 'request failed')
    else if (request.method === 'GET' || operationId === 'sendTelemetry') logger.debug(fields, 'request answered')
    else logger.info(fields, 'request answered')
    done()
  })
}
