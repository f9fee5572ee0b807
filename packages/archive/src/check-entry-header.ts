import type { Entry } from 'yauzl'
import { type ArchiveLimits, exceedsRatio } from './limits.ts'

const fileTypeMask = 0o170000
const regularFile = 0o100000
const directory = 0o040000
const stored = 0
const deflated = 8
const unixHosts: readonly number[] = [3, 19]

const otherTypes: Readonly<Record<number, string>> = {
  [0o120000]: 'a symbolic link',
  [0o060000]: 'a block device',
  [0o020000]: 'a character device',
  [0o010000]: 'a named pipe',
  [0o140000]: 'a socket',
}

type Header = Pick<
  Entry,
  | 'externalFileAttributes'
  | 'versionMadeBy'
  | 'generalPurposeBitFlag'
  | 'compressionMethod'
  | 'compressedSize'
  | 'uncompressedSize'
  | 'extraFields'
>

type ModeHolder = Pick<Header, 'externalFileAttributes'>

/** Answers the rule that an entry's header breaks, or null. Sizes are only claims here; reading holds them to account. */
export function checkEntryHeader(header: Header, isDirectory: boolean, limits: ArchiveLimits): string | null {
  return (
    brokenTypeRule(header, isDirectory) ??
    brokenLinkRule(header) ??
    brokenEncodingRule(header) ??
    brokenSizeRule(header, isDirectory, limits)
  )
}

/** Whether the archive marks the file as a program; archives not made on Unix mark nothing. */
export function isExecutable(header: Header): boolean {
  return unixHosts.includes(header.versionMadeBy >>> 8) && (unixMode(header) & 0o111) !== 0
}

// The type bits are read whatever system the archive says it comes from: unpackers differ in when they believe them.
function brokenTypeRule(header: ModeHolder, isDirectory: boolean): string | null {
  const type = unixMode(header) & fileTypeMask
  if (type === 0 || type === regularFile) return null
  if (type === directory) return isDirectory ? null : 'its mode says directory, its name has no trailing /'
  return `is ${otherTypes[type] ?? 'of an unknown type'}; only files and directories are unpacked`
}

/** Fields of old Unix archivers, and how many of their bytes an ordinary file has. What is beyond is a link's target. */
const unixFields: Readonly<Record<number, number>> = { 0x000d: 12, 0x756e: 14 }
const infoZipUnixField = 0x756e

/** A hard link has the mode of a file; only such a field says what it is. */
function brokenLinkRule({ extraFields }: Pick<Header, 'extraFields'>): string | null {
  for (const { id, data } of extraFields) {
    const fileBytes = unixFields[id]
    if (fileBytes === undefined) continue
    if (data.length > fileBytes)
      return 'is a hard link or a device by its Unix field; only files and directories are unpacked'
    if (id === infoZipUnixField && data.length >= 6) {
      const rule = brokenTypeRule({ externalFileAttributes: data.readUInt16LE(4) << 16 }, true)
      if (rule !== null) return rule
    }
  }
  return null
}

function brokenEncodingRule(header: Header): string | null {
  if ((header.generalPurposeBitFlag & 0x2041) !== 0) return 'is encrypted; send it unencrypted'
  if (header.compressionMethod === stored || header.compressionMethod === deflated) return null
  return `has compression method ${header.compressionMethod}; only 0 (stored) and 8 (deflate) are unpacked`
}

function brokenSizeRule(header: Header, isDirectory: boolean, limits: ArchiveLimits): string | null {
  const { compressedSize, uncompressedSize } = header
  if (header.compressionMethod === stored && compressedSize !== uncompressedSize)
    return 'is stored, but declares two sizes'
  if (isDirectory && uncompressedSize > 0) return 'is a directory with content'
  if (uncompressedSize > limits.maxEntryBytes) return `unpacks to more than ${limits.maxEntryBytes} bytes`
  if (exceedsRatio(uncompressedSize, compressedSize, limits)) {
    return `unpacks to more than ${limits.maxRatio} times its compressed size`
  }
  return null
}

function unixMode(header: ModeHolder): number {
  return header.externalFileAttributes >>> 16
}
