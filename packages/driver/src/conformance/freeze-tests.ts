import { describe, expect, it } from 'vitest'
import { call, present } from './call.ts'
import type { ConformanceOptions, SuiteOf } from './conformance-engine.ts'
import { scripts } from './scripts.ts'

export function describeFreezing(suiteOf: SuiteOf, { runsPrograms, lacks }: ConformanceOptions): void {
  const reason = lacks.freezing === undefined ? '' : ` (skipped: ${lacks.freezing})`
  describe.skipIf(lacks.freezing !== undefined)(`freezing${reason}`, () => {
    it('keeps a frozen workload where it is, also for another process, and lets it go on', async () => {
      const { driver, engine, installation, spec } = suiteOf()
      const wanted = spec(scripts.runUntilStopped, { publishPort: 8123 })
      const before = await driver.ensure(wanted, call())
      expect(await driver.freeze(wanted.name, call())).toEqual({ kind: 'frozen' })
      const frozen = { ...before, phase: 'frozen' }
      expect(await driver.observe(wanted.name, call())).toEqual(frozen)
      const other = engine.connect(installation)
      expect(await other.list(call())).toEqual([frozen])
      expect(await other.ensure(wanted, call())).toEqual(frozen)
      await other.thaw(wanted.name, call())
      expect(await driver.observe(wanted.name, call())).toEqual(before)
    })

    it('has nothing to do when it freezes what is frozen or thaws what is not', async () => {
      const { driver, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.runUntilStopped), call())
      await driver.thaw(name, call())
      expect(await driver.freeze(name, call())).toEqual({ kind: 'frozen' })
      expect(await driver.freeze(name, call())).toEqual({ kind: 'frozen' })
      await driver.thaw(name, call())
      await driver.thaw(name, call())
      expect(present(await driver.observe(name, call())).phase).toBe('running')
    })

    it('does what it was told last, however quickly it is told', async () => {
      const { driver, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.runUntilStopped), call())
      for (let turn = 0; turn < 4; turn += 1) {
        await driver.freeze(name, call())
        await driver.thaw(name, call())
      }
      await driver.freeze(name, call())
      await expect.poll(async () => (await driver.observe(name, call()))?.phase).toBe('frozen')
    })

    it('freezes nothing that is absent or has ended', async () => {
      const { driver, run } = suiteOf()
      expect(await driver.freeze('cairn-absent', call())).toMatchObject({ kind: 'not_frozen' })
      await driver.thaw('cairn-absent', call())
      const { name, observation } = await run(scripts.succeed)
      expect(await driver.freeze(name, call())).toMatchObject({ kind: 'not_frozen' })
      await driver.thaw(name, call())
      expect(await driver.observe(name, call())).toEqual(observation)
    })

    it('does not touch what another installation has made', async () => {
      const { driver, engine, spec } = suiteOf()
      const other = engine.connect('otherinstall')
      const { name } = await other.ensure(spec(scripts.runUntilStopped), call())
      try {
        expect(await driver.freeze(name, call())).toMatchObject({ kind: 'not_frozen' })
        await other.freeze(name, call())
        await driver.thaw(name, call())
        expect(await other.observe(name, call())).toMatchObject({ phase: 'frozen' })
      } finally {
        await other.remove(name, call())
      }
    })

    it('ends a frozen workload with the stop signal', async () => {
      const { driver, spec, readLines } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.obeyStop), call())
      await expect.poll(() => readLines(name)).toHaveLength(1)
      await driver.freeze(name, call())
      await driver.stop(name, 20_000, call())
      expect(await driver.observe(name, call())).toMatchObject({ phase: 'exited', exit: { code: 143 } })
    })

    it('removes a frozen workload', async () => {
      const { driver, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.runUntilStopped), call())
      await driver.freeze(name, call())
      await driver.remove(name, call())
      expect(await driver.observe(name, call())).toBeNull()
    })

    it.skipIf(!runsPrograms)('takes the CPU from every process of a workload until it is thawed', async () => {
      const { driver, spec, readLines } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.tick), call())
      await expect.poll(async () => (await readLines(name)).length).toBeGreaterThan(2)
      await driver.freeze(name, call())
      const frozen = (await readLines(name)).length
      // Another workload goes through many times the while in which the frozen one would have spoken.
      await suiteOf().run(scripts.endSoon)
      expect((await readLines(name)).length).toBe(frozen)
      await driver.thaw(name, call())
      await expect.poll(async () => (await readLines(name)).length).toBeGreaterThan(frozen)
    })
  })
}
