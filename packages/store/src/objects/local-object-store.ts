/**
 * Objects in a local directory: `<directory>/objects/ab/abcdef…`, and unfinished ones in `<directory>/incoming/`.
 *
 * Always true: a file under `objects/` is complete, synced to disk and has the content that its name says; it gets its
 * name by one rename. Whatever ends a `put` early leaves nothing, or a file in `incoming/` that the next start removes.
 * Only names that match `[0-9a-f]{64}` become paths.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, opendir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { syncDirectory } from '../files/sync-directory.ts'
import {
  isSha256,
  type ListedObject,
  type MaterialisedObject,
  type ObjectStore,
  type PutResult,
} from './object-store.ts'

/** Files in `incoming/` that nobody wrote to for this long belong to no live upload. */
const abandonedAfterMs = 24 * 3_600_000

/**
 * Opens the store on a directory, which is made when it does not exist, and removes what interrupted uploads left.
 *
 * @param options.abandonedAfterMs age in milliseconds from which an unfinished upload is removed; one day by default,
 *   0 when no other process uses the directory
 */
export async function openLocalObjectStore(
  directory: string,
  options: { readonly abandonedAfterMs?: number } = {},
): Promise<LocalObjectStore> {
  const incoming = join(directory, 'incoming')
  await mkdir(join(directory, 'objects'), { recursive: true, mode: 0o700 })
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  await removeAbandoned(incoming, options.abandonedAfterMs ?? abandonedAfterMs)
  return new LocalObjectStore(directory)
}

async function removeAbandoned(incoming: string, olderThanMs: number): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    const found = await stat(path).catch(() => null)
    if (found !== null && Date.now() - found.mtimeMs >= olderThanMs) await rm(path, { force: true })
  }
}

export class LocalObjectStore implements ObjectStore {
  readonly #directory: string

  /** Use {@link openLocalObjectStore}, which makes the directories. */
  constructor(directory: string) {
    this.#directory = directory
  }

  readonly put = async (
    source: AsyncIterable<Uint8Array>,
    options: { readonly maxBytes: number },
  ): Promise<PutResult> => {
    const unfinished = join(this.#directory, 'incoming', randomUUID())
    try {
      const received = await receive(unfinished, source, options.maxBytes)
      if (received === null) return { kind: 'too_large', maxBytes: options.maxBytes }
      await this.#adopt(unfinished, received.sha256)
      return { kind: 'stored', ...received }
    } finally {
      await rm(unfinished, { force: true })
    }
  }

  readonly open = async (sha256: string): Promise<Readable | null> => {
    const file = await this.#openFile(sha256)
    return file === null ? null : file.createReadStream()
  }

  readonly materialise = async (sha256: string): Promise<MaterialisedObject | null> => {
    const file = await this.#openFile(sha256)
    if (file === null) return null
    await file.close()
    return { path: this.#pathOf(sha256), release: () => Promise.resolve() }
  }

  readonly storedAt = async (sha256: string): Promise<Date | null> => {
    if (!isSha256(sha256)) return null
    const found = await stat(this.#pathOf(sha256)).catch(nullIfAbsent)
    return found?.mtime ?? null
  }

  readonly delete = async (sha256: string): Promise<void> => {
    if (isSha256(sha256)) await rm(this.#pathOf(sha256), { force: true })
  }

  async *list(): AsyncGenerator<ListedObject> {
    for await (const directory of await opendir(join(this.#directory, 'objects'))) {
      if (!directory.isDirectory()) continue
      for await (const { name } of await opendir(join(this.#directory, 'objects', directory.name))) {
        const found = isSha256(name) ? await stat(this.#pathOf(name)).catch(() => null) : null
        if (found !== null) yield { sha256: name, storedAt: found.mtime }
      }
    }
  }

  async #openFile(sha256: string): Promise<FileHandle | null> {
    if (!isSha256(sha256)) return null
    return open(this.#pathOf(sha256), 'r').catch(nullIfAbsent)
  }

  /** The same content may be adopted at once by two uploads; the second rename replaces the file by an equal one. */
  async #adopt(unfinished: string, sha256: string): Promise<void> {
    const folder = join(this.#directory, 'objects', sha256.slice(0, 2))
    const made = await mkdir(folder, { recursive: true, mode: 0o700 })
    await rename(unfinished, this.#pathOf(sha256))
    await syncDirectory(folder)
    if (made !== undefined) await syncDirectory(join(this.#directory, 'objects'))
  }

  #pathOf(sha256: string): string {
    return join(this.#directory, 'objects', sha256.slice(0, 2), sha256)
  }
}

function nullIfAbsent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}

/** Null when the source is larger than allowed. */
async function receive(
  path: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ sha256: string; sizeBytes: number } | null> {
  const file = await open(path, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const piece of source) {
      sizeBytes += piece.byteLength
      if (sizeBytes > maxBytes) return null
      hash.update(piece)
      await file.writeFile(piece)
    }
    await file.sync()
    return { sha256: hash.digest('hex'), sizeBytes }
  } finally {
    await file.close()
  }
}
