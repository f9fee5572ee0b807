/**
 * Reads the central directory and nothing else of the archive's content.
 *
 * Invariant of what it answers: every name has passed {@link checkEntryName}, no two entries are the same file on any
 * file system, every entry's bytes lie inside the file and are shared with no other entry, and the local header of each
 * says the same name, method and encryption as the directory does. So every reader sees the same tree.
 */
import type { FileHandle } from 'node:fs/promises'
import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, type ZipFile } from 'yauzl'
import { checkDirectoryEnd } from './check-directory-end.ts'
import { checkEntryHeader, isExecutable } from './check-entry-header.ts'
import { checkEntryName } from './check-entry-name.ts'
import { type Extent, findOverlap } from './check-layout.ts'
import { agreesWithDirectory } from './check-local-header.ts'
import { type ArchiveLimits, exceedsRatio } from './limits.ts'
import { createPathTree, type PathTree } from './path-tree.ts'
import { refuseArchive, refuseEntry } from './refuse.ts'
import { refuseAsZip } from './refuse-as-zip.ts'
import { WindowedReader } from './windowed-reader.ts'

/** An entry and where its compressed bytes are. */
export interface LocatedEntry {
  /** With `/` between segments and none at the end. */
  readonly path: string
  readonly kind: 'file' | 'directory'
  readonly sizeBytes: number
  readonly isExecutable: boolean
  readonly compressedBytes: number
  readonly isDeflated: boolean
  readonly checksum: number
  /** Offset of the compressed bytes in the file. */
  readonly dataStart: number
}

interface Reading {
  readonly zip: ZipFile
  readonly limits: ArchiveLimits
  readonly tree: PathTree
  readonly extents: Extent[]
  pathBytes: number
  totalBytes: number
}

/** @throws CairnError `invalid_archive` with the entry and the rule it breaks. */
export async function readDirectory(
  file: FileHandle,
  limits: ArchiveLimits,
  signal: AbortSignal,
): Promise<LocatedEntry[]> {
  const zip = await openZip(file)
  try {
    const directoryStart = Number(zip.readEntryCursor)
    if (zip.entryCount > limits.maxEntries) {
      throw refuseArchive(`an archive may hold at most ${limits.maxEntries} files and directories`)
    }
    const reading = { zip, limits, tree: createPathTree(limits), extents: [], pathBytes: 0, totalBytes: 0 }
    const located: LocatedEntry[] = []
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted()
      located.push(await readEntryHeader(reading, entry))
    }
    await checkDirectoryEnd(file, zip, directoryStart)
    const overlap = findOverlap(reading.extents, directoryStart)
    if (overlap !== null) throw refuseEntry(overlap.name, 'overlaps with other bytes of the archive')
    await checkTotalRatio(file, reading)
    return located
  } catch (error) {
    signal.throwIfAborted()
    throw refuseAsZip(error)
  } finally {
    zip.close()
  }
}

async function openZip(file: FileHandle): Promise<ZipFile> {
  const start = Buffer.alloc(4)
  const { bytesRead } = await file.read(start, 0, 4, 0)
  if (bytesRead === 0) throw refuseArchive('the file is empty')
  if (start.toString('latin1', 0, 2) !== 'PK') throw refuseArchive('this is not a zip file')
  try {
    const { size } = await file.stat()
    const options = { autoClose: false, decodeStrings: false, validateEntrySizes: false }
    return await fromRandomAccessReaderPromise(new WindowedReader(file), size, options)
  } catch (error) {
    throw refuseAsZip(error)
  }
}

async function readEntryHeader(reading: Reading, entry: Entry): Promise<LocatedEntry> {
  const { limits } = reading
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
  const checked = checkEntryName(name, limits)
  if (checked.kind === 'refused') throw refuseEntry(name, checked.rule)
  const kind = checked.isDirectory ? 'directory' : 'file'
  const brokenRule = checkEntryHeader(entry, checked.isDirectory, limits) ?? reading.tree.add(checked.segments, kind)
  if (brokenRule !== null) throw refuseEntry(name, brokenRule)
  countEntry(reading, entry, name)
  return {
    path: checked.segments.join('/'),
    kind,
    sizeBytes: entry.uncompressedSize,
    isExecutable: kind === 'file' && isExecutable(entry),
    compressedBytes: entry.compressedSize,
    isDeflated: entry.compressionMethod !== 0,
    checksum: entry.crc32,
    dataStart: await readLocalHeader(reading, entry, name),
  }
}

function countEntry(reading: Reading, entry: Entry, name: string): void {
  const { limits } = reading
  reading.pathBytes += Buffer.byteLength(name)
  reading.totalBytes += entry.uncompressedSize
  if (reading.pathBytes > limits.maxAllPathsBytes) {
    throw refuseArchive(`all names together may have at most ${limits.maxAllPathsBytes} bytes`)
  }
  if (reading.totalBytes > limits.maxTotalBytes) {
    throw refuseEntry(name, `with it the archive unpacks to more than ${limits.maxTotalBytes} bytes`)
  }
}

/** Answers where the data begins. */
async function readLocalHeader(reading: Reading, entry: Entry, name: string): Promise<number> {
  const local = await reading.zip.readLocalFileHeaderPromise(entry, {}).catch((error: unknown) => {
    throw refuseAsZip(error, name)
  })
  if (!agreesWithDirectory(local, entry)) {
    throw refuseEntry(name, 'its own header says something else than the directory of the archive')
  }
  const end = local.fileDataStart + entry.compressedSize
  reading.extents.push({ name, start: entry.relativeOffsetOfLocalHeader, end })
  return local.fileDataStart
}

async function checkTotalRatio(file: FileHandle, reading: Reading): Promise<void> {
  const { size } = await file.stat()
  if (exceedsRatio(reading.totalBytes, size, reading.limits)) {
    throw refuseArchive(`it unpacks to more than ${reading.limits.maxRatio} times its size`)
  }
}
