/** Sizes in bytes; null = it cannot be told from here. */
export interface DiskReport {
  readonly freeBytes: number | null
  readonly totalBytes: number | null
  readonly imageBytes: number
  readonly containerBytes: number
  readonly volumeBytes: number
  readonly buildCacheBytes: number
}

export interface DiskPolicy {
  /** Bytes of the engine's disk that builds leave free. */
  readonly keepFreeBytes: number
  /** Bytes that the builder's cache may take. */
  readonly buildCacheBytes: number
  /** Days after which the image of a version that nothing uses leaves the engine; 0 = never. */
  readonly unusedImageDays: number
}

export const defaultDiskPolicy: DiskPolicy = {
  keepFreeBytes: 2 * 1024 ** 3,
  buildCacheBytes: 20 * 1024 ** 3,
  unusedImageDays: 30,
}

/** Why a build does not start on a disk with so much free; null = it may. */
export function refuseOnFullDisk(freeBytes: number, keepFreeBytes: number): string | null {
  if (freeBytes >= keepFreeBytes) return null
  return `the disk of the container engine is nearly full: ${gigabytes(freeBytes)} are free and ${gigabytes(keepFreeBytes)} are kept free (CAIRN_DISK_KEEP_FREE_BYTES); delete images that nobody needs, then build again`
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`
