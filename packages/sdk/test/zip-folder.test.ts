import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Progress } from '../src/index.ts'
import { FolderTooLargeError, InvalidFolderError, zipFolder } from '../src/node/index.ts'
import { parseIgnoreRules } from '../src/node/ignore-rules.ts'
import { readZip } from './read-zip.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-zip-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

const namesIn = async (zip: Blob): Promise<string[]> => (await readZip(zip)).map(({ name }) => name)

describe('the zip of a folder', () => {
  it('has all files first, sorted, then each folder that holds one; hidden files go in, empty folders do not', async () => {
    await write({ 'b/c/d.txt': 'd', 'a.txt': 'a', '.git/HEAD': 'h', 'b/a.txt': 'ba', 'ä.txt': 'umlaut' })
    await mkdir(join(folder, 'empty/deeper'), { recursive: true })
    const zip = await zipFolder(folder)
    expect(zip.files).toEqual(['.git/HEAD', 'a.txt', 'b/a.txt', 'b/c/d.txt', 'ä.txt'])
    expect(await namesIn(zip)).toEqual([...zip.files, '.git/', 'b/', 'b/c/'])
    expect((await readZip(zip)).find(({ name }) => name === 'b/c/d.txt')?.content).toBe('d')
  })

  it('is the same bytes for the same files, whenever they were written', async () => {
    await write({ 'a.txt': 'a', 'b/run.sh': '#!/bin/sh' })
    const first = Buffer.from(await (await zipFolder(folder)).arrayBuffer())
    await utimes(join(folder, 'a.txt'), 1_000_000_000, 1_000_000_000)
    const second = Buffer.from(await (await zipFolder(folder)).arrayBuffer())
    expect(second.equals(first)).toBe(true)
  })

  it('keeps whether a file can be run, and nothing else of its mode', async () => {
    await write({ 'run.sh': '', 'data.csv': '' })
    await chmod(join(folder, 'run.sh'), 0o711)
    await chmod(join(folder, 'data.csv'), 0o600)
    const entries = await readZip(await zipFolder(folder))
    expect(entries.map(({ name, mode }) => [name, mode.toString(8)])).toEqual([
      ['data.csv', '100644'],
      ['run.sh', '100755'],
    ])
    expect(new Set(entries.map(({ timestamp }) => timestamp)).size).toBe(1)
  })

  it('reports how large it grows', async () => {
    await write({ 'a.bin': randomBytes(200_000).toString('hex') })
    const seen: Progress[] = []
    const zip = await zipFolder(folder, { onProgress: (progress) => seen.push(progress) })
    expect(seen.at(-1)).toEqual({ phase: 'zip', bytes: zip.size, totalBytes: null })
  })
})

describe('ignore files', () => {
  const files = {
    '.dockerignore': '*.log\n# no comment\n!keep.log\n/data/\n',
    'a.log': '',
    'b/keep.log': '',
    'data/x': '',
    'b/data/x': '',
    'main.py': '',
  }

  it('are .dockerignore when none is named', async () => {
    await write(files)
    expect((await zipFolder(folder)).files).toEqual(['.dockerignore', 'b/data/x', 'b/keep.log', 'main.py'])
  })

  it('that are named take its place, and are read one after the other', async () => {
    await write({ ...files, '.gitignore': '*.py', '.more': '!main.py\n*.log' })
    const { files: taken } = await zipFolder(folder, { ignoreFiles: ['.gitignore', '.more'] })
    expect(taken).toEqual(['.dockerignore', '.gitignore', '.more', 'b/data/x', 'data/x', 'main.py'])
  })

  it.each([
    ['is missing', 'none', 'cannot be read'],
    ['lies in a subfolder', 'b/keep.log', 'must lie directly in'],
    ['lies outside', '../x', 'must lie directly in'],
  ])('are refused when one %s', async (_what, name, message) => {
    await write(files)
    const refused = zipFolder(folder, { ignoreFiles: [name] })
    await expect(refused).rejects.toBeInstanceOf(InvalidFolderError)
    await expect(refused).rejects.toThrow(message)
  })

  it.each([
    ['*.log', 'a/b.log', true],
    ['build', 'a/build/x', true],
    ['build/', 'build', false],
    ['/build', 'a/build', false],
    ['a/*.txt', 'a/b.txt', true],
    ['a/*.txt', 'a/b/c.txt', false],
    ['**/cache', 'x/y/cache/z', true],
    ['*.LOG', 'a.log', false],
    ['logs\n!logs/keep', 'logs/keep', false],
    ['logs\n!logs/keep\nkeep', 'logs/keep', true],
    ['  *.log  ', 'a.log', true],
    ['#a', '#a', false],
    [String.raw`\#a`, '#a', true],
    ['', 'a', false],
  ])('with the rules %j take %s out: %s', (rules, path, expected) => {
    expect(parseIgnoreRules([rules]).ignores(path)).toBe(expected)
  })
})

describe('links', () => {
  it('are followed inside the folder, to files and to folders', async () => {
    await write({ 'real/a.txt': 'a' })
    await symlink('real', join(folder, 'link'))
    await symlink('real/a.txt', join(folder, 'b.txt'))
    const entries = await readZip(await zipFolder(folder))
    expect(entries.filter(({ content }) => content === 'a').map(({ name }) => name)).toEqual([
      'b.txt',
      'link/a.txt',
      'real/a.txt',
    ])
  })

  it.each([
    ['out of the folder', '/etc/hostname', 'leads out of the folder'],
    ['to a folder outside', '..', 'leads out of the folder'],
    ['nowhere', 'gone', 'leads nowhere'],
    ['back to a folder above', '.', 'leads back to a folder that it lies in'],
  ])('are refused when one leads %s, unless it is ignored', async (_what, target, message) => {
    await write({ 'a.txt': 'a' })
    await symlink(target, join(folder, 'link'))
    await expect(zipFolder(folder)).rejects.toThrow(`link ${message}`)
    for (const rules of ['link', 'link\n!b.txt']) {
      await write({ '.dockerignore': rules })
      expect((await zipFolder(folder)).files).toEqual(['.dockerignore', 'a.txt'])
    }
  })
})

describe('a folder that cannot be packed', () => {
  it('does not exist, is a file, or has nothing left', async () => {
    await expect(zipFolder(join(folder, 'none'))).rejects.toThrow('does not exist')
    await write({ 'a.txt': 'a' })
    await expect(zipFolder(join(folder, 'a.txt'))).rejects.toThrow('is not a folder')
    await write({ '.dockerignore': '*' })
    await expect(zipFolder(folder)).rejects.toThrow('holds no file that is not ignored')
  })

  it('holds a socket or a name with a backslash', async () => {
    await write({ 'a\\b': '' })
    await expect(zipFolder(folder)).rejects.toThrow(String.raw`a\b has a backslash`)
    await rm(join(folder, 'a\\b'))
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve))
    await expect(zipFolder(folder)).rejects.toThrow('socket is neither a file nor a folder')
    await new Promise((resolve) => server.close(resolve))
  })

  it('is too large as a zip: nothing is kept, and the error says what to do', async () => {
    await write({ 'a.bin': randomBytes(300_000).toString('latin1'), 'b.bin': 'b' })
    const refused = zipFolder(folder, { maxBytes: 100_000 })
    await expect(refused).rejects.toBeInstanceOf(FolderTooLargeError)
    await expect(refused).rejects.toThrow('.dockerignore')
  })

  it('ends with the signal of the caller', async () => {
    await write({ 'a.txt': 'a' })
    await expect(zipFolder(folder, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })
})
