import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { linkLibraries } from '../../src/embedded/binaries.ts'
import { parsePostmasterFile } from '../../src/embedded/postmaster-file.ts'
import { pruneServerLogs } from '../../src/embedded/prune-server-logs.ts'
import { firstClosedDirectory } from '../../src/embedded/system-user.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-binaries-'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('the links of the libraries', () => {
  const native = (): string => join(directory, 'native')
  beforeEach(async () => {
    await mkdir(join(native(), 'lib'), { recursive: true })
    await writeFile(join(native(), 'lib', 'libx.so.5.18'), 'library')
    await writeFile(
      join(native(), 'pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/libx.so.5.18', target: 'native/lib/libx.so.5' }]),
    )
  })

  test('are made where the package manager did not, also by several processes at once', async () => {
    await Promise.all([linkLibraries(native()), linkLibraries(native()), linkLibraries(native())])
    await linkLibraries(native())
    expect(await readlink(join(native(), 'lib', 'libx.so.5'))).toBe('libx.so.5.18')
    expect(await readFile(join(native(), 'lib', 'libx.so.5'), 'utf8')).toBe('library')
  })

  test('a package without a list needs none', async () => {
    await rm(join(native(), 'pg-symlinks.json'))
    await linkLibraries(native())
    expect(await readdir(join(native(), 'lib'))).toEqual(['libx.so.5.18'])
  })
})

describe('the way to a directory', () => {
  const stranger = { uid: 54_321, gid: 54_321 }

  test('is open when every directory on it is', async () => {
    await chmod(directory, 0o711)
    expect(await firstClosedDirectory(directory, stranger)).toBeNull()
  })

  test('is closed at the first directory that may not be entered', async () => {
    const inside = join(directory, 'a', 'b')
    await mkdir(inside, { recursive: true })
    await chmod(directory, 0o755)
    await chmod(dirname(inside), 0o700)
    expect(await firstClosedDirectory(inside, stranger)).toBe(dirname(inside))
  })
})

describe('the file in which a server speaks of itself', () => {
  test.each([
    ['ready', '41\n/data\n1700000000\n5433\n/tmp\nlocalhost\n  1 2\nready   \n', { pid: 41, port: 5433, ready: true }],
    [
      'starting',
      '41\n/data\n1700000000\n5433\n/tmp\nlocalhost\n  1 2\nstarting\n',
      { pid: 41, port: 5433, ready: false },
    ],
    ['just made', '41\n', { pid: 41, port: null, ready: false }],
    ['empty', '', null],
    ['not a number', 'x\n', null],
  ])('is read when %s', (_, text, expected) => {
    expect(parsePostmasterFile(text)).toEqual(expected)
  })
})

test('only the newest log files of a server are kept', async () => {
  const logs = join(directory, 'log')
  await mkdir(logs)
  for (let day = 10; day < 30; day += 1) await writeFile(join(logs, `postgres-2026-01-${day}T00-00-00.log`), '')
  await pruneServerLogs(directory)
  const kept = await readdir(logs)
  expect(kept.toSorted()[0]).toBe('postgres-2026-01-22T00-00-00.log')
  expect(kept).toHaveLength(8)
})
