import { deflateRawSync } from 'node:zlib'
import { CairnError } from '@cairn/contract'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type ArchiveLimits, defaultArchiveLimits, inspectZip, type ZipReport } from '../src/index.ts'
import { type RawEntry, rawZip } from './raw-zip.ts'
import { createArchiveDirectory, neverAborted } from './zip-file.ts'

const archives = await createArchiveDirectory()
afterAll(() => archives.remove())

async function inspect(entries: readonly RawEntry[], limits: Partial<ArchiveLimits> = {}): Promise<ZipReport> {
  return inspectZip(await archives.write(rawZip(entries)), { ...defaultArchiveLimits, ...limits }, neverAborted)
}

const stored = (name: string, content: Buffer | string): RawEntry => ({ name, content, method: 0 })

/** Sizes after the data, as writers that cannot seek do it. */
function described(name: string, content: Buffer, options: { signature: boolean } = { signature: true }): RawEntry {
  const packed = deflateRawSync(content)
  const descriptor = Buffer.alloc(16)
  descriptor.writeUInt32LE(0x0807_4b50, 0)
  descriptor.writeUInt32LE(packed.length, 8)
  descriptor.writeUInt32LE(content.length, 12)
  return {
    name,
    content,
    packed: Buffer.concat([packed, options.signature ? descriptor : descriptor.subarray(4)]),
    packedSize: packed.length,
    flags: 0x808,
    local: { size: 0, packedSize: 0, flags: 0x808 },
  }
}

/** 42.zip in small: each level holds the one below several times. */
function levels(depth: number, leaf: RawEntry, times = 2): Buffer {
  if (depth === 0) return rawZip([leaf])
  const inner = levels(depth - 1, leaf, times)
  return rawZip(Array.from({ length: times }, (_, index) => ({ name: `${index}.zip`, content: inner })))
}

const mebibyte = 1024 * 1024
const zeros = Buffer.alloc(8 * mebibyte)
const packedZeros = deflateRawSync(zeros)
const tooMuch = /^entry "a.zip": with it the archives in the archive unpack to more than \d+ bytes$/

describe('A bomb is refused', () => {
  test('in an archive in the archive, whatever few bytes it takes itself', async () => {
    const leaves = Array.from({ length: 8 }, (_, index) => ({ name: `${index}`, content: zeros, packed: packedZeros }))
    const limits = { nestedFreeBytes: 32 * mebibyte }
    await expect(inspect([stored('a.zip', rawZip(leaves))], limits)).rejects.toMatchObject({
      code: 'invalid_archive',
      message: expect.stringMatching(tooMuch),
    })
  })

  test.each([1, 2, 3, 4])('on level %i below', async (depth) => {
    const bomb = levels(depth, { name: 'leaf', content: Buffer.alloc(200_000) })
    const limits = { nestedFreeBytes: 300_000, maxRatio: 10 }
    await expect(inspect([stored('a.zip', bomb)], limits)).rejects.toThrow(tooMuch)
  })

  test.each([{ signature: true }, { signature: false }])('whose sizes follow the data (%o)', async (options) => {
    const bomb = rawZip(['a', 'b'].map((name) => described(name, Buffer.alloc(200_000), options)))
    await expect(inspect([stored('a.zip', bomb)], { nestedFreeBytes: 300_000, maxRatio: 10 })).rejects.toThrow(tooMuch)
  })

  test('that declares next to nothing', async () => {
    const bomb = rawZip([{ name: 'a', content: Buffer.alloc(500_000), size: 1 }])
    await expect(inspect([stored('a.zip', bomb)], { nestedFreeBytes: 300_000, maxRatio: 10 })).rejects.toThrow(tooMuch)
  })

  test('whose levels do not end', async () => {
    const deep = (count: number): Buffer => levels(count, stored('leaf', 'x'), 1)
    await expect(inspect([stored('a.zip', deep(6))])).resolves.toMatchObject({ entryCount: 1 })
    await expect(inspect([stored('a.zip', deep(9))])).rejects.toThrow(
      'entry "a.zip": holds archives in archives, more than 8 levels deep',
    )
  })
})

describe('An archive in the archive is taken', () => {
  const inner = rawZip([{ name: 'Main.class', content: 'code '.repeat(100) }])
  test.each([
    ['that is an ordinary library', inner],
    ['with sizes after the data', rawZip([described('a', Buffer.from('text '.repeat(99))), stored('b', 'x')])],
    ['that is encrypted', rawZip([{ name: 'x', content: 'abc', flags: 0x801 }])],
    ['of another compression', rawZip([{ name: 'x', method: 93, packed: Buffer.from('zstd') }])],
    ['that is cut off', inner.subarray(0, 60)],
    ['that holds no deflate data', rawZip([{ name: 'x', packed: Buffer.from([0xff, 0xff, 0xff]), size: 9 }])],
    ['of which only the first letters are there', Buffer.from('PK\u0003\u0004')],
  ])('%s', async (_what, content) => {
    for (const method of [0, 8]) {
      const report = await inspect([{ name: 'lib/a.jar', content, method }, stored('next', 'y')])
      expect(report).toMatchObject({ entryCount: 2, totalBytes: content.length + 1 })
    }
  })
})

test('What archives in the archive unpack to is counted to the byte, whatever they are made of', async () => {
  const content = fc.uint8Array({ maxLength: 60_000 }).map((bytes) => Buffer.from(bytes))
  const kinds = fc.constantFrom<(name: string, bytes: Buffer) => RawEntry>(
    stored,
    described,
    (name, bytes) => described(name, bytes, { signature: false }),
    (name, bytes) => ({ name, content: bytes }),
  )
  const tree = fc.array(fc.tuple(content, kinds), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(tree, fc.constantFrom(0, 8), async (files, method) => {
      const zip = rawZip(files.map(([bytes, make], index) => make(`${index}`, bytes)))
      const total = files.reduce((sum, [bytes]) => sum + bytes.length, 0)
      const entries = [{ name: 'a.zip', content: zip, method }]
      expect(await inspect(entries, { nestedFreeBytes: total, maxRatio: 0 })).toMatchObject({ entryCount: 1 })
      const oneLess = await inspect(entries, { nestedFreeBytes: total - 1, maxRatio: 0 }).catch(
        (error: unknown) => error,
      )
      // Nothing cannot be one byte too much.
      expect(oneLess instanceof CairnError).toBe(total > 0)
    }),
    { numRuns: 60, seed: 42 },
  )
})
