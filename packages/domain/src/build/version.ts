/** A semantic version: three numbers and an optional suffix (`-rc.1` before the release, `+build` without an order). */
export interface Version {
  readonly numbers: readonly [major: number, minor: number, patch: number]
  /** Identifiers after `-`; empty for a release. */
  readonly prerelease: readonly string[]
}

const pattern = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.+-]+)?$/
const maxLength = 96
const wholeNumber = /^\d+$/

/** null = not a semantic version. */
export function parseVersion(text: string): Version | null {
  const parts = text.length <= maxLength ? pattern.exec(text) : null
  if (parts === null) return null
  const prerelease = parts[4]?.split('.') ?? []
  if (prerelease.includes('')) return null
  return { numbers: [Number(parts[1]), Number(parts[2]), Number(parts[3])], prerelease }
}

/** Below 0 when `a` comes before `b`, by the precedence rules of semantic versioning. */
export function compareVersions(a: Version, b: Version): number {
  for (const index of [0, 1, 2] as const) {
    const difference = a.numbers[index] - b.numbers[index]
    if (difference !== 0) return difference
  }
  return comparePrereleases(a.prerelease, b.prerelease)
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  // A release comes after all that lead to it.
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined) return 1
    const difference = compareIdentifiers(left, right)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function compareIdentifiers(a: string, b: string): number {
  const numeric = [wholeNumber.test(a), wholeNumber.test(b)] as const
  if (numeric[0] && numeric[1]) return Number(a) - Number(b)
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1
  if (a === b) return 0
  return a < b ? -1 : 1
}

/**
 * The version of a new image version whose body names none: the next patch of the highest one, without a suffix.
 *
 * @param versions those that the image has, in any order; texts that are no versions are passed over
 * @example
 * nextVersion([]) // '0.0.1'
 * nextVersion(['0.0.9', '0.1.0-rc.1']) // '0.1.1'
 */
export function nextVersion(versions: readonly string[]): string {
  const parsed = versions.map(parseVersion).filter((version) => version !== null)
  const [major, minor, patch] = parsed.toSorted(compareVersions).at(-1)?.numbers ?? [0, 0, 0]
  return `${major}.${minor}.${patch + 1}`
}
