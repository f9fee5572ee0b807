/**
 * Measures what the zips in a zip would unpack to, on every level, without keeping any of it: a bomb that is harmless on
 * its first level is one nevertheless for whoever unpacks it further.
 *
 * It reads local headers one after the other, as they come. What it cannot follow (encryption, other compression, damage)
 * it leaves: Cairn itself never unpacks an archive in an archive.
 */
import { createInflateRaw, type InflateRaw } from 'node:zlib'
import type { ArchiveLimits } from './limits.ts'
import { PieceReader } from './piece-reader.ts'
import { refuseEntry } from './refuse.ts'
import { zip64Sizes } from './zip64-sizes.ts'

const localSignature = 0x0403_4b50
const descriptorSignature = 0x0807_4b50
const headerBytes = 30
const deferred = 0xffff_ffff

/** Counts for all nested archives of one archive together. */
export class NestedMeter {
  readonly #limits: ArchiveLimits
  readonly #mostBytes: number
  readonly #signal: AbortSignal
  #bytes = 0

  constructor(limits: ArchiveLimits, archiveBytes: number, signal: AbortSignal) {
    this.#limits = limits
    this.#mostBytes = Math.min(limits.maxTotalBytes, limits.nestedFreeBytes + limits.maxRatio * archiveBytes)
    this.#signal = signal
  }

  /**
   * Measures a file if it is a zip; reads as much of it as it needs.
   *
   * @param path of the file, for the refusal
   * @throws CairnError `invalid_archive` for too much or too deep
   */
  measure(path: string, reader: PieceReader): Promise<void> {
    return this.#archive(path, reader, 1)
  }

  async #archive(path: string, reader: PieceReader, depth: number): Promise<void> {
    let header = await takeHeader(reader)
    if (header !== null && depth > this.#limits.maxNestedDepth) {
      throw refuseEntry(path, `holds archives in archives, more than ${this.#limits.maxNestedDepth} levels deep`)
    }
    while (header !== null) {
      if (!(await this.#content(path, reader, header, depth))) return
      if (header.packedBytes === null) await skipDescriptor(reader)
      header = await takeHeader(reader)
    }
  }

  /** False when it cannot be followed. */
  async #content(path: string, reader: PieceReader, header: LocalHeader, depth: number): Promise<boolean> {
    if (header.isEncrypted) return false
    if (header.method === 8) return this.#inflated(path, reader, depth)
    if (header.method !== 0 || header.packedBytes === null) return false
    await this.#pieces(path, limited(reader, header.packedBytes), depth)
    return true
  }

  async #inflated(path: string, reader: PieceReader, depth: number): Promise<boolean> {
    const inflate = createInflateRaw()
    const fed = feed(reader, inflate).catch((error: unknown) => {
      inflate.destroy(error instanceof Error ? error : new Error('the archive could not be read', { cause: error }))
    })
    try {
      await this.#pieces(path, inflate, depth)
      await fed
      return true
    } catch (error) {
      if (isDamage(error)) return false
      throw error
    } finally {
      // A write that failed never calls back, so `fed` is not waited for here; it reads no more.
      inflate.destroy()
    }
  }

  async #pieces(path: string, source: AsyncIterable<Buffer>, depth: number): Promise<void> {
    const inner = new PieceReader(this.#counted(path, source))
    await this.#archive(path, inner, depth + 1)
    await inner.drain()
  }

  async *#counted(path: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      this.#signal.throwIfAborted()
      this.#bytes += piece.length
      if (this.#bytes > this.#mostBytes) {
        throw refuseEntry(path, `with it the archives in the archive unpack to more than ${this.#mostBytes} bytes`)
      }
      yield piece
    }
  }
}

interface LocalHeader {
  readonly method: number
  readonly isEncrypted: boolean
  /** null = it says so only after its data. */
  readonly packedBytes: number | null
}

/** null when none comes next. */
async function takeHeader(reader: PieceReader): Promise<LocalHeader | null> {
  const start = await reader.peek(headerBytes)
  if (start.length < headerBytes || start.readUInt32LE(0) !== localSignature) return null
  const names = start.readUInt16LE(26)
  const header = await reader.take(headerBytes + names + start.readUInt16LE(28))
  if (header === null) return null
  const flags = header.readUInt16LE(6)
  const sizes = { packed: header.readUInt32LE(18), unpacked: header.readUInt32LE(22) }
  const { packed } = sizes.packed === deferred ? zip64Sizes(header.subarray(headerBytes + names), sizes) : sizes
  return {
    method: header.readUInt16LE(8),
    isEncrypted: (flags & 0x2041) !== 0,
    packedBytes: (flags & 0x8) === 0 ? packed : null,
  }
}

/** With or without its signature, with sizes of 4 or 8 bytes: whichever is followed by another record. */
async function skipDescriptor(reader: PieceReader): Promise<void> {
  const bytes = await reader.peek(26)
  const hasSignature = bytes.length >= 4 && bytes.readUInt32LE(0) === descriptorSignature
  const length = (hasSignature ? [16, 24] : [12, 20]).find((end) => bytes.toString('latin1', end, end + 2) === 'PK')
  if (length !== undefined) await reader.take(length)
}

async function* limited(reader: PieceReader, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  while (left > 0) {
    const piece = await reader.piece(left)
    if (piece === null) return
    left -= piece.length
    yield piece
  }
}

/** Writes until the compressed data ends by itself, and gives back what comes after it. */
async function feed(reader: PieceReader, inflate: InflateRaw): Promise<void> {
  let written = 0
  for (;;) {
    const piece = await reader.piece(Number.POSITIVE_INFINITY)
    if (piece === null) {
      inflate.end()
      return
    }
    written += piece.length
    await new Promise<void>((resolve, reject) => {
      inflate.write(piece, (error) => (error ? reject(error) : resolve()))
    })
    // It counts what it used.
    const unused = written - inflate.bytesWritten
    if (unused === 0) continue
    reader.giveBack(piece.subarray(piece.length - unused))
    return
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
