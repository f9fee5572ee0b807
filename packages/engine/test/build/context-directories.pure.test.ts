import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ContextDirectories, createContextDirectories } from '../../src/build/context-directories.ts'

let parent: string
let contexts: ContextDirectories
let fills: string[]
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'cairn-contexts-'))
  contexts = createContextDirectories(parent, 10)
  fills = []
})
afterEach(() => rm(parent, { recursive: true }))

const fillWith = (text: string) => async (directory: string) => {
  fills.push(text)
  await writeFile(join(directory, 'a.txt'), text)
  return text.length
}
const hold = (text: string) => contexts.hold([text], fillWith(text))

describe('Directories of build contexts', () => {
  it('are filled once, also for builds that come at the same time', async () => {
    const [one, two] = await Promise.all([hold('same'), hold('same')])
    expect([one.path, await readFile(join(one.path, 'a.txt'), 'utf8')]).toEqual([two.path, 'same'])
    one.release()
    two.release()
    expect((await hold('same')).path).toBe(one.path)
    expect(fills).toEqual(['same'])
  })

  it('go when there are too many, those that were not used for longest first, and none that is in use', async () => {
    const used = await hold('eight888')
    const old = await hold('123')
    old.release()
    await eventually(() => expect(existsSync(old.path)).toBe(false))
    expect(existsSync(used.path)).toBe(true)
    used.release()
    const next = await hold('4567')
    next.release()
    await eventually(() => expect(existsSync(used.path)).toBe(false))
    expect(existsSync(next.path)).toBe(true)
    expect((await hold('eight888')).path).toBe(used.path)
    expect(fills).toEqual(['eight888', '123', '4567', 'eight888'])
  })

  it('are not there when they could not be filled, and are tried again', async () => {
    const broken = contexts.hold(['x'], async (directory) => {
      await writeFile(join(directory, 'half'), 'half')
      throw new Error('the archive broke')
    })
    await expect(broken).rejects.toThrow('the archive broke')
    expect(await readdir(join(parent, `contexts-${process.pid}`))).toEqual([])
    await contexts.hold(['x'], fillWith('x'))
  })

  it('make room for each other on a full disk', async () => {
    const full = (): never => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    }
    const old = await hold('123')
    await expect(contexts.hold(['new'], async () => full())).rejects.toThrow('no space left')
    old.release()
    const filled = await contexts.hold(['new'], async () => (existsSync(old.path) ? full() : 1))
    expect([existsSync(filled.path), existsSync(old.path)]).toEqual([true, false])
  })

  it('of processes that are gone are removed, those of others stay', async () => {
    const gone = join(parent, 'contexts-4194305')
    const other = join(parent, `contexts-${process.ppid}`)
    await mkdir(gone)
    await mkdir(other)
    await hold('x')
    expect([existsSync(gone), existsSync(other)]).toEqual([false, true])
  })
})
