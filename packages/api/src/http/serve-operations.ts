/**
 * Every route of the contract's table, served. The order for each request: who calls (by the route's `auth`, decided
 * after routing, never by the text of a path) → rate → whether the caller's role allows it → path and query → body → the operation. A body is read only for a
 * caller that is known.
 */
import {
  DryRunAnswer,
  routes,
  type OperationId,
  type Parsed,
  parseMultipartFields,
  readBody,
  readParams,
  readQuery,
  takesCallKey,
  type Route,
} from '@cairn/contract'
import { CairnError } from '@cairn/contract'
import type { CalledHook, TokenHolder } from '@cairn/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiContext } from '../context.ts'
import type { FeedLimits } from '../events/change-feed.ts'
import type { ApiLimits } from '../limits.ts'
import type { BinaryAnswer, Call, EventsAnswer, Operation, RawBody, StreamOfCall, Upload } from '../operation.ts'
import { answerOnce, type OnceAnswer, readCallKey } from './answer-once.ts'
import { authenticate, authenticateHook } from './authenticate.ts'
import { type Answered, keepingAudit } from './keep-audit.ts'
import { browserOf, proofOf } from './caller-browser.ts'
import { endWhenStalled } from './end-when-stalled.ts'
import { invalid } from './error-answer.ts'
import { type RateLimiter, refuseIfMany } from './rate-limit.ts'
import { discardUpload, receiveForm } from './receive-form.ts'
import { isDryRun, rehearse } from './rehearse.ts'
import { requireAccess } from './require-access.ts'
import { readBytes, readJsonBody, tooLarge } from './request-body.ts'

export interface OperationServer {
  readonly context: ApiContext
  readonly limits: ApiLimits
  readonly rateLimiter: RateLimiter
  readonly hookLimiters: HookLimiters
  /** undefined = not built. */
  readonly operationOf: (id: OperationId) => AnyOperation | undefined
}

/** How often webhooks may be called. */
export interface HookLimiters {
  /** For each address that calls come from, whatever hook they name. */
  readonly byAddress: RateLimiter
  /** For each hook that exists. */
  readonly byHook: RateLimiter
}

/** An operation whose types were checked where it was put into the table of handlers. */
export type AnyOperation = (context: ApiContext, call: AnyCall) => Promise<unknown>

export interface AnyCall extends Pick<Call<'listImages'>, 'upload' | 'stream' | 'signal' | 'browser' | 'requestId'> {
  readonly caller: TokenHolder | CalledHook | null
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** Forgets the types of one operation; the route table gives it exactly what its `Call` promises. */
export function untyped<Id extends OperationId>(operation: Operation<Id>): AnyOperation {
  return operation as unknown as AnyOperation
}

export function serveOperations(app: FastifyInstance, server: OperationServer): void {
  for (const [id, route] of Object.entries(routes) as [OperationId, Route][]) {
    app.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      handler: async (request, reply) => {
        request.facts.operationId = id
        const answered = await keepingAudit(server.context, { id, route }, request, () =>
          serve(server, { id, route }, request, reply),
        )
        return send(answered, reply, server.limits.events)
      },
    })
  }
}

interface Served {
  readonly id: OperationId
  readonly route: Route
}

