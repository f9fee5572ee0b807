/** Letters that were left out, added, changed, or exchanged with their neighbour. */
function distance(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const exchanged =
        from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity
      next.push(Math.min(substituted, exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row.at(-1) ?? 0
}

/**
 * Of the known names the one that a misspelt name most likely means; null when none is near.
 *
 * @example
 * nearestName('imges', ['images', 'services']) // 'images'
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  const folded = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '').slice(0, 64)
  const ranked = known
    .map((candidate) => ({ candidate, steps: distance(folded(name), folded(candidate)) }))
    .toSorted((a, b) => a.steps - b.steps)
  const [best] = ranked
  return best !== undefined && best.steps <= Math.max(1, Math.floor(name.length / 3)) ? best.candidate : null
}

/** ` Did you mean x?`, or nothing. */
export function suggestion(name: string, known: readonly string[]): string {
  const meant = nearestName(name, known)
  return meant === null ? '' : ` Did you mean ${meant}?`
}
