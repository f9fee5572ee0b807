/**
 * Pages of other origins that may call the API from a browser: those that are named, and no other. Callers prove
 * themselves by a token in a header that a page has to set; no cookie counts here, so credentials are never allowed.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const methods = 'GET, POST, PUT, PATCH, DELETE'
const readable = 'x-request-id, retry-after, content-length, content-disposition'
const preflightSeconds = 600

function isAllowed(origin: string, allowed: readonly string[]): boolean {
  return allowed.includes('*') || allowed.includes(origin)
}

function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.facts.operationId = 'preflight'
  return reply
    .header('access-control-allow-methods', methods)
    .header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '')
    .header('access-control-max-age', preflightSeconds)
    .code(204)
    .send()
}

/** @param allowed origins such as `https://app.example.com`, or `*` for every one; empty = browsers are told nothing */
export function answerOrigins(app: FastifyInstance, allowed: readonly string[]): void {
  if (allowed.length === 0) return
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    void reply.header('vary', 'origin')
    if (origin === undefined || !isAllowed(origin, allowed)) {
      done()
      return
    }
    void reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', readable)
    const asksFirst = request.method === 'OPTIONS' && 'access-control-request-method' in request.headers
    if (asksFirst) void answerPreflight(request, reply)
    else done()
  })
}
