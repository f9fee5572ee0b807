import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ArchiveLimits, defaultArchiveLimits, inspectZip, zipToTar } from '../src/index.ts'
import { ok } from './hostile.ts'
import { duplicates, headers, names, types } from './hostile-names.ts'
import { bombs, lies } from './hostile-sizes.ts'
import { zip64Lies } from './hostile-zip64.ts'
import { rawZip } from './raw-zip.ts'
import { createArchiveDirectory, neverAborted } from './zip-file.ts'

const archives = await createArchiveDirectory()
afterAll(() => archives.remove())

async function refusalOf(path: string, limits: ArchiveLimits): Promise<unknown> {
  return inspectZip(path, limits, neverAborted).then(
    () => 'accepted',
    (error: unknown) => error,
  )
}

async function tarRefusalOf(path: string, limits: ArchiveLimits): Promise<unknown> {
  try {
    for await (const _ of zipToTar(path, limits, neverAborted)) continue
    return 'accepted'
  } catch (error) {
    return error
  }
}

describe.each([
  { about: 'by a name that', cases: names },
  { about: 'by an entry that', cases: [...types, ...headers] },
  { about: 'when it', cases: [...duplicates, ...bombs, ...lies, ...zip64Lies] },
])('A zip is refused $about', ({ cases }) => {
  test.each(cases)('$is', async ({ entries, end, limits, message }) => {
    const path = await archives.write(rawZip(entries, end))
    const refusals = [
      await refusalOf(path, limits ?? defaultArchiveLimits),
      await tarRefusalOf(path, limits ?? defaultArchiveLimits),
    ]
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ name: 'CairnError', code: 'invalid_archive' })
      expect(() => {
        throw refusal
      }).toThrow(message)
    }
  })
})

describe('A file that is no zip', () => {
  let whole: Buffer
  beforeAll(() => {
    whole = rawZip([{ name: 'x', content: 'hello '.repeat(100) }, ok])
  })

  test.each([
    { is: 'empty', bytes: () => Buffer.alloc(0), message: 'zip: the file is empty' },
    { is: 'a tar', bytes: () => Buffer.from('ustar'.padStart(600, 'x')), message: 'zip: this is not a zip file' },
    {
      is: 'random after the letters PK',
      bytes: () => Buffer.from('PK'.padEnd(900, '?')),
      message: 'zip: this is not a zip file, or it is cut off: it has no directory at its end',
    },
  ])('is refused when it is $is', async ({ bytes, message }) => {
    expect(await refusalOf(await archives.write(bytes()), defaultArchiveLimits)).toMatchObject({
      code: 'invalid_archive',
      message,
    })
  })

  test('is refused when a zip is cut off at any byte', async () => {
    for (let length = 1; length < whole.length; length += 7) {
      const path = await archives.write(whole.subarray(0, length))
      expect(await refusalOf(path, defaultArchiveLimits), `cut at ${length}`).toMatchObject({ code: 'invalid_archive' })
    }
  })

  test('is a fault of the server, not of the archive, when it cannot be opened', async () => {
    expect(await refusalOf('/nowhere/x.zip', defaultArchiveLimits)).toMatchObject({ code: 'ENOENT' })
  })
})

describe('Inspection', () => {
  test('ends with the reason of its signal', async () => {
    const path = await archives.write(rawZip([ok]))
    const reason = new Error('the upload was given up')
    await expect(inspectZip(path, defaultArchiveLimits, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('refuses an archive that takes longer than the limit', async () => {
    const entries = Array.from({ length: 2000 }, (_, index) => ({ name: `f${index}`, content: `${index}` }))
    const path = await archives.write(rawZip(entries))
    const message = 'zip: it takes longer than 0.001 s to unpack'
    expect(await refusalOf(path, { ...defaultArchiveLimits, maxInspectionMs: 1 })).toMatchObject({
      code: 'invalid_archive',
      message,
    })
  })
})