async function serve(
  server: OperationServer,
  { id, route }: Served,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Answered> {
  const caller = await callerOf(server, { id, route }, request)
  const operation = server.operationOf(id)
  if (operation === undefined)
    throw new CairnError('not_built', `${route.summary}: this version of Cairn does not do it yet`)
  const params = accept(readParams(route, request.params as Record<string, string>))
  const query = accept(readQuery(route, request.query as Record<string, string | string[]>))
  const { body, upload } = await receiveBody(server, { id, route }, request)
  request.facts.body = body
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  try {
    const browser = browserOf(request, reply, server.context.reservedHosts)
    const stream = streamOf(server.context, id, request)
    const known = { caller, params, query, body, upload, stream, browser }
    const call = { ...known, signal: gone.signal, requestId: request.id }
    // A rehearsal leaves nothing behind, so it has no use for a key.
    if (isDryRun(query)) {
      const response = { kind: 'json', status: 200, schema: DryRunAnswer } as const
      return { response, answer: await rehearse(server.context, operation, call) }
    }
    const { answer, replayed } = await answerNamed(server, { id, route }, { call, request }, () =>
      operation(server.context, call),
    )
    if (replayed) {
      void reply.header('idempotency-replayed', 'true')
      await discardUpload(server.context, upload)
    }
    return { response: route.response, answer }
  } catch (error) {
    await discardUpload(server.context, upload)
    throw error
  }
}

/** Once for each key, where a caller with a token names a write; else simply done. */
async function answerNamed(
  server: OperationServer,
  { id, route }: Served,
  { call, request }: { readonly call: AnyCall; readonly request: FastifyRequest },
  work: () => Promise<unknown>,
): Promise<OnceAnswer> {
  const key = takesCallKey(route) ? readCallKey(request.headers['idempotency-key']) : null
  if (key === null || call.caller === null) return { answer: await work(), replayed: false }
  // An answer is given again only to who may as much as the one who got it first.
  const by = 'userId' in call.caller ? [call.caller.userId, call.caller.access] : null
  const asked = [id, by, call.params, call.query, call.body, call.upload?.sha256]
  return answerOnce(server.context, { tenantId: call.caller.tenantId, key, asked }, work)
}

function callerOf(server: OperationServer, { id, route }: Served, request: FastifyRequest): Promise<AnyCall['caller']> {
  switch (route.auth) {
    case 'token':
      return identify(server, { id, route }, request)
    case 'webhook':
      return identifyHook(server, request)
    case 'signed':
    case 'none':
      return Promise.resolve(null)
    default:
      return route.auth satisfies never
  }
}

async function identifyHook(server: OperationServer, request: FastifyRequest): Promise<CalledHook> {
  const { byAddress, byHook } = server.hookLimiters
  refuseIfMany(byAddress.take(request.ip), 'this address called webhooks too often')
  const { webhook } = request.params as Record<string, string>
  const hook = await authenticateHook(server.context.database.db, webhook)
  request.facts.caller = hook
  refuseIfMany(byHook.take(hook.id), 'this webhook was called too often')
  return hook
}

async function identify(
  { context, rateLimiter }: OperationServer,
  { id, route }: Served,
  request: FastifyRequest,
): Promise<TokenHolder> {
  const caller = await authenticate(context.database.db, proofOf(request, context.reservedHosts))
  request.facts.caller = caller
  if (route.bodyKind !== 'multipart') {
    refuseIfMany(rateLimiter.take(caller.tokenId ?? caller.userId), 'this token or user sent too many requests')
  }
  requireAccess(id, caller)
  return caller
}

async function receiveBody(
  server: OperationServer,
  { id, route }: Served,
  request: FastifyRequest,
): Promise<{ readonly body: unknown; readonly upload: Upload | null }> {
  const { limits } = server
  if (route.bodyKind === 'none') return { body: undefined, upload: null }
  if (route.bodyKind === 'json' || route.bodyKind === 'bytes') {
    const maxBytes = limits.jsonBytesOf[id] ?? limits.jsonBytes
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
    const bounds = { ...limits.bodyTime, maxBytes }
    if (route.bodyKind === 'json') {
      return { body: accept(readBody(route, await readJsonBody(request.raw, bounds))), upload: null }
    }
    const body: RawBody = { bytes: await readBytes(request.raw, bounds), headers: request.headers }
    return { body, upload: null }
  }
  const form = await receiveForm(server.context, request, route.filePart, {
    ...limits.uploadTime,
    maxBytes: limits.uploadBytes,
  })
  const fields = parseMultipartFields(route, form.fields)
  if (fields.kind === 'invalid') await discardUpload(server.context, form.upload)
  return { body: accept(fields), upload: form.upload }
}

function accept<Value>(parsed: Parsed<Value>): Value {
  if (parsed.kind === 'invalid') throw invalid(parsed.errors)
  return parsed.value
}

function streamOf({ database, reservedHosts }: ApiContext, id: OperationId, request: FastifyRequest): StreamOfCall {
  const header = request.headers['last-event-id']
  return {
    lastEventId: typeof header === 'string' && header !== '' ? header : null,
    isStillAllowed: async () => {
      try {
        requireAccess(id, await authenticate(database.db, proofOf(request, reservedHosts)))
        return true
      } catch {
        return false
      }
    },
  }
}

function send({ response, answer }: Answered, reply: FastifyReply, { stalledMs }: FeedLimits): FastifyReply {
  void reply.code(response.status).header('cache-control', 'no-store')
  if (response.kind === 'json') return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer))
  if (response.kind === 'events') {
    const { content } = answer as EventsAnswer
    endWhenStalled(reply.raw, stalledMs)
    // Proxies that collect an answer before they pass it on would hold the events back.
    return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(content)
  }
  // The types of operations let only binary routes answer so.
  const { content, sizeBytes, fileName } = answer as BinaryAnswer
  if (sizeBytes !== null) void reply.header('content-length', sizeBytes)
  return reply
    .type(response.contentType)
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .send(content)
}
