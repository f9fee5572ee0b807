/**
 * Takes the values of secrets out of texts: logs, output parameters, reasons. One pass over a text, whatever the number of
 * secrets: a table of the beginnings of all forms, by a hash that rolls over the text, decides where to look closer.
 */
import { type SecretForm, secretForms } from './secret-forms.ts'

/** What stands in the place of a secret. */
export const maskedText = '***'

/** From and to, in UTF-16 units, `to` exclusive. */
export type TextRange = readonly [from: number, to: number]

export interface SecretMask {
  /** The text with {@link maskedText} for every secret in it. */
  mask(text: string): string
  /** Where the text holds secrets: in order, apart from each other. */
  find(text: string): readonly TextRange[]
  /** UTF-16 units of the longest text that is looked for; 0 = this mask knows no secret. */
  readonly longest: number
  /** A mask for more values. */
  with(values: Iterable<string>): SecretMask
}

/** The text with {@link maskedText} in the place of each range. */
export function maskRanges(text: string, ranges: readonly TextRange[]): string {
  if (ranges.length === 0) return text
  const parts: string[] = []
  let end = 0
  for (const [from, to] of ranges) {
    parts.push(text.slice(end, from), maskedText)
    end = to
  }
  parts.push(text.slice(end))
  return parts.join('')
}

/**
 * A mask for these values in all their forms; see {@link secretForms}.
 *
 * @example
 * createSecretMask(['s3cret!']).mask('token=s3cret%21') // token=***
 */
export function createSecretMask(values: Iterable<string>): SecretMask {
  const known = new Set(values)
  const forms = [...known].flatMap(secretForms)
  const find = forms.length === 0 ? findNothing : createFinder(forms)
  return {
    find,
    mask: (text) => maskRanges(text, find(text)),
    longest: forms.reduce((longest, form) => Math.max(longest, form.text.length), 0),
    with: (more) => createSecretMask([...known, ...more]),
  }
}

export const noSecretMask: SecretMask = createSecretMask([])

type Find = (text: string) => readonly TextRange[]

function findNothing(): readonly TextRange[] {
  return []
}

/** Units of a form that the table knows it by; forms in far-off scripts may be shorter. */
const usualBeginning = 4
const shortestBeginning = 2

function createFinder(forms: readonly SecretForm[]): Find {
  const isUsual = ({ text }: SecretForm): boolean => text.length >= usualBeginning
  const findUsual = findByBeginning(forms.filter(isUsual), usualBeginning)
  const others = forms.filter((form) => !isUsual(form))
  if (others.length === 0) return findUsual
  const findOthers = findByBeginning(others, shortestBeginning)
  return (text) => {
    const found: [number, number][] = []
    const all = [...findUsual(text), ...findOthers(text)]
    for (const range of all.toSorted((a, b) => a[0] - b[0])) addRange(found, range)
    return found
  }
}

const hashMask = 0xff_ff

/** Each unit is shifted out of the 16 bits of the hash by the `units` that follow it, so the hash is of the last ones. */
function findByBeginning(forms: readonly SecretForm[], units: number): Find {
  const shift = 16 / units
  const table = new Uint8Array(hashMask + 1)
  const byHash = new Map<number, SecretForm[]>()
  for (const form of forms) {
    let hash = 0
    for (let at = 0; at < units; at += 1) hash = ((hash << shift) ^ form.text.charCodeAt(at)) & hashMask
    table[hash] = 1
    byHash.set(hash, [...(byHash.get(hash) ?? []), form])
  }
  for (const group of byHash.values()) group.sort((a, b) => b.text.length - a.text.length)
  return (text) => {
    const ranges: [number, number][] = []
    let hash = 0
    for (let end = 0; end < text.length; end += 1) {
      hash = ((hash << shift) ^ text.charCodeAt(end)) & hashMask
      if (table[hash] === 0) continue
      const at = end + 1 - units
      const form = byHash.get(hash)?.find((candidate) => at >= 0 && text.startsWith(candidate.text, at))
      if (form !== undefined) addRange(ranges, rangeOf(form, text, at))
    }
    return ranges
  }
}

function isBase64(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[A-Za-z0-9+/_-]/.test(text.charAt(at))
}

function rangeOf({ text: { length }, isBase64: isInBase64 }: SecretForm, text: string, at: number): TextRange {
  if (!isInBase64) return [at, at + length]
  const from = isBase64(text, at - 1) ? at - 1 : at
  let to = at + length + (isBase64(text, at + length) ? 1 : 0)
  while (text.charAt(to) === '=') to += 1
  return [from, to]
}

/** Ranges come in the order of their beginnings, but for the one character that base64 reaches back. */
function addRange(ranges: [number, number][], [from, to]: TextRange): void {
  const last = ranges.at(-1)
  if (last === undefined || from > last[1]) ranges.push([from, to])
  else last[1] = Math.max(last[1], to)
}
