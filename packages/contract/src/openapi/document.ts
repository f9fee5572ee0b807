/** The OpenAPI 3.1 document, rendered from the route table: nothing in it is written by hand. */
import type { TSchema } from 'typebox'
import { type ErrorCode, errorCatalog } from '../errors.ts'
import type { Route } from '../route.ts'
import { offersDryRun } from '../routes/offers-dry-run.ts'
import { DryRunAnswer } from '../schemas/dry-run.ts'
import { nodeOf } from '../validation/schema-node.ts'
import { callKeyErrors, callKeyParameter, takesCallKey } from './call-key.ts'
import { type JsonValue, toJsonSchema } from './json-schema.ts'
import { namedSchemas } from './named-schemas.ts'

type Json = { readonly [key: string]: JsonValue }

/** What any route with a token can answer beside its own errors. */
export const commonErrors = [
  'unauthorized',
  'token_ended',
  'forbidden',
  'rate_limited',
  'internal',
  'not_built',
  'service_unavailable',
] as const satisfies readonly ErrorCode[]

const componentPrefix = '#/components/schemas/'

function parameters(schema: TSchema | undefined, place: 'path' | 'query', names: ReadonlyMap<TSchema, string>): Json[] {
  const { properties = {}, required = [] } = nodeOf(schema ?? {})
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(nodeOf(property).type === 'array' ? { style: 'form', explode: true } : {}),
    schema: toJsonSchema(property, names, componentPrefix),
  }))
}

/** A multipart body is the object of its text fields plus the file part. */
function withFilePart(schema: JsonValue, filePart: string | undefined): JsonValue {
  if (filePart === undefined) return schema
  const file = { type: 'object', properties: { [filePart]: { type: 'string', contentMediaType: 'application/zip' } } }
  return { allOf: [schema, file] }
}

function requestBody(route: Route, names: ReadonlyMap<TSchema, string>): Json {
  if (route.body === undefined) return {}
  const schema = toJsonSchema(route.body, names, componentPrefix)
  const content =
    route.bodyKind === 'multipart'
      ? { 'multipart/form-data': { schema: withFilePart(schema, route.filePart) } }
      : { 'application/json': { schema } }
  const required = (nodeOf(route.body).required ?? []).length > 0
  return { requestBody: { required, content } }
}

function contentOf(response: Route['response'], names: ReadonlyMap<TSchema, string>): Json {
  switch (response.kind) {
    case 'json':
      return { 'application/json': { schema: toJsonSchema(response.schema, names, componentPrefix) } }
    case 'events':
      // Of an event's data; OpenAPI 3.1 has no words for a stream of them.
      return { 'text/event-stream': { schema: toJsonSchema(response.schema, names, componentPrefix) } }
    case 'binary':
      return { [response.contentType]: { schema: { type: 'string', contentMediaType: response.contentType } } }
    default:
      return response satisfies never
  }
}

function success(route: Route, names: ReadonlyMap<TSchema, string>): Json {
  const { response } = route
  const content = contentOf(response, names)
  const done = { [String(response.status)]: { description: route.summary, content } }
  return !offersDryRun(route) ? done : { ...done, ...rehearsed(response, names) }
}

/** The answer to `dryRun=true`, beside or instead of the usual one of the same status. */
function rehearsed(response: Route['response'], names: ReadonlyMap<TSchema, string>): Json {
  const schema = toJsonSchema(DryRunAnswer, names, componentPrefix)
  const usual = response.kind === 'json' && response.status === 200 ? [response.schema] : []
  const schemas = [...usual.map((item) => toJsonSchema(item, names, componentPrefix)), schema]
  const content = { 'application/json': { schema: schemas.length === 1 ? schema : { anyOf: schemas } } }
  return { '200': { description: 'With dryRun=true: what would be done', content } }
}

const responsePrefix = '#/components/responses/'

