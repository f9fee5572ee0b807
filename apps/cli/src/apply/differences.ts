/** What a file asks for beside what is there. Pure. */
import { type JsonObject, isJsonObject } from '../templates/read-yaml.ts'

/** `from` undefined = it is not there yet; `to` undefined = it goes. */
export interface Difference {
  /** Keys divided by dots, e.g. `steps.train.command`. */
  readonly path: string
  readonly from: unknown
  readonly to: unknown
}

export interface Comparison {
  /** Paths of maps whose keys the file lists in full, such as `steps`: one that it leaves out goes. */
  readonly whole: readonly string[]
}

/** Keys that the file does not name stay as they are, but for those of maps that it lists in full. */
export function differencesOf(current: JsonObject, wanted: JsonObject, { whole }: Comparison): Difference[] {
  const compare = (from: unknown, to: unknown, path: string): Difference[] => {
    if (isJsonObject(from) && isJsonObject(to)) {
      const gone = whole.includes(path) ? Object.keys(from).filter((key) => !Object.hasOwn(to, key)) : []
      return [...Object.keys(to), ...gone].flatMap((key) => {
        const inner = path === '' ? key : `${path}.${key}`
        return compare(from[key], to[key], inner)
      })
    }
    return isSame(from, to) ? [] : [{ path, from, to }]
  }
  return compare(current, wanted, '')
}

/** Nothing, null and an empty list or map are one: the server shows what was left out as any of them. */
function isSame(from: unknown, to: unknown): boolean {
  return (isEmpty(from) && isEmpty(to)) || canonical(from) === canonical(to)
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** The order of keys does not count. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isJsonObject(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))))
      : inner,
  )
}

const longest = 80

/** For people, on one line: `steps.train.command: "a" → "b"`. */
export function describeDifference({ path, from, to }: Difference): string {
  if (from === undefined) return `+ ${path}: ${shorten(to)}`
  if (to === undefined) return `- ${path}: ${shorten(from)}`
  return `~ ${path}: ${shorten(from)} → ${shorten(to)}`
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
