import { type FileHandle, open } from 'node:fs/promises'
import type { ArchiveLimits } from './limits.ts'
import { NestedMeter } from './nested-zip.ts'
import { PieceReader } from './piece-reader.ts'
import { readContent } from './read-content.ts'
import { type LocatedEntry, readDirectory } from './read-directory.ts'
import { refuseArchive } from './refuse.ts'
import type { ZipScan } from './zip-scan.ts'

export interface ZipEntry {
  /** Relative, with `/` between segments and none at the end. */
  readonly path: string
  readonly kind: 'file' | 'directory'
  /** Unpacked; 0 for a directory. */
  readonly sizeBytes: number
  readonly isExecutable: boolean
  /** Packed. */
  readonly compressedBytes: number
}

export interface ZipReport {
  /** In the order of the archive; at most `maxEntries`. Directories that are only named as a parent are not among them. */
  readonly entries: readonly ZipEntry[]
  readonly entryCount: number
  /** Bytes of all files, unpacked. */
  readonly totalBytes: number
}

export interface ArchiveCall {
  readonly signal: AbortSignal
}

export interface InspectionCall extends ArchiveCall {
  /** Sees every file on the way. */
  readonly scan?: ZipScan
}

/**
 * Checks a zip file completely: every name, every header, and every byte by unpacking it into nothing. Takes memory
 * for the list of entries (bounded by the limits), not for their content.
 *
 * @throws CairnError `invalid_archive`; the message names the entry and the rule. The signal's reason when aborted.
 * @example
 * const report = await inspectZip('/tmp/upload.zip', defaultArchiveLimits, { signal })
 */
export async function inspectZip(path: string, limits: ArchiveLimits, call: InspectionCall): Promise<ZipReport> {
  const tooLong = AbortSignal.timeout(limits.maxInspectionMs)
  const signal = AbortSignal.any([call.signal, tooLong])
  try {
    return await inspect(path, limits, { ...call, signal })
  } catch (error) {
    if (tooLong.aborted && !call.signal.aborted) {
      throw refuseArchive(`it takes longer than ${limits.maxInspectionMs / 1000} s to unpack`, error)
    }
    throw error
  }
}

async function inspect(path: string, limits: ArchiveLimits, { signal, scan }: InspectionCall): Promise<ZipReport> {
  await using file = await open(path, 'r')
  const located = await readDirectory(file, limits, signal)
  const nested = new NestedMeter(limits, (await file.stat()).size, signal)
  let totalBytes = 0
  for (const entry of located) {
    signal.throwIfAborted()
    totalBytes += entry.sizeBytes
    if (entry.kind === 'file') await inspectFile(file, entry, { signal, scan, nested })
    else await new PieceReader(readContent(file, entry, signal)).drain()
  }
  const entries = located.map(({ path: name, kind, sizeBytes, isExecutable, compressedBytes }) => ({
    path: name,
    kind,
    sizeBytes,
    isExecutable,
    compressedBytes,
  }))
  return { entries, entryCount: entries.length, totalBytes }
}

interface Observers extends ArchiveCall {
  readonly scan: ZipScan | undefined
  readonly nested: NestedMeter
}

async function inspectFile(file: FileHandle, entry: LocatedEntry, { signal, scan, nested }: Observers): Promise<void> {
  const fileScan = scan?.openFile(entry.path, entry.sizeBytes)
  async function* seen(): AsyncGenerator<Buffer> {
    for await (const piece of readContent(file, entry, signal)) {
      fileScan?.push(piece)
      yield piece
    }
  }
  const reader = new PieceReader(seen())
  try {
    await nested.measure(entry.path, reader)
    await reader.drain()
  } finally {
    await reader.close()
  }
  fileScan?.end()
}
