import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { CairnError } from '@cairn/contract'
import * as fc from 'fast-check'
import { extract } from 'tar-stream'
import { afterAll, expect, test } from 'vitest'
import { defaultArchiveLimits, fileToTar, inspectZip, readZipFile, zipToTar } from '../src/index.ts'
import { type RawEntry, rawZip } from './raw-zip.ts'
import { createArchiveDirectory, neverAborted } from './zip-file.ts'

const archives = await createArchiveDirectory()
afterAll(() => archives.remove())

const absent = { kind: 'absent' }

type Tree = Readonly<Record<string, { readonly type: string; readonly mode: number; readonly content: string }>>

async function readTar(bytes: Uint8Array): Promise<Tree> {
  const tree: Record<string, Tree[string]> = {}
  const entries = extract()
  Readable.from([bytes])
    .on('data', (chunk) => entries.write(chunk))
    .on('end', () => entries.end(null))
  for await (const entry of entries) {
    const parts: Uint8Array[] = []
    for await (const chunk of entry) if (chunk instanceof Uint8Array) parts.push(chunk)
    const { name, type, mode } = entry.header
    tree[name] = { type, mode, content: Buffer.concat(parts).toString('base64') }
  }
  return tree
}

const toTar = async (path: string, place?: (name: string) => string | null): Promise<Buffer> =>
  buffer(zipToTar(path, defaultArchiveLimits, place === undefined ? neverAborted : { ...neverAborted, place }))

/** Lower case only, so that no two names of one directory collide; files and directories cannot, by their endings. */
const segment = fc.stringMatching(/^[a-zé中 ._-]{0,60}[a-z]$/u).map((text) => text.normalize('NFC'))
const file = fc.record({
  directories: fc.array(
    segment.map((name) => `${name}.d`),
    { maxLength: 4 },
  ),
  name: segment,
  content: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  method: fc.constantFrom(0, 8),
  isProgram: fc.boolean(),
})
const files = fc.uniqueArray(file, {
  maxLength: 12,
  selector: ({ directories, name }) => [...directories, name].join('/'),
})

function toEntry({
  directories,
  name,
  content,
  method,
  isProgram,
}: (typeof files extends fc.Arbitrary<infer T> ? T : never)[number]): RawEntry {
  return { name: [...directories, `${name}.f`].join('/'), content, method, mode: isProgram ? 0o100755 : 0o100644 }
}

test('Every tree comes out of the tar as it went into the zip', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (tree) => {
      const entries = tree.map(toEntry)
      const path = await archives.write(rawZip(entries))
      const report = await inspectZip(path, defaultArchiveLimits, neverAborted)
      const unpacked = await readTar(await toTar(path))
      const found = Object.entries(unpacked).filter(([, entry]) => entry.type === 'file')
      const expected = entries.map(({ name, content, mode }) => [
        name,
        { type: 'file', mode: Number(mode) & 0o777, content: Buffer.from(content ?? '').toString('base64') },
      ])
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
      expect(report.totalBytes).toBe(tree.reduce((sum, { content }) => sum + content.length, 0))
      expect(report.entryCount).toBe(entries.length)
    }),
    { numRuns: 60 },
  )
})

test('The order and the explicit directories of a zip do not change the tar', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.infiniteStream(fc.nat()), async (tree, random) => {
      const entries = tree.map(toEntry)
      const order = entries.map((entry) => ({ entry, place: random.next().value ?? 0 }))
      const shuffled = order.toSorted((a, b) => a.place - b.place).map(({ entry }) => entry)
      const parents = new Set(
        tree.flatMap(({ directories }) =>
          directories.map((_, index) => `${directories.slice(0, index + 1).join('/')}/`),
        ),
      )
      const directories = [...parents].map((name): RawEntry => ({ name, method: 0, mode: 0o040755 }))
      const [one, other] = await Promise.all(
        [rawZip(entries), rawZip([...shuffled, ...directories])].map(async (zip) => toTar(await archives.write(zip))),
      )
      expect(other).toEqual(one)
    }),
    { numRuns: 40 },
  )
})

