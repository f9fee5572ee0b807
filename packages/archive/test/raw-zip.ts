/** Writes zip files byte by byte, so that a test can make each field lie. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface RawEntry {
  readonly name: string | Buffer
  /** Unpacked bytes; empty by default. */
  readonly content?: Buffer | string
  /** The bytes that stand in the file, when they are not the content stored or deflated as `method` says. */
  readonly packed?: Buffer
  /** 8 (deflate) by default. */
  readonly method?: number
  /** Unix mode with its type bits; 0o100644 by default. */
  readonly mode?: number
  /** 3 (Unix) by default. */
  readonly host?: number
  /** UTF-8 names by default. */
  readonly flags?: number
  /** Claims of the directory. */
  readonly size?: number
  readonly packedSize?: number
  readonly checksum?: number
  readonly offset?: number
  readonly extra?: Buffer
  /** Claims of the local header; those of the directory by default. */
  readonly local?: {
    readonly name?: string
    readonly method?: number
    readonly flags?: number
    readonly size?: number
    readonly packedSize?: number
    readonly extra?: Buffer
  }
}

/** Claims of the end record. */
export interface RawEnd {
  readonly entryCount?: number
  readonly directorySize?: number
  readonly directoryOffset?: number
  readonly zip64?: {
    readonly entryCount: number
    readonly directoryOffset?: number
    readonly directorySize?: bigint
    /** Of the record itself, after its first 12 bytes. */
    readonly recordSize?: bigint
    /** Where the locator says that the record is. */
    readonly recordOffset?: bigint
  }
  readonly beforeEnd?: Buffer
  readonly comment?: string
}

interface Header {
  readonly name: Buffer
  readonly flags: number
  readonly method: number
  readonly checksum: number
  readonly packedSize: number
  readonly size: number
  readonly extra?: Buffer
}

export function rawZip(entries: readonly RawEntry[], end: RawEnd = {}): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '')
    const method = entry.method ?? 8
    const packed = entry.packed ?? (method === 0 ? content : deflateRawSync(content))
    const header: Header = {
      name: Buffer.from(entry.name),
      flags: entry.flags ?? 0x800,
      method,
      checksum: entry.checksum ?? crc32(content),
      packedSize: entry.packedSize ?? packed.length,
      size: entry.size ?? content.length,
    }
    const local = localHeader({ ...header, ...entry.local, name: Buffer.from(entry.local?.name ?? entry.name) })
    files.push(local, packed)
    directory.push(centralHeader(header, entry, entry.offset ?? offset))
    offset += local.length + packed.length
  }
  const tail = endRecords(entries.length, Buffer.concat(directory).length, offset, end)
  return Buffer.concat([...files, ...directory, tail])
}

function localHeader(header: Header): Buffer {
  const fixed = Buffer.alloc(30)
  fixed.writeUInt32LE(0x0403_4b50, 0)
  fixed.writeUInt16LE(20, 4)
  fixed.writeUInt16LE(header.flags, 6)
  fixed.writeUInt16LE(header.method, 8)
  fixed.writeUInt32LE(header.checksum, 14)
  fixed.writeUInt32LE(header.packedSize, 18)
  fixed.writeUInt32LE(header.size, 22)
  fixed.writeUInt16LE(header.name.length, 26)
  const extra = header.extra ?? Buffer.alloc(0)
  fixed.writeUInt16LE(extra.length, 28)
  return Buffer.concat([fixed, header.name, extra])
}

function centralHeader(header: Header, entry: RawEntry, offset: number): Buffer {
  const extra = entry.extra ?? Buffer.alloc(0)
  const fixed = Buffer.alloc(46)
  fixed.writeUInt32LE(0x0201_4b50, 0)
  fixed.writeUInt16LE(((entry.host ?? 3) << 8) | 20, 4)
  fixed.writeUInt16LE(20, 6)
  fixed.writeUInt16LE(header.flags, 8)
  fixed.writeUInt16LE(header.method, 10)
  fixed.writeUInt32LE(header.checksum, 16)
  fixed.writeUInt32LE(header.packedSize, 20)
  fixed.writeUInt32LE(header.size, 24)
  fixed.writeUInt16LE(header.name.length, 28)
  fixed.writeUInt16LE(extra.length, 30)
  fixed.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38)
  fixed.writeUInt32LE(offset, 42)
  return Buffer.concat([fixed, header.name, extra])
}

function endRecords(count: number, directorySize: number, directoryOffset: number, end: RawEnd): Buffer {
  const records: Buffer[] = [end.beforeEnd ?? Buffer.alloc(0)]
  if (end.zip64 !== undefined) {
    const record = Buffer.alloc(56)
    record.writeUInt32LE(0x0606_4b50, 0)
    record.writeBigUInt64LE(end.zip64.recordSize ?? 44n, 4)
    record.writeBigUInt64LE(BigInt(end.zip64.entryCount), 24)
    record.writeBigUInt64LE(BigInt(end.zip64.entryCount), 32)
    record.writeBigUInt64LE(end.zip64.directorySize ?? BigInt(directorySize), 40)
    record.writeBigUInt64LE(BigInt(end.zip64.directoryOffset ?? directoryOffset), 48)
    const locator = Buffer.alloc(20)
    locator.writeUInt32LE(0x0706_4b50, 0)
    locator.writeBigUInt64LE(end.zip64.recordOffset ?? BigInt(directoryOffset + directorySize), 8)
    locator.writeUInt32LE(1, 16)
    records.push(record, locator)
  }
  const comment = Buffer.from(end.comment ?? '')
  const record = Buffer.alloc(22)
  record.writeUInt32LE(0x0605_4b50, 0)
  record.writeUInt16LE(end.entryCount ?? count, 8)
  record.writeUInt16LE(end.entryCount ?? count, 10)
  record.writeUInt32LE(end.directorySize ?? directorySize, 12)
  record.writeUInt32LE(end.directoryOffset ?? directoryOffset, 16)
  record.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...records, record, comment])
}
