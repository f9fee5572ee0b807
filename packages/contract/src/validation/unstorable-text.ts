import type { FieldError } from '../errors.ts'
import { fieldPath } from './explain.ts'

function isUnstorable(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed()
}

/** Texts, names in maps included, that no database takes: with a NUL or with half of a surrogate pair. */
export function findUnstorableText(value: unknown): FieldError[] {
  const errors: FieldError[] = []
  // A stack of its own: a free-form payload may be nested deeper than calls can be.
  const pending: { path: string; value: unknown }[] = [{ path: '', value }]
  for (let next = pending.pop(); next !== undefined && errors.length < 50; next = pending.pop()) {
    if (typeof next.value === 'string' && isUnstorable(next.value)) {
      errors.push({ field: next.path, rule: 'must not have NUL characters or broken surrogate pairs' })
    } else if (typeof next.value === 'object' && next.value !== null) {
      for (const [key, item] of Object.entries(next.value)) {
        if (isUnstorable(key)) errors.push({ field: next.path, rule: 'has a name with NUL characters' })
        else pending.push({ path: fieldPath(next.path, key), value: item })
      }
    }
  }
  return errors
}
