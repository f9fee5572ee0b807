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

export interface RegistryLogin {
  readonly username: string
  readonly password: string
}

/** How an OCI registry is spoken to. */
export interface RegistryAccess {
  /** `http` for a registry on this machine only: an engine refuses it for others. */
  readonly scheme: 'http' | 'https'
  /** null = the registry asks for none. */
  readonly login: RegistryLogin | null
  /** PEM certificates of authorities that are trusted beside the usual ones; null = none. The engine has its own. */
  readonly authorities: string | null
}

export interface PushedTag {
  /** Without a tag: `registry.example.com/cairn/3`. */
  readonly repository: string
  readonly tag: string
  readonly access: RegistryAccess
}

export interface PushedManifest {
  readonly repository: string
  /** `sha256:…` */
  readonly digest: string
  readonly access: RegistryAccess
}

export interface ImagePush extends PushedTag {
  /** An image on the engine. */
  readonly reference: string
}

export interface ImagePull extends PushedManifest {
  /** The tag that it gets on this engine. */
  readonly as: string
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

/** Images in an OCI registry. Each throws `unavailable` for a registry that is away, `denied` for one that refuses. */
export interface RegistryVerbs {
  /** Answers the digest of the manifest. Layers that the registry has cost nothing. Throws `image_not_found`. */
  pushImage(push: ImagePush, call: Call): Promise<string>
  /** Throws `image_not_found`. */
  pullImage(pull: ImagePull, call: Call): Promise<void>
  /** The digest that a tag names; null = the registry has no such tag. */
  findPushed(tag: PushedTag, call: Call): Promise<string | null>
  /** Removes a manifest with all tags that name it. Absent = removed. False = the registry does not let it be removed. */
  removePushed(manifest: PushedManifest, call: Call): Promise<boolean>
}
