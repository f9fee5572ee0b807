import type { FileHandle } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib'
import type { LocatedEntry } from './read-directory.ts'
import { refuseEntry } from './refuse.ts'
import { refuseAsZip } from './refuse-as-zip.ts'

/**
 * Unpacks one file in pieces, and stops at the first byte too many. When the iteration ends normally, exactly
 * `entry.sizeBytes` bytes were given and they match the checksum.
 *
 * @throws CairnError `invalid_archive` when the content is not what the directory says.
 */
export async function* readContent(file: FileHandle, entry: LocatedEntry, signal: AbortSignal): AsyncGenerator<Buffer> {
  let bytes = 0
  let checksum = 0
  const source = openContent(file, entry)
  try {
    for await (const chunk of source.unpacked) {
      signal.throwIfAborted()
      bytes += chunk.length
      if (bytes > entry.sizeBytes)
        throw refuseEntry(entry.path, `unpacks to more than the ${entry.sizeBytes} bytes it declares`)
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    signal.throwIfAborted()
    throw refuseAsZip(error, entry.path)
  }
  if (bytes < entry.sizeBytes)
    throw refuseEntry(entry.path, `unpacks to less than the ${entry.sizeBytes} bytes it declares`)
  if (source.inflate !== null && source.inflate.bytesWritten !== entry.compressedBytes) {
    throw refuseEntry(entry.path, 'has further bytes after its compressed data')
  }
  if (checksum !== entry.checksum) throw refuseEntry(entry.path, 'its bytes do not match its checksum')
}

interface Content {
  readonly unpacked: AsyncIterable<Buffer>
  readonly inflate: InflateRaw | null
}

function openContent(file: FileHandle, entry: LocatedEntry): Content {
  if (entry.compressedBytes === 0) return { unpacked: nothing(), inflate: null }
  const packed: Readable = file.createReadStream({
    start: entry.dataStart,
    end: entry.dataStart + entry.compressedBytes - 1,
    autoClose: false,
  })
  if (!entry.isDeflated) return { unpacked: packed, inflate: null }
  const inflate = createInflateRaw()
  // Ties their lives together; an error reaches the reader through the iteration of `inflate`.
  pipeline(packed, inflate, () => undefined)
  return { unpacked: inflate, inflate }
}

async function* nothing(): AsyncGenerator<Buffer> {}
