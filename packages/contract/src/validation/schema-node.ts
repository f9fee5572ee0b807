import type { TSchema } from 'typebox'

/** A check in code that a schema carries beside its keywords. */
interface Refinement {
  check(value: unknown): boolean
  error(value: unknown): string
}

/** The JSON Schema keywords that the schemas of this package use, and no others. */
export interface SchemaNode {
  readonly type?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, TSchema>>
  readonly items?: TSchema
  readonly anyOf?: readonly TSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly 'x-rule'?: string
  readonly 'x-key-rule'?: string
  readonly 'x-discriminator'?: string
  readonly 'x-entry-list'?: boolean
  readonly '~refine'?: readonly Refinement[]
}

export function nodeOf(schema: TSchema): SchemaNode {
  return schema
}

export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of an own property; never one that every object inherits. */
export function ownValue(value: JsonObject, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined
}

/** The pattern of the names in a map and the schema of their values; null when the schema is no map. */
export function mapOf(node: SchemaNode): { pattern: RegExp; values: TSchema } | null {
  const [entry] = Object.entries(node.patternProperties ?? {})
  return entry === undefined ? null : { pattern: new RegExp(entry[0], 'u'), values: entry[1] }
}

const jsonTypes: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  object: isJsonObject,
  array: Array.isArray,
}

export function hasType(type: string, value: unknown): boolean {
  return jsonTypes[type]?.(value) ?? true
}

export type Branch =
  | { readonly kind: 'branch'; readonly schema: TSchema }
  /** The discriminator has none of the values that there are. */
  | { readonly kind: 'unknown'; readonly property: string; readonly allowed: readonly unknown[] }
  | { readonly kind: 'none' }

/** The branch of a union that a value is meant to follow: by the discriminator, else the first of its JSON type. */
export function chooseBranch(node: SchemaNode, value: unknown): Branch {
  const branches = node.anyOf ?? []
  const property = node['x-discriminator']
  if (property === undefined || !isJsonObject(value)) {
    const found = branches.find((branch) => {
      const { type } = nodeOf(branch)
      return type === undefined || hasType(type, value)
    })
    return found === undefined ? { kind: 'none' } : { kind: 'branch', schema: found }
  }
  const given = ownValue(value, property) ?? undefined
  const found = branches.find((branch) => {
    const { properties, required } = nodeOf(branch)
    const tag = properties?.[property]
    return given === undefined ? required?.includes(property) !== true : tag && nodeOf(tag).const === given
  })
  if (found !== undefined) return { kind: 'branch', schema: found }
  const allowed = branches.flatMap((branch) => {
    const tag = nodeOf(branch).properties?.[property]
    return tag === undefined ? [] : [nodeOf(tag).const]
  })
  return { kind: 'unknown', property, allowed }
}
