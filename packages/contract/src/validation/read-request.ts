/**
 * From the raw parts of a request to typed values, by the schemas of its route. Pure: what is wrong comes back as a list
 * of fields and rules, for the API to answer 400 with.
 */
import type { TSchema } from 'typebox'
import type { FieldError } from '../errors.ts'
import type { Route } from '../route.ts'
import type { BodyOf, ParamsOf, QueryOf } from '../routes/table.ts'
import { nearestName, normalise } from './normalise.ts'
import { type SchemaNode, nodeOf } from './schema-node.ts'
import { findUnstorableText } from './unstorable-text.ts'
import { validate } from './validate.ts'

export type Parsed<Value> =
  | { readonly kind: 'valid'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }

/** A query or path as servers hand it over: one text, or several for a repeated key. */
export type RawValues = Readonly<Record<string, string | readonly string[] | undefined>>

function judge<Value>(schema: TSchema, value: unknown, before: readonly FieldError[]): Parsed<Value> {
  const errors = [...before, ...validate(schema, value)]
  if (errors.length === 0) errors.push(...findUnstorableText(value))
  // The schema of the route has just accepted the value, and Value is that schema's static type.
  return errors.length === 0 ? { kind: 'valid', value: value as Value } : { kind: 'invalid', errors }
}

function refuseUnknownKeys(route: Route, unknownKeys: ReturnType<typeof normalise>['unknownKeys']): FieldError[] {
  if (route.unknownKeys === 'ignored') return []
  return unknownKeys.slice(0, 50).map(({ field, known }) => {
    const meant = nearestName(field.split('.').at(-1) ?? field, known)
    return { field, rule: meant === null ? 'is not a known field' : `is not a known field; did you mean ${meant}?` }
  })
}

/**
 * Reads a JSON body. An absent body counts as `{}`; `null` for an optional field as absent.
 *
 * @example
 * const parsed = readBody(routes.createWorkflow, request.body)
 * if (parsed.kind === 'invalid') throw new CairnError('invalid_request', …, { errors: parsed.errors })
 */
export function readBody<R extends Route>(route: R, raw: unknown): Parsed<BodyOf<R>> {
  if (route.body === undefined) return judge({}, undefined, [])
  const { value, unknownKeys } = normalise(route.body, raw ?? {})
  return judge(route.body, value, refuseUnknownKeys(route, unknownKeys))
}

/** Reads the path parameters; numbers come as decimal text. */
export function readParams<R extends Route>(route: R, raw: RawValues): Parsed<ParamsOf<R>> {
  return route.params === undefined ? judge({}, undefined, []) : readText(route.params, raw)
}

/**
 * Reads a query. A list can be given by a repeated key, by commas, or as a single value; empty values count as absent;
 * keys that the route does not name are left out.
 *
 * @example
 * readQuery(routes.listImages, { status: ['ready', 'in-use'], pageSize: '25' })
 */
export function readQuery<R extends Route>(route: R, raw: RawValues): Parsed<QueryOf<R>> {
  return route.query === undefined ? judge({}, undefined, []) : readText(route.query, raw)
}

function readText<Value>(schema: TSchema, raw: RawValues): Parsed<Value> {
  const entries: [string, unknown][] = []
  const errors: FieldError[] = []
  for (const [key, property] of Object.entries(nodeOf(schema).properties ?? {})) {
    const given = Object.hasOwn(raw, key) ? raw[key] : undefined
    const texts = (typeof given === 'string' ? [given] : (given ?? [])).filter((text) => text !== '')
    const node = nodeOf(property)
    if (node.type === 'array') {
      const items = texts.flatMap((text) => text.split(',')).filter((text) => text !== '')
      if (items.length > 0) entries.push([key, items.map((item) => fromText(nodeOf(node.items ?? {}), item))])
    } else if (texts.length > 1) {
      errors.push({ field: key, rule: 'must be given only once' })
    } else if (texts[0] !== undefined) {
      entries.push([key, fromText(node, texts[0])])
    }
  }
  return judge(schema, Object.fromEntries(entries), errors)
}

const decimal = /^-?\d{1,16}$/

function fromText(node: SchemaNode, text: string): unknown {
  if (node.type === 'integer' && decimal.test(text)) return Number(text)
  if (node.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

/**
 * Reads the text fields of a multipart body. A field whose schema is a text is taken as it is, also when it looks like
 * JSON; every other field is JSON. The text `null` counts as absent where the schema is no text.
 *
 * @example
 * parseMultipartFields(routes.createImage, { name: 'a', type: 'workflow', version: '0.0.1', buildDetails: '{"source":"upload"}' })
 */
export function parseMultipartFields<R extends Route>(
  route: R,
  rawFields: Readonly<Record<string, string>>,
): Parsed<BodyOf<R>> {
  if (route.body === undefined) return judge({}, undefined, [])
  const properties = nodeOf(route.body).properties ?? {}
  const entries: [string, unknown][] = []
  const errors: FieldError[] = []
  for (const [key, text] of Object.entries(rawFields)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (property === undefined || isText(property)) entries.push([key, text])
    else {
      const json = parseJson(text)
      if (json.kind === 'valid') entries.push([key, json.value])
      else errors.push({ field: key, rule: 'must be JSON' })
    }
  }
  const read = readBody(route, Object.fromEntries(entries))
  if (errors.length === 0) return read
  const notJson = new Set(errors.map(({ field }) => field))
  const others = read.kind === 'invalid' ? read.errors.filter(({ field }) => !notJson.has(field)) : []
  return { kind: 'invalid', errors: [...errors, ...others] }
}

/** Fields without a type of their own are taken as text as well: nothing is made of them. */
function isText(schema: TSchema): boolean {
  const node = nodeOf(schema)
  if (node.type === 'string') return true
  if (node.enum !== undefined) return node.enum.every((value) => typeof value === 'string')
  return node.type === undefined && node.anyOf === undefined
}

function parseJson(text: string): Parsed<unknown> {
  try {
    return { kind: 'valid', value: JSON.parse(text) }
  } catch {
    return { kind: 'invalid', errors: [] }
  }
}
