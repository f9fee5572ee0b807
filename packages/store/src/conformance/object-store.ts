/** What every object store must do. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ObjectStore, PutResult } from '../objects/object-store.ts'

export interface ObjectStoreUnderTest {
  readonly store: ObjectStore
  /** Everything that the store keeps, finished or not: one entry for each. */
  readonly keptEntries: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function* pieces(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}

async function* failingAfter(part: Uint8Array): AsyncGenerator<Uint8Array> {
  yield part
  throw new Error('the client went away')
}

const bytes = (length: number, seed = 1): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 31 + seed) % 251))

const generous = { maxBytes: 10_000_000 }

/** Runs the suite. `open` is called once for each test and answers an empty store. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStoreUnderTest>): void {
  describe(`object store in ${name}`, () => {
    let subject: ObjectStoreUnderTest
    beforeEach(async () => {
      subject = await open()
    })
    afterEach(() => subject.close())

    const read = async (sha256: string): Promise<Buffer | null> => {
      const stream = await subject.store.open(sha256)
      return stream === null ? null : buffer(stream)
    }
    const stored = (content: Uint8Array): PutResult => ({
      kind: 'stored',
      sha256: hashOf(content),
      sizeBytes: content.byteLength,
    })

    test.each([0, 1, 65_536, 1_000_000])('gives back %i bytes as they were put', async (length) => {
      const content = bytes(length)
      const half = Math.floor(length / 2)
      const result = await subject.store.put(pieces(content.subarray(0, half), content.subarray(half)), generous)
      expect(result).toEqual(stored(content))
      expect((await read(hashOf(content)))?.equals(content)).toBe(true)
    })

    test('offers an object as a local file', async () => {
      const content = bytes(1000)
      await subject.store.put(pieces(content), generous)
      const file = await subject.store.materialise(hashOf(content))
      if (file === null) throw new Error('the object is missing')
      expect((await readFile(file.path)).equals(content)).toBe(true)
      await file.release()
    })

    test('keeps the same content once', async () => {
      await subject.store.put(pieces(bytes(1000)), generous)
      await subject.store.put(pieces(bytes(1000)), generous)
      expect(await subject.keptEntries()).toHaveLength(1)
    })

    test('takes the same content from several writers at once', async () => {
      const content = bytes(100_000)
      const results = await Promise.all(Array.from({ length: 8 }, () => subject.store.put(pieces(content), generous)))
      expect(results).toEqual(Array.from({ length: 8 }, () => stored(content)))
      expect((await read(hashOf(content)))?.equals(content)).toBe(true)
      expect(await subject.keptEntries()).toHaveLength(1)
    })

    test('takes exactly as many bytes as allowed', async () => {
      expect(await subject.store.put(pieces(bytes(100)), { maxBytes: 100 })).toEqual(stored(bytes(100)))
    })

    test('refuses more bytes than allowed without reading on, and keeps nothing', async () => {
      let ended = false
      let asked = 0
      async function* endless(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) {
            asked += 1
            yield bytes(60)
          }
        } finally {
          ended = true
        }
      }
      expect(await subject.store.put(endless(), { maxBytes: 100 })).toEqual({ kind: 'too_large', maxBytes: 100 })
      expect({ ended, asked }).toEqual({ ended: true, asked: 2 })
      expect(await subject.keptEntries()).toEqual([])
    })

    test('keeps nothing of a source that fails', async () => {
      await expect(subject.store.put(failingAfter(bytes(1000)), generous)).rejects.toThrow('the client went away')
      expect(await subject.keptEntries()).toEqual([])
    })

    test('forgets a deleted object, and deleting it again is fine', async () => {
      const content = bytes(1000)
      await subject.store.put(pieces(content), generous)
      await subject.store.delete(hashOf(content))
      await subject.store.delete(hashOf(content))
      expect(await read(hashOf(content))).toBeNull()
      expect(await subject.keptEntries()).toEqual([])
    })

    test('lists every object once, with the time of its last put', async () => {
      const before = Date.now()
      for (const seed of [1, 2, 1]) await subject.store.put(pieces(bytes(1000, seed)), generous)
      await expect(subject.store.put(failingAfter(bytes(1000, 3)), generous)).rejects.toThrow('the client went away')
      const listed = new Map<string, number>()
      for await (const { sha256, storedAt } of subject.store.list()) listed.set(sha256, storedAt.getTime())
      expect([...listed.keys()].toSorted()).toEqual([hashOf(bytes(1000, 1)), hashOf(bytes(1000, 2))].toSorted())
      // File systems keep times no finer than the kernel's clock tick.
      expect(Math.min(...listed.values())).toBeGreaterThan(before - 1000)
    })

    test('knows when an object was put last, and that a deleted one is none', async () => {
      const content = bytes(1000)
      const before = Date.now()
      await subject.store.put(pieces(content), generous)
      const storedAt = await subject.store.storedAt(hashOf(content))
      // File systems keep times no finer than the kernel's clock tick.
      expect(storedAt?.getTime()).toBeGreaterThan(before - 1000)
      await subject.store.delete(hashOf(content))
      expect(await subject.store.storedAt(hashOf(content))).toBeNull()
    })

    test.each([
      ['a hash that nobody put', '0'.repeat(64)],
      ['a way out of the directory', '../../../../etc/passwd'],
      ['an absolute path', '/etc/passwd'],
      ['upper case', 'A'.repeat(64)],
      ['a hash with a line break', `${'a'.repeat(64)}\n`],
      ['nothing', ''],
    ])('has no object under %s', async (_, name64) => {
      expect(await subject.store.open(name64)).toBeNull()
      expect(await subject.store.materialise(name64)).toBeNull()
      expect(await subject.store.storedAt(name64)).toBeNull()
      await subject.store.delete(name64)
    })
  })
}
