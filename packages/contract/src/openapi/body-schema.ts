import type { Route } from '../route.ts'
import { type JsonValue, toJsonSchema } from './json-schema.ts'

/**
 * Plain JSON Schema of the body that a route takes, whole: without references. Null when it takes none.
 *
 * @example
 * bodySchema(routes.createWorkflow)
 */
export function bodySchema(route: Route): JsonValue {
  return route.body === undefined ? null : toJsonSchema(route.body, new Map(), '')
}
