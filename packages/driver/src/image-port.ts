/** The part of the container-engine port that is about images and the disk that they take. */
import type { Call } from './call.ts'

export interface ImageDetails {
  /** Content id, e.g. `sha256:…`. */
  readonly id: string
  readonly sizeBytes: number
  readonly exposedTcpPorts: readonly number[]
  readonly workingDirectory: string
  /** Digests of its layers, the base first. */
  readonly layers: readonly string[]
}

/** An image that this installation built. */
export interface OwnImage {
  readonly id: string
  readonly tags: readonly string[]
  readonly sizeBytes: number
}

export interface ImageFile {
  /** Without a slash at its start. */
  readonly path: string
  /** null = larger than what was wanted of it. */
  readonly bytes: Uint8Array | null
}

/** Most bytes to be given of the file at this path (without a slash at its start); null = it is not wanted. */
export type WantedFile = (path: string) => number | null

/** What the engine holds on its disk, in bytes. Layers that images share count once. */
export interface DiskUsage {
  readonly imageBytes: number
  /** What containers have written. */
  readonly containerBytes: number
  readonly volumeBytes: number
  readonly buildCacheBytes: number
}

export interface DiskSpace {
  readonly freeBytes: number
  readonly totalBytes: number
}

export interface ImageVerbs {
  /** null = not on the engine. */
  inspectImage(reference: string, call: Call): Promise<ImageDetails | null>
  /** Absent = done. Refuses (`denied`) an image that this installation did not build. */
  removeImage(reference: string, call: Call): Promise<void>
  /**
   * Regular files of an image as a container of it would have them, each path once, in any order. Nothing of the image is
   * run. Reads through the whole image, so not to be asked often; ends early when its reader does. Throws
   * `image_not_found`.
   */
  imageFiles(reference: string, wanted: WantedFile, call: Call): AsyncIterable<ImageFile>
  /** All that this installation built, also what has lost its tag. */
  listImages(call: Call): Promise<readonly OwnImage[]>
  /** May take seconds. */
  diskUsage(call: Call): Promise<DiskUsage>
  /** Of the disk that the engine keeps images on; null = it cannot be told from here. */
  diskSpace(call: Call): Promise<DiskSpace | null>
  /** Removes from the builder's cache, the oldest first, what exceeds `keepBytes`. Answers the bytes that it freed. */
  pruneBuildCache(keepBytes: number, call: Call): Promise<number>
}