test('A damaged zip is refused, or says what it said before the damage', async () => {
  const whole = rawZip([
    { name: 'a/b.txt', content: 'hello '.repeat(50) },
    { name: 'c', content: 'stored', method: 0 },
    { name: 'd/', method: 0, mode: 0o040755 },
  ])
  const contents = digestOfFiles(await readTar(await toTar(await archives.write(whole))))
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (position, change) => {
      const damaged = Buffer.from(whole)
      damaged.writeUInt8(damaged.readUInt8(position) ^ change, position)
      const path = await archives.write(damaged)
      const outcome = await toTar(path).catch((error: unknown) => error)
      const seen = outcome instanceof Buffer ? digestOfFiles(await readTar(outcome)) : outcome
      expect([contents, 'invalid_archive']).toContain(seen instanceof CairnError ? seen.code : seen)
    }),
    { numRuns: 400 },
  )
})

/** Times and modes are not held by any checksum, and a name only by being there twice. */
function digestOfFiles(tree: Tree): string {
  const contents = Object.values(tree)
    .filter(({ type }) => type === 'file')
    .map(({ content }) => content)
  return createHash('sha256').update(contents.toSorted().join()).digest('hex')
}

test('Directories come before what is in them, the implied ones too', async () => {
  const path = await archives.write(
    rawZip([{ name: 'a/b/c', content: 'x' }, { name: 'a-b' }, { name: 'empty/', method: 0 }]),
  )
  expect(
    Object.entries(await readTar(await toTar(path))).map(([name, { type, mode }]) => [name, type, mode.toString(8)]),
  ).toEqual([
    ['a/', 'directory', '755'],
    ['a-b', 'file', '644'],
    ['a/b/', 'directory', '755'],
    ['a/b/c', 'file', '644'],
    ['empty/', 'directory', '755'],
  ])
})

test('Files can be moved and left out on the way', async () => {
  const path = await archives.write(rawZip([{ name: 'app/main.py' }, { name: 'docs/x' }, { name: 'Dockerfile' }]))
  const place = (name: string): string | null =>
    name.startsWith('app/') ? name.slice(4) : name === 'Dockerfile' ? '.d' : null
  expect(Object.keys(await readTar(await toTar(path, place)))).toEqual(['.d', 'main.py'])
})

test('Two files cannot be moved to one place', async () => {
  const path = await archives.write(rawZip([{ name: 'a' }, { name: 'b' }]))
  await expect(toTar(path, () => 'c')).rejects.toMatchObject({ message: 'entry "b": its place "c" is taken already' })
  await expect(toTar(path, (name) => (name === 'a' ? 'c' : 'c/d'))).rejects.toMatchObject({ code: 'invalid_archive' })
})

test('A reader that goes away ends the reading', async () => {
  const path = await archives.write(rawZip([{ name: 'a', content: Buffer.alloc(900_000, 'abcdefg') }, { name: 'b' }]))
  for await (const chunk of zipToTar(path, defaultArchiveLimits, neverAborted)) if (chunk.length > 0) break
  const tar = zipToTar(path, defaultArchiveLimits, neverAborted)
  await tar.next()
  await expect(tar.return(undefined)).resolves.toMatchObject({ done: true })
})

test('An aborted tar ends with the reason of its signal', async () => {
  const path = await archives.write(rawZip([{ name: 'a', content: Buffer.alloc(900_000, 'abcdefg') }]))
  const controller = new AbortController()
  const tar = zipToTar(path, defaultArchiveLimits, { signal: controller.signal })
  await tar.next()
  const reason = new Error('the build was given up')
  controller.abort(reason)
  await expect(
    (async () => {
      for await (const _ of tar) continue
    })(),
  ).rejects.toBe(reason)
})

test('One file can be read by its path', async () => {
  const path = await archives.write(
    rawZip([
      { name: 'a/Dockerfile', content: 'FROM x' },
      { name: 'b/', method: 0 },
    ]),
  )
  const read = (name: string, maxBytes = 100): Promise<unknown> =>
    readZipFile(path, { path: name, maxBytes }, defaultArchiveLimits, neverAborted)
  expect(await read('a/Dockerfile')).toEqual({ kind: 'content', bytes: Buffer.from('FROM x') })
  expect(await read('a/Dockerfile', 5)).toEqual({ kind: 'too_large' })
  expect(await Promise.all([read('Dockerfile'), read('b'), read('a')])).toEqual([absent, absent, absent])
})

test('One small file becomes a tar of its own', async () => {
  const bytes = await buffer(fileToTar('Dockerfile', Buffer.from('FROM x\n')))
  expect(await readTar(bytes)).toEqual({
    Dockerfile: { type: 'file', mode: 0o644, content: Buffer.from('FROM x\n').toString('base64') },
  })
})
