/** Bounds of one archive. Every one of them is checked on what is actually read, not on what a header says. */
export interface ArchiveLimits {
  /** Most files and directories, those that are only named as a parent included. */
  readonly maxEntries: number
  /** Most bytes that one file may unpack to. */
  readonly maxEntryBytes: number
  /** Most bytes that all files together may unpack to. */
  readonly maxTotalBytes: number
  /** Most unpacked bytes for each compressed byte, of one file and of the whole archive, beyond `ratioFreeBytes`. */
  readonly maxRatio: number
  /** Bytes that unpack without regard to `maxRatio`, so that a short run of zeros is no bomb. */
  readonly ratioFreeBytes: number
  /** Most segments of a path. */
  readonly maxDepth: number
  /** Most bytes of one path in UTF-8. */
  readonly maxPathBytes: number
  /** Most bytes of all paths together; bounds the memory that the list of entries takes. */
  readonly maxAllPathsBytes: number
  /** Bytes that zips in the archive may unpack to, on all levels together, beyond `maxRatio` of the archive's size. */
  readonly nestedFreeBytes: number
  /** Most levels of zips in zips. */
  readonly maxNestedDepth: number
  /** Longest time that {@link inspectZip} may take, in milliseconds. */
  readonly maxInspectionMs: number
}

const mebibyte = 1024 * 1024

export const defaultArchiveLimits: ArchiveLimits = {
  maxEntries: 100_000,
  maxEntryBytes: 2048 * mebibyte,
  maxTotalBytes: 2048 * mebibyte,
  maxRatio: 200,
  ratioFreeBytes: mebibyte,
  maxDepth: 64,
  maxPathBytes: 1024,
  maxAllPathsBytes: 16 * mebibyte,
  nestedFreeBytes: 256 * mebibyte,
  maxNestedDepth: 8,
  maxInspectionMs: 120_000,
}

/** Whether `bytes` unpacked from `compressedBytes` are more than honest data gives. */
export function exceedsRatio(bytes: number, compressedBytes: number, limits: ArchiveLimits): boolean {
  return bytes > limits.ratioFreeBytes + limits.maxRatio * compressedBytes
}
