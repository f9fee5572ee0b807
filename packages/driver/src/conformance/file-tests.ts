import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { call, errorCode } from './call.ts'
import type { ConformanceOptions, SuiteOf } from './conformance-engine.ts'
import { scripts } from './scripts.ts'

const kibibyte = 1024

export function describeFiles(suiteOf: SuiteOf, options: ConformanceOptions): void {
  describe('files', () => {
    it('reads files of an exited workload by relative and by absolute path, and through links', async () => {
      const { driver, run } = suiteOf()
      const { name } = await run(scripts.writeFiles)
      const text = async (path: string): Promise<string> => {
        const result = await driver.readFile(name, path, kibibyte, call())
        return result.kind === 'content' ? Buffer.from(result.bytes).toString() : result.kind
      }
      expect(await text('out.txt')).toBe('relative')
      expect(await text('./sub/../out.txt')).toBe('relative')
      expect(await text('/work/out.txt')).toBe('relative')
      expect(await text('/tmp/abs.txt')).toBe('absolute')
      expect(await text('link')).toBe('0123456789')
    })

    it('tells absent from too large and from what is no file', async () => {
      const { driver, run } = suiteOf()
      const { name } = await run(scripts.writeFiles)
      const kind = async (path: string, maxBytes = kibibyte): Promise<string> =>
        (await driver.readFile(name, path, maxBytes, call())).kind
      expect(await kind('nothing')).toBe('absent')
      expect(await kind('no/such/directory/x')).toBe('absent')
      expect(await kind('out.txt/below')).toBe('absent')
      expect(await kind('nul\0byte')).toBe('absent')
      expect(await kind('ten', 10)).toBe('content')
      expect(await kind('ten', 9)).toBe('too_large')
      expect(await kind('zeros')).toBe('too_large')
      expect(await kind('sub')).toBe('not_a_file')
      expect(await kind('dangling')).toBe('absent')
      expect(await kind('loop')).not.toBe('content')
      expect(await kind('pipe')).toBe('not_a_file')
      expect(await kind('/')).toBe('not_a_file')
      expect(await kind('')).toBe('not_a_file')
    })

    it('reads a file of a running workload', async () => {
      const { driver, spec, readLines } = suiteOf()
      const { name } = await driver.ensure(spec(`${scripts.writeFiles}; ${scripts.runUntilStopped}`), call())
      await expect.poll(() => readLines(name)).toHaveLength(1)
      expect(await driver.readFile(name, 'ten', kibibyte, call())).toMatchObject({ kind: 'content' })
    })

    it.skipIf(!options.runsPrograms)('reads a large file whole', async () => {
      const { driver, run } = suiteOf()
      const { name } = await run(scripts.writeFiles)
      const result = await driver.readFile(name, 'zeros', 4_000_000, call())
      expect(result.kind === 'content' && result.bytes.length).toBe(3_000_000)
    })

    it.skipIf(!options.runsPrograms)('never leaves the file system of the container', async () => {
      const { driver, run } = suiteOf()
      const directory = await mkdtemp(join(tmpdir(), 'cairn-outside-'))
      try {
        const outside = join(directory, 'secret')
        await writeFile(outside, 'of the host')
        const { name } = await run(`ln -s ${outside} leak; ln -s ../../../../../.. up; ${scripts.writeFiles}`)
        for (const path of ['leak', outside, `../../../../../..${outside}`, `up${outside}`]) {
          expect(await driver.readFile(name, path, kibibyte, call())).toEqual({ kind: 'absent' })
        }
      } finally {
        await rm(directory, { recursive: true })
      }
    })

    it('refuses the files of an absent workload', async () => {
      const { driver } = suiteOf()
      expect(await errorCode(driver.readFile('cairn-absent', 'x', kibibyte, call()))).toBe('workload_not_found')
    })
  })
}
