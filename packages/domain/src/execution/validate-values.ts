/** Rules of single values, which every kind of step shares. */
import type { FieldError } from '@cairn/contract'
import { byteLength, parameterNamePattern, workflowLimits } from './limits.ts'

/** Rules of a map of parameter values, of a step's `env` and of the values given to a run. */
export function validateValues(field: string, values: Readonly<Record<string, string>>): FieldError[] {
  return Object.entries(values).flatMap(([name, value]) => [
    ...checkParameterName(field, name),
    ...checkText(`${field}.${name}`, value, workflowLimits.valueBytes),
  ])
}

export function checkParameterName(field: string, name: string): FieldError[] {
  if (parameterNamePattern.test(name)) return []
  const rule = 'a parameter name has letters, digits and _, starts with no digit, and has at most 128 characters'
  return [{ field: `${field}.${name}`, rule }]
}

export function checkText(field: string, text: string, mostBytes: number): FieldError[] {
  const bytes = byteLength(text)
  if (bytes > mostBytes) return [{ field, rule: `has at most ${mostBytes} bytes; this one has ${bytes}` }]
  return text.includes('\0') ? [{ field, rule: 'must not hold a NUL character' }] : []
}

export function checkInteger(
  field: string,
  value: number | null | undefined,
  range: { readonly least: number; readonly most: number },
): FieldError[] {
  if (value === null || value === undefined) return []
  if (Number.isInteger(value) && value >= range.least && value <= range.most) return []
  return [{ field, rule: `must be a whole number from ${range.least} to ${range.most}` }]
}
