import { inflateRawSync } from 'node:zlib'

/** An entry of a zip as its central directory has it. */
export interface ReadEntry {
  readonly name: string
  /** Unix mode. */
  readonly mode: number
  /** DOS date and time in one number. */
  readonly timestamp: number
  readonly content: string
}

/** Reads a zip that fits into memory and has no comment. */
export async function readZip(zip: Blob): Promise<ReadEntry[]> {
  const bytes = Buffer.from(await zip.arrayBuffer())
  const end = bytes.length - 22
  const count = bytes.readUInt16LE(end + 10)
  const entries: ReadEntry[] = []
  for (let at = bytes.readUInt32LE(end + 16); entries.length < count; ) {
    const nameLength = bytes.readUInt16LE(at + 28)
    const local = bytes.readUInt32LE(at + 42)
    const data = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const packed = bytes.subarray(data, data + bytes.readUInt32LE(at + 20))
    entries.push({
      name: bytes.toString('utf8', at + 46, at + 46 + nameLength),
      mode: bytes.readUInt16LE(at + 40),
      timestamp: bytes.readUInt32LE(at + 12),
      content: (bytes.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed)).toString(),
    })
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return entries
}
