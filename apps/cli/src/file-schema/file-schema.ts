/** JSON Schemas of the files that commands and `apply` take, made from the schemas that the server checks by. Pure. */
import { bodySchema, routes } from '@cairn/contract'
import { type Kind, kinds } from '../apply/document.ts'
import { isJsonObject, type JsonObject } from '../templates/read-yaml.ts'

const text = { type: 'string', minLength: 1 }

const artifact = {
  description: 'The folder to upload.',
  type: 'object',
  additionalProperties: false,
  required: ['path'],
  properties: {
    path: {
      ...text,
      description: 'From the folder of the file in plan and apply; in other commands from the working directory first.',
    },
    ignore_files: {
      description: 'Files at the root of the folder with rules of what to leave out; .dockerignore when not given.',
      type: 'array',
      items: text,
    },
  },
}

const imageNames = {
  imageName: { ...text, description: 'Name of the image, in place of its number.' },
}

const bodies: Readonly<Record<Kind, () => unknown>> = {
  secret: () => ({
    type: 'object',
    required: ['name'],
    properties: {
      name: text,
      valueFromEnv: {
        ...text,
        description: 'The variable of the environment that has the value; it is never in a file.',
      },
    },
  }),
  query: () => bodySchema(routes.putQuery),
  artifact: () => bodySchema(routes.createArtifact),
  image: () => bodySchema(routes.createImage),
  workflow: () =>
    byName(bodySchema(routes.createWorkflow), {
      ...imageNames,
      imageVersion: {
        ...text,
        description: 'Its version; the latest that is ready when a run starts, when not given.',
      },
    }),
  service: () =>
    byName(bodySchema(routes.createService), {
      ...imageNames,
      version: { ...text, description: 'Its version; the latest that is ready, when not given.' },
    }),
}

/** What has an `imageId` takes a name in its place. */
function byName(schema: unknown, names: JsonObject): unknown {
  if (Array.isArray(schema)) return schema.map((item: unknown) => byName(item, names))
  if (!isJsonObject(schema)) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, byName(value, names)]))
  const { properties, required } = inner
  if (!isJsonObject(properties) || !Object.hasOwn(properties, 'imageId')) return inner
  const others = Array.isArray(required) ? required.filter((key) => key !== 'imageId') : []
  return { ...inner, properties: { ...names, ...properties }, required: others }
}

/** Keys that mean nothing are marked: here they are mistakes also where the server leaves them out. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (!isJsonObject(schema)) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return isJsonObject(inner['properties']) ? { additionalProperties: false, ...inner } : inner
}

const dialect = { $schema: 'http://json-schema.org/draft-07/schema#' }

/** Of a file that says one thing. */
export function fileSchema(kind: Kind): JsonObject {
  return { ...dialect, title: `A file of cairn: ${kind}`, ...shapeOf(kind) }
}

function shapeOf(kind: Kind): JsonObject {
  const takesArtifact = kind === 'artifact' || kind === 'image'
  return {
    type: 'object',
    additionalProperties: false,
    required: ['body'],
    properties: {
      kind: { const: kind },
      body: closed(bodies[kind]()),
      ...(takesArtifact ? { artifact } : {}),
    },
  }
}

/** Of a file of `apply` with things of any kind in it: the kind has to be said. */
export function anyFileSchema(): JsonObject {
  const anyOf = kinds.map((kind) => ({ ...shapeOf(kind), required: ['kind', 'body'] }))
  return { ...dialect, title: 'A file of cairn: things of any kind', anyOf }
}