/** The codes that a route can answer, by status. Each such set is one response component, named by its codes. */
function failureCodes(route: Route): readonly (readonly [number, readonly ErrorCode[]])[] {
  const common = route.auth === 'none' ? [] : commonErrors
  const codes: ErrorCode[] = [...route.errors, ...common, ...(takesCallKey(route) ? callKeyErrors : [])]
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set(codes)) {
    const { status } = errorCatalog[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return [...byStatus].toSorted(([a], [b]) => a - b)
}

const failureName = (codes: readonly ErrorCode[]): string => codes.join('.')

function failures(route: Route): Json {
  const entries = failureCodes(route).map(([status, codes]) => [
    String(status),
    { $ref: `${responsePrefix}${failureName(codes)}` },
  ])
  return Object.fromEntries(entries)
}

function failureComponents(routes: readonly Route[]): Json {
  const sets = routes.flatMap((route) => failureCodes(route).map(([, codes]) => codes))
  return sortedByKey(sets.map((codes) => [failureName(codes), errorAnswer(codes)]))
}

function sortedByKey(entries: Iterable<readonly [string, JsonValue]>): Json {
  return Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function errorAnswer(codes: readonly ErrorCode[]): Json {
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCatalog[code].meaning}`).join('\n\n'),
    content: { 'application/json': { schema: { $ref: `${componentPrefix}Error` } } },
  }
}

function operation(operationId: string, route: Route, names: ReadonlyMap<TSchema, string>): Json {
  const all = [
    ...parameters(route.params, 'path', names),
    ...parameters(route.query, 'query', names),
    ...(takesCallKey(route) ? [{ $ref: '#/components/parameters/CallKey' }] : []),
  ]
  return {
    operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(route.added === true ? { 'x-cairn-added': true } : {}),
    security: route.auth === 'token' ? [{ token: [] }] : [],
    ...(all.length > 0 ? { parameters: all } : {}),
    ...requestBody(route, names),
    responses: { ...success(route, names), ...failures(route) },
  }
}

const text = { type: 'string' }

/** `detail` and `message` hold the same text: the reference client reads the one, people the other. */
const errorSchema: Json = {
  type: 'object',
  required: ['code', 'detail', 'message', 'requestId'],
  properties: {
    code: { type: 'string', enum: Object.keys(errorCatalog), description: 'Permanent; see docs/errors.md.' },
    detail: { ...text, description: 'What is wrong and what to do about it.' },
    message: { ...text, description: 'The same as detail.' },
    requestId: { ...text, description: 'Under which the server log has the request.' },
    errors: {
      type: 'array',
      description: 'The fields that break a rule.',
      items: { type: 'object', required: ['field', 'rule'], properties: { field: text, rule: text } },
    },
  },
}

function paths(routes: Readonly<Record<string, Route>>, names: ReadonlyMap<TSchema, string>): Json {
  const found = new Map<string, Record<string, Json>>()
  for (const [operationId, route] of Object.entries(routes)) {
    const methods = found.get(route.path) ?? {}
    methods[route.method.toLowerCase()] = operation(operationId, route, names)
    found.set(route.path, methods)
  }
  return sortedByKey(found)
}

/**
 * The OpenAPI 3.1 document of the given routes. Deterministic: the same routes give the same document.
 *
 * @example
 * openApiDocument(routes)
 */
export function openApiDocument(routes: Readonly<Record<string, Route>>): Json {
  const names = new Map(Object.entries(namedSchemas).map(([name, schema]) => [schema, name]))
  const rendered = paths(routes, names)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cairn',
      version: '1',
      description:
        'Artifacts, images, workflows and services. Operations marked x-cairn-added go beyond the reference contract.',
    },
    servers: [{ url: '/' }],
    paths: rendered,
    components: {
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'An API token, as it is or after `Bearer `.',
        },
      },
      parameters: { CallKey: callKeyParameter },
      responses: failureComponents(Object.values(routes)),
      schemas: schemaComponents(rendered, names),
    },
  }
}

function schemaComponents(rendered: Json, names: ReadonlyMap<TSchema, string>): Json {
  const found = new Map<string, JsonValue>([['Error', errorSchema]])
  // A set that grows while it is walked: components refer to further components.
  const wanted = referencedIn(rendered)
  for (const name of wanted) {
    const schema = namedSchemas[name]
    if (schema === undefined || found.has(name)) continue
    const body = toJsonSchema(schema, names, componentPrefix, { inline: schema })
    found.set(name, body)
    for (const inner of referencedIn(body)) wanted.add(inner)
  }
  return sortedByKey(found)
}

function referencedIn(value: JsonValue): Set<string> {
  const matches = JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)
  return new Set([...matches].flatMap(([, name]) => (name === undefined ? [] : [name])))
}
