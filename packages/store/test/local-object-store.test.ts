import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { describeObjectStore } from '../src/conformance/index.ts'
import { openLocalObjectStore } from '../src/index.ts'

const makeDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'cairn-objects-'))

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

describeObjectStore('a local directory', async () => {
  const directory = await makeDirectory()
  return {
    store: await openLocalObjectStore(directory),
    keptEntries: () => filesIn(directory),
    close: () => rm(directory, { recursive: true }),
  }
})

describe('what an interrupted upload left', () => {
  let directory: string
  beforeEach(async () => {
    directory = await makeDirectory()
    await mkdir(join(directory, 'incoming'))
    await writeFile(join(directory, 'incoming', 'left-behind'), 'half')
  })
  afterEach(() => rm(directory, { recursive: true }))

  test('is removed at the next start when it is a day old', async () => {
    const dayAgo = new Date(Date.now() - 25 * 3_600_000)
    await utimes(join(directory, 'incoming', 'left-behind'), dayAgo, dayAgo)
    await openLocalObjectStore(directory)
    expect(await filesIn(directory)).toEqual([])
  })

  test('is kept while it may belong to a live upload of another process', async () => {
    await openLocalObjectStore(directory)
    expect(await filesIn(directory)).toEqual(['left-behind'])
  })

  test('is removed at once when no other process uses the directory', async () => {
    await openLocalObjectStore(directory, { abandonedAfterMs: 0 })
    expect(await filesIn(directory)).toEqual([])
  })
})

test('objects are readable by the owner only', async () => {
  const directory = await makeDirectory()
  const store = await openLocalObjectStore(directory)
  async function* source(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('secret weights')
  }
  const result = await store.put(source(), { maxBytes: 100 })
  const file = await store.materialise(result.kind === 'stored' ? result.sha256 : '')
  expect(((await stat(file?.path ?? '')).mode & 0o077).toString(8)).toBe('0')
  await rm(directory, { recursive: true })
})
