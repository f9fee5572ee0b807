/** What differs between two bodies of a workflow, as a person would say it. */
import { canonicalJson } from '../canonical-json.ts'

export interface BodyChange {
  /** Keys divided by dots, e.g. `steps.train.command`. */
  readonly path: string
  /** null = it was not there. */
  readonly from: string | null
  /** null = it is gone. */
  readonly to: string | null
}

const longestText = 2000

/**
 * The changed keys, in the order of the later body, then those that are gone. Maps are compared key by key and lists as
 * a whole; the order of keys does not count, nor that of `parents` and `tags`. Nothing, null and what is empty are one.
 */
export function bodyChanges(before: object, after: object): BodyChange[] {
  return compare(before, after, '')
}

function compare(from: unknown, to: unknown, path: string): BodyChange[] {
  if (isMap(from) && isMap(to)) {
    const gone = Object.keys(from).filter((key) => !Object.hasOwn(to, key))
    return [...Object.keys(to), ...gone].flatMap((key) =>
      compare(from[key], to[key], path === '' ? key : `${path}.${key}`),
    )
  }
  return canonical(from, path) === canonical(to, path) ? [] : [{ path, from: textOf(from), to: textOf(to) }]
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

const unorderedLists = /(^|\.)(parents|tags)$/

function canonical(value: unknown, path: string): string {
  if (isEmpty(value)) return ''
  if (Array.isArray(value) && unorderedLists.test(path)) return value.map(canonicalJson).toSorted().join()
  return canonicalJson(value)
}

function textOf(value: unknown): string | null {
  if (isEmpty(value)) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text
}
