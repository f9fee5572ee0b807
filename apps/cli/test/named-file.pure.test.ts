import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readTextFile, writeToFile } from '../src/files/named-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn files '))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

it('says of a file that it is not there, or that it is a folder', async () => {
  await expect(readTextFile(join(folder, 'gone'), 'gone')).rejects.toThrow('There is no file gone.')
  await expect(readTextFile(folder, 'here')).rejects.toThrow('This is a folder and not a file: here.')
})

it('replaces a file only by the whole of another', async () => {
  const path = join(folder, 'log')
  await writeFile(path, 'before')
  const half = Readable.from(
    (async function* () {
      yield 'half'
      await Promise.resolve()
      throw new Error('the server went away')
    })(),
  )
  await expect(writeToFile(path, half)).rejects.toThrow('the server went away')
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['before', ['log']])
  await writeToFile(path, Readable.from(['after']))
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['after', ['log']])
})

it('says why a file cannot be written', async () => {
  await mkdir(join(folder, 'taken'))
  const save = (name: string): Promise<void> => writeToFile(join(folder, name), Readable.from(['x']))
  await expect(save('no/log')).rejects.toThrow(`${join(folder, 'no/log')} cannot be written: its folder is not there.`)
  await expect(save('taken')).rejects.toThrow('cannot be written: there is a folder of this name.')
})
