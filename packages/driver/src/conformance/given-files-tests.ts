import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { WorkloadFiles } from '../port.ts'
import { call, errorCode, present } from './call.ts'
import type { ConformanceOptions, SuiteOf } from './conformance-engine.ts'
import { scripts } from './scripts.ts'

const blockBytes = 512
const mebibyte = 1024 * 1024

/** A tar of text files by name. */
function filesOf(texts: Readonly<Record<string, string>>): WorkloadFiles {
  const blocks = Object.entries(texts).flatMap(([name, text]) => [headerOf(name, text), padded(text)])
  const tar = Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)])
  return {
    digest: createHash('sha256').update(tar).digest('hex'),
    open: async function* open() {
      yield tar
    },
  }
}

function padded(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([bytes, Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes)])
}

function headerOf(name: string, text: string): Buffer {
  const header = Buffer.alloc(blockBytes)
  header.write(name)
  header.write('0000644\0', 100)
  header.write('0000000\0'.repeat(2), 108)
  header.write(`${Buffer.byteLength(text).toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write(' '.repeat(8), 148)
  header.write('0ustar\u000000', 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

export function describeGivenFiles(suiteOf: SuiteOf, options: ConformanceOptions): void {
  describe('given files', () => {
    it.skipIf(!options.runsPrograms)('stand in the working directory when the command begins', async () => {
      const { driver, run, spec } = suiteOf()
      const files = filesOf({ 'in.txt': 'given', 'src/main.sh': 'echo from the file' })
      const script = 'cat in.txt; echo; . ./src/main.sh; echo more >> in.txt'
      expect((await run(script, { files })).stdout).toEqual(['given', 'from the file'])
      if (options.lacks.holding !== undefined) return
      const wanted = spec(script, { files })
      expect(await driver.prepare(wanted, call())).toEqual({ kind: 'held' })
      await driver.ensure(wanted, call())
      expect(present(await driver.wait(wanted.name, call())).exit).toMatchObject({ code: 0 })
    })

    it('are part of the specification', async () => {
      const { driver, spec } = suiteOf()
      const wanted = spec(scripts.runUntilStopped, { files: filesOf({ a: '1' }) })
      await driver.ensure(wanted, call())
      expect(await driver.ensure({ ...wanted, files: filesOf({ a: '1' }) }, call())).toMatchObject({ phase: 'running' })
      expect(await errorCode(driver.ensure({ ...wanted, files: filesOf({ a: '2' }) }, call()))).toBe('spec_conflict')
    })

    it('that cannot be read leave nothing behind', async () => {
      const { driver, spec } = suiteOf()
      const broken: WorkloadFiles = {
        digest: 'broken',
        open: async function* open() {
          yield headerOf('a', 'text')
          throw new Error('the source broke')
        },
      }
      const wanted = spec(scripts.succeed, { files: broken })
      expect(await errorCode(driver.ensure(wanted, call()))).toBe('invalid_spec')
      expect(await driver.observe(wanted.name, call())).toBeNull()
    })
  })

  describe('storage', () => {
    it('is unknown of an absent workload', async () => {
      expect(await suiteOf().driver.usage('cairn-absent', call())).toBeNull()
    })

    it.skipIf(!options.runsPrograms)('counts what a workload has written', async () => {
      const { driver, run } = suiteOf()
      const { name } = await run('head -c 5000000 /dev/zero > five')
      const used = (await driver.usage(name, call()))?.writableBytes ?? 0
      expect(used).toBeGreaterThanOrEqual(5_000_000)
      expect(used).toBeLessThan(6_000_000)
    })

    it.skipIf(!options.runsPrograms)('bounds each file', async () => {
      const resources = { cpus: 1, memoryBytes: 128 * mebibyte, pids: 64, storageBytes: 1_000_000 }
      const script = 'head -c 999999 /dev/zero > one && echo one; exec head -c 1000001 /dev/zero > two'
      const { stdout, observation } = await suiteOf().run(script, { resources })
      expect(stdout).toEqual(['one'])
      expect(observation.exit?.reason).toBe('error')
      // Ended by the signal, or told that the file is too large where the engine's processes ignore it, as Podman's do.
      expect([153, 1]).toContain(observation.exit?.code)
    })
  })
}
