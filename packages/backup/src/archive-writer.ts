/**
 * Writes the file of a backup. Always true: it has its name only when it is whole and on disk; before, it ends in `.part`.
 */
import { constants, createWriteStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { syncDirectory } from '@cairn/store'
import { type Header, pack as createPack, type Pack } from 'tar-stream'
import { type FoundEntry, isGone } from './list-files.ts'

/** Of a file that is not on disk under its name. */
export interface EntryOwner {
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

export const unfinishedSuffix = '.part'

/** Half the time of the default and nine tenths of what it saves, on the pages of a database. */
const gzipLevel = 3

type EntryHeader = Partial<Header> & Pick<Header, 'name' | 'type'>

const pieceBytes = 1 << 20

/** The user of the database could put a link, or a pipe, in the place of a file that was just listed. */
const asListed = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

export class ArchiveWriter {
  readonly #path: string
  readonly #pack: Pack
  /** Settles when everything is written, or writing failed. */
  readonly #written: Promise<void>
  /** By what writing failed. */
  #failure: unknown = null

  private constructor(path: string) {
    this.#path = path
    this.#pack = createPack()
    const file = createWriteStream(`${path}${unfinishedSuffix}`, { flags: 'wx', mode: 0o600, flush: true })
    this.#written = pipeline(this.#pack, createGzip({ level: gzipLevel }), file)
    this.#written.catch((error: unknown) => {
      this.#failure = error
    })
  }

  static async open(path: string): Promise<ArchiveWriter> {
    await rm(`${path}${unfinishedSuffix}`, { force: true })
    return new ArchiveWriter(path)
  }

  /** A file has the size that it had when it was opened: of one that grows the rest is left out, one that shrinks ends in zeros. */
  async add(entry: FoundEntry, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { uid, gid, mtime } = entry.stats
    const common = { uid, gid, mtime, mode: entry.stats.mode & 0o777 }
    if (entry.kind === 'directory') {
      await this.#entry({ ...common, name: `${entry.path}/`, type: 'directory', size: 0 }, [])
      return
    }
    const file = await open(entry.source, asListed).catch((error: unknown) => {
      if (isGone(error)) return null
      throw error
    })
    if (file === null) return
    try {
      const { size } = await file.stat()
      await this.#entry({ ...common, name: entry.path, type: 'file', size }, readExactly(file, size, signal))
    } finally {
      await file.close()
    }
  }

  async addContent(path: string, content: string, owner: EntryOwner): Promise<void> {
    const bytes = Buffer.from(content)
    await this.#entry({ ...owner, name: path, type: 'file', size: bytes.length, mtime: new Date() }, [bytes])
  }

  /** @returns bytes of the file */
  async finish(): Promise<number> {
    this.#pack.finalize()
    await this.#written
    const { size } = await stat(`${this.#path}${unfinishedSuffix}`)
    await rename(`${this.#path}${unfinishedSuffix}`, this.#path)
    await syncDirectory(dirname(this.#path))
    return size
  }

  /** Leaves nothing. Fine after {@link finish} failed. */
  async discard(): Promise<void> {
    this.#pack.destroy()
    await this.#written.catch(() => undefined)
    await rm(`${this.#path}${unfinishedSuffix}`, { force: true })
  }

  async #entry(header: EntryHeader, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await this.#pass(header, content)
    } catch (error) {
      // What is written to after it failed says only that it did.
      throw this.#failure ?? error
    }
  }

  async #pass(header: EntryHeader, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sink = this.#pack.entry(header, (error) => (error == null ? resolve() : reject(error)))
    const piped = header.type === 'file' ? pipeline(Readable.from(content, { objectMode: false }), sink) : null
    // Both are waited for at once: what ends one ends the other, and a rejection that nobody waits for ends the process.
    await Promise.all([piped, promise])
  }
}

async function* readExactly(file: FileHandle, size: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < size; ) {
    signal.throwIfAborted()
    const wanted = Math.min(pieceBytes, size - position)
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position)
    yield bytesRead === 0 ? Buffer.alloc(wanted) : buffer.subarray(0, bytesRead)
    position += bytesRead === 0 ? wanted : bytesRead
  }
}
