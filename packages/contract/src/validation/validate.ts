import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { FieldError } from '../errors.ts'
import { explain } from './explain.ts'

const compiled = new WeakMap<TSchema, Validator>()

function validatorOf(schema: TSchema): Validator {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const validator = Compile(schema)
  compiled.set(schema, validator)
  return validator
}

/**
 * The rules of a schema that a value breaks, each with the path of its field, e.g. `steps.train.command`; empty when the
 * value follows the schema. Schemas are compiled once. At most 50 rules are named.
 *
 * @example
 * validate(WorkflowBody, { name: 'w', steps: { a: { imageId: 1 } } })
 * // [{ field: 'steps.a.command', rule: 'is required' }]
 */
export function validate(schema: TSchema, value: unknown): FieldError[] {
  const validator = validatorOf(schema)
  if (validator.Check(value)) return []
  const errors = explain(schema, value, '')
  if (errors.length > 0) return errors
  const [first] = validator.Errors(value)
  const field = first?.instancePath.slice(1).replaceAll('/', '.') ?? ''
  return [{ field: field === '' ? 'body' : field, rule: first?.message ?? 'does not follow the schema' }]
}
