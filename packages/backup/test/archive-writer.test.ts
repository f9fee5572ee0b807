import { lstat, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ArchiveWriter } from '../src/archive-writer.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-archive-test-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('an archive that is broken off in the middle of a file fails once, and nothing of it is left', async () => {
  const source = join(folder, 'source')
  await writeFile(source, '')
  await truncate(source, 1 << 30)
  const broken = new AbortController()
  const archive = await ArchiveWriter.open(join(folder, 'archive.tgz'))
  const entry = { path: 'source', source, kind: 'file', stats: await lstat(source) } as const
  const failing = archive.add(entry, broken.signal).catch((error: unknown) => error)
  const isUnderWay = async (): Promise<boolean> => (await lstat(join(folder, 'archive.tgz.part'))).size > 0
  await expect.poll(isUnderWay).toBe(true)
  broken.abort(new Error('broken off'))
  expect(await failing).toMatchObject({ message: 'broken off' })
  await archive.discard()
  expect(await readdir(folder)).toEqual(['source'])
})

test('an archive that cannot be written says why, whatever is added to it first', async () => {
  const archive = await ArchiveWriter.open(join(folder, 'nowhere', 'archive.tgz'))
  const addOn = async (): Promise<void> => {
    for (;;) {
      // As a listing does between two entries; a loop that never waits for the disk would keep the failure from being seen.
      const stats = await lstat(folder)
      await archive.add({ path: 'source', source: folder, kind: 'directory', stats }, new AbortController().signal)
    }
  }
  await expect(addOn()).rejects.toThrow('ENOENT')
  await archive.discard()
})
