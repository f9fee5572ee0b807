/** Where one entry's local header and data lie in the file. */
export interface Extent {
  readonly name: string
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

/**
 * Entries that share bytes are how a small file becomes a huge tree (the overlapping bomb); no writer makes them.
 * Answers the first entry that begins before its neighbour ends, or reaches into the directory.
 *
 * @param directoryStart where the central directory begins, in bytes
 */
export function findOverlap(extents: readonly Extent[], directoryStart: number): Extent | null {
  let previousEnd = 0
  for (const extent of extents.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (extent.start < previousEnd || extent.end > directoryStart) return extent
    previousEnd = extent.end
  }
  return null
}
