import type { ArchiveLimits } from './limits.ts'

const maxSegmentBytes = 255
const controlCharacter = /\p{Cc}/u
const driveLetter = /^[A-Za-z]:/
/** What a decoder puts where bytes are no text. */
const replacementCharacter = '\uFFFD'

export type EntryName =
  | { readonly kind: 'name'; readonly segments: readonly string[]; readonly isDirectory: boolean }
  | { readonly kind: 'refused'; readonly rule: string }

/**
 * A name is a relative path of real segments with `/` between them; a trailing `/` marks a directory. Nothing is
 * repaired: a name that needs repair means different files to different readers.
 *
 * @example
 * checkEntryName('src/main.py', limits) // { kind: 'name', segments: ['src', 'main.py'], isDirectory: false }
 * checkEntryName('../x', limits) // { kind: 'refused', rule: 'a name must not hold ".."' }
 */
export function checkEntryName(name: string, limits: ArchiveLimits): EntryName {
  const isDirectory = name.endsWith('/')
  const segments = (isDirectory ? name.slice(0, -1) : name).split('/')
  const rule = brokenTextRule(name, limits) ?? brokenSegmentRule(segments, limits)
  return rule === null ? { kind: 'name', segments, isDirectory } : { kind: 'refused', rule }
}

function brokenTextRule(name: string, limits: ArchiveLimits): string | null {
  if (name === '') return 'a name must not be empty'
  if (Buffer.byteLength(name) > limits.maxPathBytes) return `a name may have at most ${limits.maxPathBytes} bytes`
  if (name.includes(replacementCharacter)) return 'a name must be valid UTF-8'
  if (name.includes('\0')) return 'a name must not hold a NUL character'
  if (controlCharacter.test(name)) return 'a name must not hold control characters'
  if (name.includes('\\')) return 'a name must not hold a backslash; use / between directories'
  if (name.startsWith('/')) return 'a name must be relative, not begin with /'
  if (driveLetter.test(name)) return 'a name must be relative, not begin with a drive letter'
  return null
}

function brokenSegmentRule(segments: readonly string[], limits: ArchiveLimits): string | null {
  if (segments.length > limits.maxDepth) return `a path may be at most ${limits.maxDepth} levels deep`
  if (segments.includes('..')) return 'a name must not hold ".."'
  if (segments.includes('.')) return 'a name must not hold "." as a segment'
  if (segments.includes('')) return 'a name must not hold an empty segment'
  if (segments.some((segment) => Buffer.byteLength(segment) > maxSegmentBytes)) {
    return `each segment of a name may have at most ${maxSegmentBytes} bytes`
  }
  return null
}
