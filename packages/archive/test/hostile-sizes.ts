import { deflateRawSync } from 'node:zlib'
import { type ArchiveLimits, defaultArchiveLimits } from '../src/index.ts'
import { type Hostile, ok } from './hostile.ts'

const smallLimits: ArchiveLimits = { ...defaultArchiveLimits, maxEntries: 10, maxEntryBytes: 5000, maxTotalBytes: 8000 }

const zeros = Buffer.alloc(3 * 1024 * 1024)
export const bombs: Hostile[] = [
  {
    is: 'holds too many entries',
    entries: Array.from({ length: 11 }, (_, index) => ({ name: `f${index}` })),
    limits: smallLimits,
    message: 'zip: an archive may hold at most 10 files and directories',
  },
  {
    is: 'implies too many directories',
    entries: Array.from({ length: 4 }, (_, index) => ({ name: `a${index}/b/c` })),
    limits: smallLimits,
    message: 'entry "a3/b/c": an archive may hold at most 10 files and directories',
  },
  {
    is: 'has names that are long together',
    entries: [{ name: 'x'.repeat(60) }, { name: 'y'.repeat(60) }],
    limits: { ...defaultArchiveLimits, maxAllPathsBytes: 100 },
    message: 'zip: all names together may have at most 100 bytes',
  },
  {
    is: 'has an entry that is too large',
    entries: [{ name: 'x', content: 'y'.repeat(5001), method: 0 }],
    limits: smallLimits,
    message: 'entry "x": unpacks to more than 5000 bytes',
  },
  {
    is: 'is too large together',
    entries: ['x', 'y'].map((name) => ({ name, content: 'z'.repeat(4001), method: 0 })),
    limits: smallLimits,
    message: 'entry "y": with it the archive unpacks to more than 8000 bytes',
  },
  {
    is: 'is a bomb that says so',
    entries: [{ name: 'x', content: zeros }],
    message: 'entry "x": unpacks to more than 200 times its compressed size',
  },
  {
    is: 'is a bomb that declares 10 bytes',
    entries: [{ name: 'x', content: zeros, size: 10 }],
    message: 'entry "x": unpacks to more than the 10 bytes it declares',
  },
  {
    is: 'is many entries that each stay below the ratio',
    entries: Array.from({ length: 9 }, (_, index) => ({ name: `f${index}`, content: zeros.subarray(0, 1024 * 1024) })),
    message: 'zip: it unpacks to more than 200 times its size',
  },
  {
    is: 'pads its compressed data to flatter the ratio',
    entries: [{ name: 'x', content: zeros, packed: Buffer.concat([deflateRawSync(zeros), Buffer.alloc(20_000)]) }],
    message: 'entry "x": has further bytes after its compressed data',
  },
  {
    is: 'shares one content between entries',
    entries: [
      { name: 'x', content: 'y' },
      { name: 'x', content: 'y', offset: 0 },
    ].map((entry, index) => ({ ...entry, name: `x${index}`, local: { name: 'x1' } })),
    message: /^entry "x0": its own header says something else/,
  },
]

export const lies: Hostile[] = [
  {
    is: 'declares more than it has',
    entries: [{ name: 'x', content: 'abc', size: 4 }],
    message: 'entry "x": unpacks to less than the 4 bytes it declares',
  },
  {
    is: 'is stored with two sizes',
    entries: [{ name: 'x', content: 'abc', method: 0, size: 2 }],
    message: 'entry "x": is stored, but declares two sizes',
  },
  {
    is: 'has a wrong checksum',
    entries: [{ name: 'x', content: 'abc', checksum: 1 }],
    message: 'entry "x": its bytes do not match its checksum',
  },
  {
    is: 'holds no deflate data',
    entries: [{ name: 'x', packed: Buffer.from([0xff, 0xff]), size: 9 }],
    message: /^entry "x": is damaged: /,
  },
  {
    is: 'has another name in its own header',
    entries: [{ name: 'x', content: 'y', local: { name: '../x' } }],
    message: 'entry "x": its own header says something else than the directory of the archive',
  },
  {
    is: 'has another method in its own header',
    entries: [{ name: 'x', content: 'y', local: { method: 0 } }],
    message: 'entry "x": its own header says something else than the directory of the archive',
  },
  {
    is: 'has another size in its own header',
    entries: [{ name: 'x', content: 'y', local: { size: 2 } }],
    message: 'entry "x": its own header says something else than the directory of the archive',
  },
  {
    is: 'reaches beyond the file',
    entries: [{ name: 'x', content: 'y', packedSize: 9999 }],
    message: /^entry "x": is damaged: file data overflows file bounds/,
  },
  {
    is: 'points to where no header is',
    entries: [{ name: 'x', content: 'y', offset: 3 }],
    message: /^entry "x": is damaged: invalid local file header signature/,
  },
  {
    is: 'reaches into the directory',
    entries: [{ name: 'x', content: 'y', method: 0, size: 30, packedSize: 30 }],
    message: 'entry "x": overlaps with other bytes of the archive',
  },
  {
    is: 'reaches into another entry',
    entries: [{ name: 'x', content: 'y', method: 0, size: 20, packedSize: 20 }, ok],
    message: 'entry "ok.txt": overlaps with other bytes of the archive',
  },
  {
    is: 'hides entries from its count',
    entries: [ok, { name: 'hidden' }],
    end: { entryCount: 1 },
    message: 'zip: its directory does not end where it says; it may hide entries',
  },
  {
    is: 'counts entries that it has not',
    entries: [ok],
    end: { entryCount: 2 },
    message: 'zip: is cut off, or points outside of the file',
  },
  {
    is: 'has bytes between its directory and its end',
    entries: [ok],
    end: { beforeEnd: Buffer.from('something') },
    message: 'zip: its directory does not end where it says; it may hide entries',
  },
  {
    is: 'misstates the size of its directory',
    entries: [ok],
    end: { directorySize: 3 },
    message: 'zip: its end says something else about its directory than the directory itself',
  },
  {
    is: 'is spread over disks',
    entries: [ok],
    end: { comment: 'PK\u0005\u0006' + '\u0001'.repeat(18) },
    message: /^zip: is damaged: /,
  },
]
