import { deflateRawSync } from 'node:zlib'
import { type Hostile, ok } from './hostile.ts'

const zip64Sizes = (size: bigint, packedSize: bigint): Buffer => {
  const field = Buffer.alloc(20)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(16, 2)
  field.writeBigUInt64LE(size, 4)
  field.writeBigUInt64LE(packedSize, 12)
  return field
}
/** Where the entry is. */
const zip64Offset = (offset: bigint): Buffer => {
  const field = Buffer.alloc(12)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(8, 2)
  field.writeBigUInt64LE(offset, 4)
  return field
}

const zeros = Buffer.alloc(3 * 1024 * 1024)
const packedZeros = deflateRawSync(zeros)
const deferred = { size: 0xffff_ffff, packedSize: 0xffff_ffff }

/** Lies in the fields of zip64. */
export const zip64Lies: Hostile[] = [
  {
    is: 'declares 16 EiB by zip64',
    entries: [
      { name: 'x', content: 'y', size: 0xffff_ffff, packedSize: 0xffff_ffff, extra: zip64Sizes(2n ** 63n, 2n ** 63n) },
    ],
    message: 'entry "x": unpacks to more than 2147483648 bytes',
  },
  {
    is: 'declares 16 EiB of packed bytes by zip64',
    entries: [{ name: 'x', content: 'y', size: 1, packedSize: 0xffff_ffff, extra: zip64Sizes(2n ** 63n, 2n ** 63n) }],
    message: /^entry "x": is damaged: file data overflows file bounds/,
  },
  {
    is: 'promises zip64 sizes that it has not',
    entries: [{ name: 'x', content: 'y', size: 0xffff_ffff, extra: zip64Sizes(1n, 1n).subarray(0, 0) }],
    message: 'entry "x": unpacks to more than 2147483648 bytes',
  },
  {
    is: 'has a broken zip64 field',
    entries: [{ name: 'x', content: 'y', size: 0xffff_ffff, extra: Buffer.from([1, 0, 2, 0, 0, 0]) }],
    message: /^zip: is damaged: zip64 extended information/,
  },
  {
    is: 'counts 2^60 entries by zip64',
    entries: [ok],
    end: { entryCount: 0xffff, zip64: { entryCount: 2 ** 60 } },
    message: 'zip: an archive may hold at most 100000 files and directories',
  },
  {
    is: 'counts otherwise by zip64',
    entries: [ok],
    end: { entryCount: 2, zip64: { entryCount: 1 } },
    message: 'zip: its end says something else about its directory than the directory itself',
  },
  {
    is: 'places its directory outside by zip64',
    entries: [ok],
    end: { zip64: { entryCount: 1, directoryOffset: 2 ** 40 } },
    message: 'zip: is cut off, or points outside of the file',
  },
  {
    is: 'is a bomb that declares 10 bytes by zip64, in both headers',
    entries: [
      {
        name: 'x',
        content: zeros,
        ...deferred,
        extra: zip64Sizes(10n, BigInt(packedZeros.length)),
        local: { ...deferred, extra: zip64Sizes(10n, BigInt(packedZeros.length)) },
      },
    ],
    message: 'entry "x": unpacks to more than the 10 bytes it declares',
  },
  {
    is: 'declares more than it has by zip64',
    entries: [
      {
        name: 'x',
        content: 'abc',
        method: 0,
        ...deferred,
        extra: zip64Sizes(3n, 2n),
        local: { ...deferred, extra: zip64Sizes(3n, 2n) },
      },
    ],
    message: 'entry "x": is stored, but declares two sizes',
  },
  {
    is: 'declares another size by zip64 in its own header',
    entries: [
      { name: 'x', content: 'abc', method: 0, local: { ...deferred, extra: zip64Sizes(2n ** 40n, 2n ** 40n) } },
    ],
    message: 'entry "x": its own header says something else than the directory of the archive',
  },
  {
    is: 'defers the sizes of its own header to a zip64 field that it has not',
    entries: [{ name: 'x', content: 'abc', method: 0, local: deferred }],
    message: 'entry "x": its own header says something else than the directory of the archive',
  },
  {
    is: 'begins outside of the file by zip64',
    entries: [{ name: 'x', content: 'abc', offset: 0xffff_ffff, extra: zip64Offset(2n ** 40n) }],
    message: 'entry "x": is cut off, or points outside of the file',
  },
  {
    is: 'shares the place of another entry by zip64',
    entries: [
      { name: 'x', content: 'abc' },
      { name: 'x2', content: 'abc', offset: 0xffff_ffff, extra: zip64Offset(0n) },
    ],
    message: 'entry "x2": its own header says something else than the directory of the archive',
  },
  {
    is: 'misstates the size of its directory by zip64',
    entries: [ok],
    end: { entryCount: 0xffff, zip64: { entryCount: 1, directorySize: 2n ** 40n } },
    message: 'zip: its end says something else about its directory than the directory itself',
  },
  {
    is: 'misstates the size of its zip64 record',
    entries: [ok],
    end: { entryCount: 0xffff, directoryOffset: 0xffff_ffff, zip64: { entryCount: 1, recordSize: 2n ** 40n } },
    message: /^zip: /,
  },
  {
    is: 'places its zip64 record outside of the file',
    entries: [ok],
    end: { entryCount: 0xffff, directoryOffset: 0xffff_ffff, zip64: { entryCount: 1, recordOffset: 2n ** 40n } },
    message: 'zip: is cut off, or points outside of the file',
  },
]
