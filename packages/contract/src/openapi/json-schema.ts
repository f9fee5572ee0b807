import type { TSchema } from 'typebox'

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

interface Context {
  readonly names: ReadonlyMap<unknown, string>
  readonly prefix: string
}

/**
 * Plain JSON of a schema. A schema that has a name becomes a `$ref`; our `x-rule` becomes its description.
 *
 * @param options.inline - the schema that is written out although it has a name: the component itself.
 */
export function toJsonSchema(
  schema: TSchema,
  names: ReadonlyMap<TSchema, string>,
  prefix: string,
  options: { inline?: TSchema } = {},
): JsonValue {
  const name = names.get(schema)
  if (name !== undefined && schema !== options.inline) return { $ref: `${prefix}${name}` }
  return writeObject(schema, { names, prefix })
}

/** Annotations that are for the validation of this package, not for readers of the document. */
const internal = new Set(['x-rule', 'x-key-rule', 'x-discriminator', 'x-entry-list'])

function writeObject(value: object, context: Context): JsonValue {
  const entries = Object.entries(value).filter(([key]) => !internal.has(key))
  const written = entries.map(([key, item]) => [key, writeValue(item, context)] as const)
  const rules = Object.entries(value).filter(([key]) => key === 'x-rule' || key === 'x-key-rule')
  const described = rules.map(
    ([key, rule]) => ['description', `${key === 'x-rule' ? 'Value' : 'Name'} ${String(rule)}`] as const,
  )
  return Object.fromEntries([...written, ...described])
}

function writeValue(value: unknown, context: Context): JsonValue {
  if (Array.isArray(value)) return value.map((item: unknown) => writeValue(item, context))
  if (typeof value === 'object' && value !== null) {
    const name = context.names.get(value)
    return name === undefined ? writeObject(value, context) : { $ref: `${context.prefix}${name}` }
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return null
}
