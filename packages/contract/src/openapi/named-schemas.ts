import type { TSchema } from 'typebox'
import * as schemas from '../schemas/index.ts'

function isSchema(value: unknown): value is TSchema {
  return typeof value === 'object' && value !== null && '~kind' in value
}

const exported: readonly (readonly [string, unknown])[] = Object.entries(schemas)

/** The exported object and union schemas by their names: the components of the OpenAPI document. */
export const namedSchemas: Readonly<Record<string, TSchema>> = Object.fromEntries(
  exported.flatMap(([name, value]): [string, TSchema][] =>
    isSchema(value) && ('properties' in value || 'anyOf' in value) ? [[name, value]] : [],
  ),
)
