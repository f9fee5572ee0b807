import { describe, expect, it } from 'vitest'
import { openApiDocument, type Route, routes } from '../src/index.ts'

const document: unknown = JSON.parse(JSON.stringify(openApiDocument(routes)))

/** Every object inside a JSON value, with the keys that lead to it. */
function* objectsIn(value: unknown, path: readonly string[] = []): Generator<{ path: string; object: object }> {
  if (typeof value !== 'object' || value === null) return
  yield { path: path.join('/'), object: value }
  for (const [key, item] of Object.entries(value)) yield* objectsIn(item, [...path, key])
}

function resolve(pointer: string): unknown {
  return pointer
    .replace('#/', '')
    .split('/')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      document,
    )
}

const objects = [...objectsIn(document)]
const operations = objects.flatMap(({ path, object }) => ('operationId' in object ? [{ path, object }] : []))

/** The given objects and all inside the components that they refer to. */
function reachable(from: typeof objects): typeof objects {
  const found = new Map(from.map((entry) => [entry.path, entry]))
  for (const { object } of found.values()) {
    const path = '$ref' in object ? String(object.$ref).replace('#/', '') : null
    for (const entry of path === null ? [] : objectsIn(resolve(path), [path])) found.set(entry.path, entry)
  }
  return [...found.values()]
}

const bounds: Readonly<Record<string, readonly string[]>> = {
  string: ['maxLength', 'enum', 'const', 'contentMediaType'],
  array: ['maxItems'],
}

function isUnbounded(object: object): boolean {
  const type = 'type' in object && typeof object.type === 'string' ? object.type : ''
  const needed = 'patternProperties' in object ? ['maxProperties'] : bounds[type]
  return needed !== undefined && !needed.some((keyword) => keyword in object)
}

const byName = (a: string, b: string): number => a.localeCompare(b)

describe('the OpenAPI document', () => {
  it('is of version 3.1 and has one operation for each route, under unique ids', () => {
    expect(document).toMatchObject({ openapi: '3.1.0' })
    const ids = operations.map(({ object }) => String(object.operationId))
    expect(ids.toSorted(byName)).toEqual(Object.keys(routes).toSorted(byName))
  })

  it('has a target for every reference', () => {
    const references = objects.flatMap(({ object }) => ('$ref' in object ? [String(object.$ref)] : []))
    expect(references.length).toBeGreaterThan(100)
    expect(references.filter((reference) => resolve(reference) === undefined)).toEqual([])
  })

  it('declares every path parameter as required', () => {
    const parameters = objects.flatMap(({ path, object }) =>
      'in' in object && object.in === 'path' ? [{ path, object }] : [],
    )
    expect(parameters.filter(({ object }) => !('required' in object && object.required === true))).toEqual([])
    const inPaths = operations.flatMap(({ path }) => [...path.matchAll(/\{(\w+)\}/g)])
    expect(parameters).toHaveLength(inPaths.length)
  })

  it('gives every operation a success and a refusal, and marks what Cairn adds', () => {
    for (const { object } of operations) {
      const statuses = 'responses' in object ? Object.keys(Object(object.responses)) : []
      expect(statuses.some((status) => status.startsWith('2'))).toBe(true)
      // Nothing is asked there that could be refused.
      expect(statuses).toContain(object.operationId === 'getSignInWays' ? '500' : '401')
    }
    const added = operations
      .filter(({ object }) => 'x-cairn-added' in object)
      .map(({ object }) => String(object.operationId))
    const addedRoutes = (Object.entries(routes) as [string, Route][])
      .filter(([, route]) => route.added === true)
      .map(([id]) => id)
    expect(added.toSorted(byName)).toEqual(addedRoutes.toSorted(byName))
  })

  it('bounds every text, list and map that a request may carry', () => {
    const requests = objects.filter(
      ({ path }) => /\/(requestBody|parameters)(\/|$)/.test(path) && path.startsWith('paths/'),
    )
    const unbounded = reachable(requests).filter(({ object }) => isUnbounded(object))
    expect(unbounded.map(({ path }) => path)).toEqual([])
  })

  it('says nothing of how the validation works inside', () => {
    const text = JSON.stringify(document)
    for (const word of ['x-rule', 'x-key-rule', 'x-discriminator', '~kind', '~refine']) expect(text).not.toContain(word)
  })

  it('shows the header that names a call, and what it can be answered, at the writes that take it and nowhere else', () => {
    const keyed = operations.flatMap(({ object }) =>
      JSON.stringify(object).includes('#/components/parameters/CallKey') ? [String(object.operationId)] : [],
    )
    expect(keyed).toContain('executeWorkflow')
    expect(keyed).not.toContain('listWorkflows')
    expect(keyed).not.toContain('callWebhook')
    for (const { object } of operations.filter(({ object: { operationId } }) => keyed.includes(String(operationId)))) {
      expect(Object.keys(Reflect.get(object, 'responses'))).toEqual(expect.arrayContaining(['409', '422']))
    }
  })
})
