/**
 * Says in words why a value does not follow a schema: one entry for each field and broken rule, at most
 * {@link maxFieldErrors}. Follows the keywords of {@link SchemaNode}; the compiled validator decides, this one explains.
 */
import type { TSchema } from 'typebox'
import type { FieldError } from '../errors.ts'
import {
  type JsonObject,
  type SchemaNode,
  chooseBranch,
  hasType,
  isJsonObject,
  mapOf,
  nodeOf,
  ownValue,
} from './schema-node.ts'

/** More broken rules than these are not listed. */
export const maxFieldErrors = 50

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  array: 'a list',
}

/** `steps` + `train` = `steps.train`. */
export function fieldPath(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`
}

const quoted = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ')

type Report = (field: string, rule: string) => void

function explainText(node: SchemaNode, value: string): string | null {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = node
  if (value.length < minLength)
    return minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`
  if (value.length > maxLength && Array.from(value).length > maxLength)
    return `must have at most ${maxLength} characters, has ${Array.from(value).length}`
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return node['x-rule'] ?? `must match ${pattern}`
  return null
}

function explainNumber(node: SchemaNode, value: number): string | null {
  if (node.minimum !== undefined && value < node.minimum) return `must be at least ${node.minimum}`
  if (node.maximum !== undefined && value > node.maximum) return `must be at most ${node.maximum}`
  if (node.exclusiveMinimum !== undefined && value <= node.exclusiveMinimum) {
    return `must be more than ${node.exclusiveMinimum}`
  }
  return null
}

function explainObject(node: SchemaNode, value: JsonObject, path: string, report: Report): void {
  for (const key of node.required ?? []) {
    if (!Object.hasOwn(value, key)) report(fieldPath(path, key), 'is required')
  }
  for (const [key, schema] of Object.entries(node.properties ?? {})) {
    if (Object.hasOwn(value, key)) explainValue(schema, ownValue(value, key), fieldPath(path, key), report)
  }
  const map = mapOf(node)
  if (map === null) return
  const keys = Object.keys(value)
  if (node.maxProperties !== undefined && keys.length > node.maxProperties) {
    report(path, `must have at most ${node.maxProperties} entries, has ${keys.length}`)
    return
  }
  for (const key of keys) {
    if (map.pattern.test(key)) explainValue(map.values, ownValue(value, key), fieldPath(path, key), report)
    else report(fieldPath(path, key), node['x-key-rule'] ?? `must match ${map.pattern.source}`)
  }
}

function explainList(node: SchemaNode, value: readonly unknown[], path: string, report: Report): void {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = node
  if (value.length < minItems)
    report(path, minItems === 1 ? 'must not be empty' : `must have at least ${minItems} entries`)
  if (value.length > maxItems) report(path, `must have at most ${maxItems} entries, has ${value.length}`)
  else if (node.items !== undefined) {
    for (const [index, item] of value.entries()) explainValue(node.items, item, fieldPath(path, index), report)
  }
}

function explainUnion(node: SchemaNode, value: unknown, path: string, report: Report): void {
  const branch = chooseBranch(node, value)
  if (branch.kind === 'branch') explainValue(branch.schema, value, path, report)
  else if (branch.kind === 'unknown')
    report(fieldPath(path, branch.property), `must be one of ${quoted(branch.allowed)}`)
  else {
    const words = (node.anyOf ?? []).map((schema) => typeWords[nodeOf(schema).type ?? ''] ?? 'a value')
    report(path, `must be ${[...new Set(words)].join(' or ')}`)
  }
}

function explainValue(schema: TSchema, value: unknown, path: string, report: Report): void {
  const node = nodeOf(schema)
  if (node.anyOf !== undefined) return explainUnion(node, value, path, report)
  if (node.enum !== undefined)
    return node.enum.includes(value) ? undefined : report(path, `must be one of ${quoted(node.enum)}`)
  if (node.type !== undefined && !hasType(node.type, value))
    return report(path, `must be ${typeWords[node.type] ?? node.type}`)
  if (node.const !== undefined && node.const !== value) return report(path, `must be ${JSON.stringify(node.const)}`)
  if (typeof value === 'string') reportRule(explainText(node, value), path, report)
  else if (typeof value === 'number') reportRule(explainNumber(node, value), path, report)
  else if (Array.isArray(value)) explainList(node, value, path, report)
  else if (isJsonObject(value)) explainObject(node, value, path, report)
  for (const refinement of node['~refine'] ?? []) {
    if (!refinement.check(value)) report(path, refinement.error(value))
  }
}

function reportRule(rule: string | null, path: string, report: Report): void {
  if (rule !== null) report(path, rule)
}

/** @returns the broken rules; empty when there is none. `path` is where the value stands, empty for a whole body. */
export function explain(schema: TSchema, value: unknown, path: string): FieldError[] {
  const errors: FieldError[] = []
  explainValue(schema, value, path, (field, rule) => {
    if (errors.length < maxFieldErrors) errors.push({ field: field === '' ? 'body' : field, rule })
  })
  return errors
}
