import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultArchiveLimits } from '../src/limits.ts'
import { listZip } from '../src/list-zip.ts'
import { unpackTar } from '../src/unpack-tar.ts'
import { zipToTar } from '../src/zip-to-tar.ts'
import { rawZip } from './raw-zip.ts'

const { signal } = new AbortController()
let parent: string
let directory: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'cairn-unpack-'))
  directory = join(parent, 'here')
  await mkdir(directory)
})
afterEach(() => rm(parent, { recursive: true }))

async function* tarWith(fill: (tar: ReturnType<typeof pack>) => void): AsyncGenerator<Uint8Array> {
  const tar = pack()
  fill(tar)
  tar.finalize()
  for await (const chunk of tar) if (chunk instanceof Uint8Array) yield chunk
}

describe('The tar of a zip', () => {
  it('is written as files and directories, with their modes and without times', async () => {
    const path = join(parent, 'a.zip')
    const entries = [
      { name: 'bin/run.sh', content: Buffer.from('run'), mode: 0o100_755 },
      { name: 'a/b/c.txt', content: Buffer.from('x'.repeat(300_000)) },
    ]
    await writeFile(path, rawZip(entries))
    const bytes = await unpackTar(zipToTar(path, defaultArchiveLimits, { signal }), directory, signal)
    expect(bytes).toBe(300_003)
    expect((await readdir(directory, { recursive: true })).toSorted()).toEqual([
      'a',
      'a/b',
      'a/b/c.txt',
      'bin',
      'bin/run.sh',
    ])
    expect((await readFile(join(directory, 'a/b/c.txt'))).length).toBe(300_000)
    const { mode, mtimeMs } = await stat(join(directory, 'bin/run.sh'))
    expect([mode & 0o777, mtimeMs]).toEqual([0o755, 0])
    const listed = await listZip(path, defaultArchiveLimits, { signal })
    expect(listed.map((entry) => [entry.path, entry.sizeBytes])).toEqual([
      ['bin/run.sh', 3],
      ['a/b/c.txt', 300_000],
    ])
  })

  // Writing through a link (CWE-59), and over what is there.
  it.each([
    ['a link', (tar: ReturnType<typeof pack>) => void tar.entry({ name: 'a', type: 'symlink', linkname: '/etc' })],
    ['a pipe', (tar: ReturnType<typeof pack>) => void tar.entry({ name: 'a', type: 'fifo' })],
    [
      'a name twice',
      (tar: ReturnType<typeof pack>) => {
        tar.entry({ name: 'a' }, 'one')
        tar.entry({ name: 'a' }, 'two')
      },
    ],
  ])('is not written on from %s', async (_, fill) => {
    await expect(unpackTar(tarWith(fill), directory, signal)).rejects.toThrow(/type|EEXIST/)
    for (const name of await readdir(directory)) expect(await readFile(join(directory, name), 'utf8')).toBe('one')
  })
})
