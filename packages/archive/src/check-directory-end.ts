import type { FileHandle } from 'node:fs/promises'
import type { ZipFile } from 'yauzl'
import { refuseArchive } from './refuse.ts'

const endRecordBytes = 22
const endSignature = 0x0605_4b50
const zip64EndSignature = 0x0606_4b50
const zip64RecordBytes = 56
const zip64LocatorBytes = 20

/**
 * The directory has to end exactly where the records at the end of the file begin, and these must agree on its place,
 * size and count. Otherwise one reader would see entries that another does not.
 *
 * Call it after the last entry was read.
 */
export async function checkDirectoryEnd(file: FileHandle, zip: ZipFile, directoryStart: number): Promise<void> {
  const directoryEnd = Number(zip.readEntryCursor)
  const claims = { entryCount: zip.entryCount, size: directoryEnd - directoryStart, start: directoryStart }
  const endRecordStart = zip.fileSize - endRecordBytes - zip.comment.length
  const atEnd = await readAt(file, directoryEnd, 12)
  const endRecord = await readAt(file, endRecordStart, endRecordBytes)
  if (recordsStart(atEnd, directoryEnd) !== endRecordStart) {
    throw refuseArchive('its directory does not end where it says; it may hide entries')
  }
  const agrees =
    agreesWith(endRecord.readUInt16LE(8), claims.entryCount, 0xffff) &&
    agreesWith(endRecord.readUInt16LE(10), claims.entryCount, 0xffff) &&
    agreesWith(endRecord.readUInt32LE(12), claims.size, 0xffff_ffff) &&
    agreesWith(endRecord.readUInt32LE(16), claims.start, 0xffff_ffff) &&
    (directoryEnd === endRecordStart || agreesInFull(await readAt(file, directoryEnd, zip64RecordBytes), claims))
  if (!agrees) throw refuseArchive('its end says something else about its directory than the directory itself')
}

/** Whether the zip64 record says the same; it defers nothing. */
function agreesInFull(record: Buffer, claims: { entryCount: number; size: number; start: number }): boolean {
  return (
    record.readBigUInt64LE(24) === BigInt(claims.entryCount) &&
    record.readBigUInt64LE(32) === BigInt(claims.entryCount) &&
    record.readBigUInt64LE(40) === BigInt(claims.size) &&
    record.readBigUInt64LE(48) === BigInt(claims.start)
  )
}

/** Where the end record should stand, seen from the end of the directory; -1 when nothing known stands there. */
function recordsStart(bytes: Buffer, directoryEnd: number): number {
  const signature = bytes.readUInt32LE(0)
  if (signature === endSignature) return directoryEnd
  if (signature !== zip64EndSignature) return -1
  return directoryEnd + 12 + Number(bytes.readBigUInt64LE(4)) + zip64LocatorBytes
}

/** `deferred` in a field says that the zip64 record has the number. */
function agreesWith(field: number, value: number, deferred: number): boolean {
  return field === deferred || field === value
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  if (bytesRead < length) throw refuseArchive('it is cut off, or points outside of the file')
  return buffer
}
