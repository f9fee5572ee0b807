/**
 * Brings a value that came over the wire into the form that its schema describes: `null` for an optional key counts as
 * absent, keys that the schema does not name are taken out (and listed), and a map may be written as a list of one-entry
 * objects where the schema says so. Values that do not fit are left as they are for `validate` to judge.
 */
import type { TSchema } from 'typebox'
import { type JsonObject, type SchemaNode, chooseBranch, hasType, isJsonObject, mapOf, nodeOf } from './schema-node.ts'
import { fieldPath } from './explain.ts'

export interface UnknownKey {
  /** Path of the key. */
  readonly field: string
  /** The keys that there are beside it. */
  readonly known: readonly string[]
}

interface Walk {
  readonly unknownKeys: UnknownKey[]
}

function acceptsNull(schema: TSchema): boolean {
  const node = nodeOf(schema)
  if (node.anyOf !== undefined) return node.anyOf.some(acceptsNull)
  return node.enum?.includes(null) ?? (node.type === undefined || hasType(node.type, null))
}

function normaliseObject(node: SchemaNode, value: JsonObject, path: string, walk: Walk): JsonObject {
  const properties = node.properties ?? {}
  const entries: [string, unknown][] = []
  for (const [key, given] of Object.entries(value)) {
    const schema = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (schema === undefined) {
      walk.unknownKeys.push({ field: fieldPath(path, key), known: Object.keys(properties) })
    } else if (given !== null || node.required?.includes(key) === true || acceptsNull(schema)) {
      entries.push([key, normaliseValue(schema, given, fieldPath(path, key), walk)])
    }
  }
  return Object.fromEntries(entries)
}

function normaliseMap(
  node: SchemaNode,
  values: TSchema,
  value: JsonObject,
  at: { path: string; walk: Walk },
): JsonObject {
  const tooMany = node.maxProperties !== undefined && Object.keys(value).length > node.maxProperties
  if (tooMany) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, given]) => [key, normaliseValue(values, given, fieldPath(at.path, key), at.walk)]),
  )
}

function fromEntryList(value: readonly unknown[]): unknown {
  return value.every(isJsonObject) ? Object.fromEntries(value.flatMap((entry) => Object.entries(entry))) : value
}

function normaliseValue(schema: TSchema, value: unknown, path: string, walk: Walk): unknown {
  const node = nodeOf(schema)
  if (node.anyOf !== undefined) {
    const branch = chooseBranch(node, value)
    return branch.kind === 'branch' ? normaliseValue(branch.schema, value, path, walk) : value
  }
  if (Array.isArray(value)) {
    if (node['x-entry-list'] === true) return fromEntryList(value)
    const { items, maxItems = Number.POSITIVE_INFINITY } = node
    if (items === undefined || value.length > maxItems) return value
    return value.map((item, index) => normaliseValue(items, item, fieldPath(path, index), walk))
  }
  if (!isJsonObject(value)) return value
  const map = mapOf(node)
  if (map !== null) return normaliseMap(node, map.values, value, { path, walk })
  return node.properties === undefined ? value : normaliseObject(node, value, path, walk)
}

/** @returns the value in the schema's form, and the keys that were taken out. The given value is not changed. */
export function normalise(schema: TSchema, value: unknown): { value: unknown; unknownKeys: readonly UnknownKey[] } {
  const walk: Walk = { unknownKeys: [] }
  return { value: normaliseValue(schema, value, '', walk), unknownKeys: walk.unknownKeys }
}

/** Of the known names the one that a misspelt name most likely means; null when none is near. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const folded = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '')
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(folded(name), folded(candidate)) }))
    .toSorted((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best !== undefined && best.distance <= Math.max(1, Math.floor(name.length / 4)) ? best.candidate : null
}

function editDistance(from: string, to: string): number {
  const width = 64
  const a = from.slice(0, width)
  const b = to.slice(0, width)
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
