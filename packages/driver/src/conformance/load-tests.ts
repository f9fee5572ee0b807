import { describe, expect, it } from 'vitest'
import { call } from './call.ts'
import type { ConformanceOptions, SuiteOf } from './conformance-engine.ts'
import { scripts } from './scripts.ts'

const mebibyte = 1024 * 1024

export function describeLoad(suiteOf: SuiteOf, options: ConformanceOptions): void {
  describe('load', () => {
    it('is unknown of a workload that is absent or has ended', async () => {
      const { driver, run } = suiteOf()
      expect(await driver.load('cairn-absent', call())).toBeNull()
      const { name } = await run(scripts.succeed)
      expect(await driver.load(name, call())).toBeNull()
    })

    it.skipIf(!options.runsPrograms)('counts processor time, and memory within its limit', async () => {
      const { driver, spec } = suiteOf()
      const resources = { cpus: 1, memoryBytes: 96 * mebibyte, pids: 33, storageBytes: null }
      const { name } = await driver.ensure(spec('while :; do :; done', { resources }), call())
      const first = await driver.load(name, call())
      await expect
        .poll(async () => (await driver.load(name, call()))?.cpuSeconds, { timeout: 10_000 })
        .toBeGreaterThan((first?.cpuSeconds ?? 0) + 0.2)
      const { memoryBytes, memoryLimitBytes } = (await driver.load(name, call())) ?? {}
      expect(memoryLimitBytes).toBe(96 * mebibyte)
      expect(memoryBytes).toBeGreaterThan(0)
      expect(memoryBytes).toBeLessThan(96 * mebibyte)
    })
  })
}
