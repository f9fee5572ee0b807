/**
 * Bounded building blocks of the wire schemas. Every string, list and map of the API has a documented bound.
 *
 * Annotations that `validate` reads: `x-rule` says in words what a pattern asks for, `x-key-rule` what the names in a map
 * ask for, `x-discriminator` names the property that chooses the branch of a union.
 */
import { type Static, type TSchema, Type } from 'typebox'

/** Bounds of the wire, in characters, entries or the unit in the name. */
export const wireLimits = {
  /** Names of artifacts, images and workflows. */
  nameLength: 128,
  descriptionLength: 4096,
  /** A command, an entrypoint, a Dockerfile, a value of a parameter, a payload. */
  textLength: 65_536,
  urlLength: 8192,
  /** Entries of a map of parameters or headers. */
  mapEntries: 512,
  tags: 64,
  triggers: 16,
  watchers: 64,
  steps: 10_000,
  parentsOfStep: 1000,
  conditions: 64,
  buildArguments: 128,
  secrets: 128,
  autodeployResources: 64,
  filterValues: 100,
  /** Of a service. Servers allow 2 unless they are set up for more. */
  instances: 10,
  pageSize: 1000,
  defaultPageSize: 25,
  /** Bytes of a zip that the SDK makes in memory, unless told otherwise. The server takes more: CAIRN_MAX_UPLOAD_BYTES. */
  artifactBytes: 50 * 1024 * 1024,
} as const

/** Instant in ISO 8601 with milliseconds and `Z`, e.g. `2020-01-01T18:00:00.000Z`. */
export const Timestamp = Type.String({ format: 'date-time', maxLength: 40 })

const isoDate = String.raw`^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$`

/** A date or an instant in ISO 8601 as callers write it. Without an offset it is UTC. */
export const DateFilter = Type.Refine(
  Type.String({ pattern: isoDate, maxLength: 40, 'x-rule': 'must be a date in ISO 8601, e.g. 2026-01-31T18:00:00Z' }),
  (value: string) => !Number.isNaN(Date.parse(value)),
  () => 'must be a date that exists',
)

/** Number of a row: images, versions, builds, workflows, instance types. */
export const NumericId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

export const Uuid = Type.String({
  pattern: '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$',
  maxLength: 36,
  'x-rule': 'must be a UUID',
})

/** In a class of a pattern: control characters, and marks that turn the direction of what follows. Screens obey both. */
export const obeyed = String.raw`\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069`

// No blanks at the ends.
const printable = String.raw`^[^\s${obeyed}]([^${obeyed}]*[^\s${obeyed}])?$`

/** Name of an artifact, image or workflow. */
export const ResourceName = Type.String({
  pattern: printable,
  minLength: 1,
  maxLength: wireLimits.nameLength,
  'x-rule': 'must have no control characters, no marks that turn the direction of writing, and no blanks at its ends',
})

export const Description = Type.String({ maxLength: wireLimits.descriptionLength })

export const Text = Type.String({ maxLength: wireLimits.textLength })

/** Text that is not empty. */
export const FilledText = Type.String({ minLength: 1, maxLength: wireLimits.textLength })

export const UrlText = Type.String({ minLength: 1, maxLength: wireLimits.urlLength })

/** A short word such as a name of a branch, a stored token, a column. */
export const ShortText = Type.String({ minLength: 1, maxLength: 256 })

/** A path inside an artifact, a repository or the query store. */
export const PathText = Type.String({ minLength: 1, maxLength: 1024 })

/** Names of secrets. */
export const SecretNames = Type.Array(ShortText, { maxItems: wireLimits.secrets })

export const Tag = Type.Object({ name: ShortText, color: Type.Optional(Type.String({ maxLength: 32 })) })
export type Tag = Static<typeof Tag>

export const Tags = Type.Array(Tag, { maxItems: wireLimits.tags })

const entryName = String.raw`^(?!__proto__$)[^=\x00-\x1f\x7f]{1,256}$`

/** A map of names to strings: parameters, headers. */
export function stringMap(annotations: Record<`x-${string}`, unknown>) {
  return Type.Record(Type.String({ pattern: entryName }), Text, {
    maxProperties: wireLimits.mapEntries,
    additionalProperties: false,
    'x-key-rule': 'must be a name of 1 to 256 characters, none of them `=` or a control character',
    ...annotations,
  })
}

export const StringMap = stringMap({})
export type StringMap = Record<string, string>

/** Filter that can be given repeated or separated by commas. */
export function filterOf<const Values extends readonly string[]>(values: Values) {
  return Type.Array(Type.Unsafe<Values[number]>(Type.Enum([...values])), { maxItems: wireLimits.filterValues })
}

export const TextFilter = Type.Array(ShortText, { maxItems: wireLimits.filterValues })

/** Marks a field that the reference contract does not have. */
export const addedByCairn = { 'x-cairn-added': true } as const

/** `null` where the value does not exist yet or at all. */
export function nullable<Schema extends TSchema>(schema: Schema, annotations: Record<`x-${string}`, unknown> = {}) {
  return Type.Union([schema, Type.Null()], annotations)
}

/** The answer `{}`. */
export const EmptyAnswer = Type.Object({})
