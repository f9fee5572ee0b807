import type { Readable } from 'node:stream'

export type PutResult =
  | {
      readonly kind: 'stored'
      /** 64 lower-case hexadecimal characters; the object's only name. */
      readonly sha256: string
      readonly sizeBytes: number
    }
  | {
      /** The source had more than `maxBytes`. Nothing of it is kept. */
      readonly kind: 'too_large'
      readonly maxBytes: number
    }

export interface ListedObject {
  readonly sha256: string
  /** When these bytes were last put. */
  readonly storedAt: Date
}

export interface MaterialisedObject {
  /** A local file with exactly the object's bytes. Read it, never write it. */
  readonly path: string
  /** Says that the file is no longer needed. */
  readonly release: () => Promise<void>
}

/** Bytes by their content. An object is whole and durable, or not there at all. */
export interface ObjectStore {
  /**
   * Reads the source to its end and stores it under its hash; storing the same content twice, even at once, is fine.
   * Reads no more than `maxBytes` and one piece of the source. Rejects, keeping nothing, when the source fails.
   */
  readonly put: (source: AsyncIterable<Uint8Array>, options: { readonly maxBytes: number }) => Promise<PutResult>
  /** A stream of the bytes, or null when there is no such object. Destroy it if it is not read to its end. */
  readonly open: (sha256: string) => Promise<Readable | null>
  /** A file of the bytes for readers that need random access, or null when there is no such object. */
  readonly materialise: (sha256: string) => Promise<MaterialisedObject | null>
  /** When these bytes were last put, or null when there is no such object. */
  readonly storedAt: (sha256: string) => Promise<Date | null>
  /** Fine when there is no such object. Streams that are open read on. */
  readonly delete: (sha256: string) => Promise<void>
  /** Every object, in any order; one that comes or goes meanwhile may or may not be among them. */
  readonly list: () => AsyncIterable<ListedObject>
}

const sha256Pattern = /^[0-9a-f]{64}$/

/** Names of objects; whatever else a caller may send never becomes a path. */
export const isSha256 = (text: string): boolean => sha256Pattern.test(text)
