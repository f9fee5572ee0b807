import { describe, expect, it } from 'vitest'
import { call, present } from './call.ts'
import type { ConformanceOptions, SuiteOf } from './conformance-engine.ts'
import { scripts } from './scripts.ts'

export function describeOutcomes(suiteOf: SuiteOf, options: ConformanceOptions): void {
  describe('outcomes', () => {
    it('reports a command that succeeds, with its times', async () => {
      const { observation } = await suiteOf().run(scripts.succeed)
      expect(observation).toMatchObject({ phase: 'exited', address: null })
      expect(observation.exit).toEqual({ code: 0, reason: 'completed', detail: null })
      const { startedAt, finishedAt } = observation
      expect(startedAt?.getTime()).toBeGreaterThan(0)
      expect(finishedAt?.getTime()).toBeGreaterThanOrEqual(startedAt?.getTime() ?? Number.NaN)
    })

    it('reports the exit code of a command that fails', async () => {
      const { observation } = await suiteOf().run(scripts.exitSeven)
      expect(observation.exit).toMatchObject({ code: 7, reason: 'error' })
    })

    it('reports a program that the shell does not find as 127, with the shell’s words in the log', async () => {
      const { observation, stderr } = await suiteOf().run(scripts.unknownProgram)
      expect(observation.exit).toMatchObject({ code: 127, reason: 'error' })
      expect(stderr.join('\n')).toMatch(/not found/)
    })

    it('reports a command that cannot be started as an exit, and never tries again', async () => {
      const { driver, spec } = suiteOf()
      const wanted = spec('', { command: ['/no/such/program', 'x'] })
      await driver.ensure(wanted, call())
      const exited = present(await driver.wait(wanted.name, call()))
      expect(exited).toMatchObject({ phase: 'exited', exit: { code: 127, reason: 'error' } })
      expect(await driver.ensure(wanted, call())).toEqual(exited)
    })

    it('waits for a workload that ends later', async () => {
      const { driver, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.endSoon), call())
      expect(await driver.wait(name, call())).toMatchObject({ phase: 'exited', exit: { code: 3 } })
    })

    it('ends a wait for an absent workload at once, and for one that is removed meanwhile', async () => {
      const { driver, spec } = suiteOf()
      expect(await driver.wait('cairn-absent', call())).toBeNull()
      const { name } = await driver.ensure(spec(scripts.runUntilStopped), call())
      const waiting = driver.wait(name, call())
      await driver.remove(name, call())
      expect((await waiting)?.phase ?? 'exited').toBe('exited')
    })

    it('has nothing to do when it stops or removes what is absent', async () => {
      const { driver } = suiteOf()
      await driver.stop('cairn-absent', 1_000, call())
      await driver.remove('cairn-absent', call())
      expect(await driver.observe('cairn-absent', call())).toBeNull()
    })

    it('lists running and exited workloads with their owners', async () => {
      const { driver, spec } = suiteOf()
      const running = spec(scripts.runUntilStopped, { owner: { kind: 'service', id: '7', tenantId: 'b' } })
      const exited = spec(scripts.exitSeven)
      for (const wanted of [running, exited]) await driver.ensure(wanted, call())
      await driver.wait(exited.name, call())
      const listed = await driver.list(call())
      expect(listed).toHaveLength(2)
      expect(listed).toContainEqual(
        expect.objectContaining({ name: running.name, owner: running.owner, phase: 'running' }),
      )
      expect(listed).toContainEqual(
        expect.objectContaining({ name: exited.name, owner: exited.owner, phase: 'exited' }),
      )
    })

    it('ends a workload with the stop signal and reports it killed', async () => {
      const { driver, spec, readLines } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.obeyStop), call())
      await expect.poll(() => readLines(name)).toHaveLength(1)
      await driver.stop(name, 20_000, call())
      expect(await driver.observe(name, call())).toMatchObject({
        phase: 'exited',
        exit: { code: 143, reason: 'killed' },
      })
    })

    it('kills a workload that ignores the stop signal once the grace time is over', async () => {
      const { driver, spec, readLines } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.ignoreStop), call())
      await expect.poll(() => readLines(name)).toHaveLength(1)
      await driver.stop(name, 200, call())
      expect(await driver.observe(name, call())).toMatchObject({
        phase: 'exited',
        exit: { code: 137, reason: 'killed' },
      })
    })

    it('keeps the outcome of a workload that had exited before it was stopped', async () => {
      const { driver, run } = suiteOf()
      const { name, observation } = await run(scripts.exitSeven)
      await driver.stop(name, 1_000, call())
      expect(await driver.observe(name, call())).toEqual(observation)
    })

    it('removes a running workload', async () => {
      const { driver, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.runUntilStopped), call())
      await driver.remove(name, call())
      expect(await driver.observe(name, call())).toBeNull()
    })

    describeOutOfMemory(suiteOf, options)
  })
}

function describeOutOfMemory(suiteOf: SuiteOf, { runsPrograms, lacks }: ConformanceOptions): void {
  const resources = { cpus: 1, memoryBytes: 48 * 1024 * 1024, pids: 64, storageBytes: null }
  const reason = lacks.outOfMemory === undefined ? '' : ` (skipped: ${lacks.outOfMemory})`
  describe.skipIf(!runsPrograms || lacks.outOfMemory !== undefined)(`out of memory${reason}`, () => {
    it('is recognised when it ends the main process', async () => {
      const { observation } = await suiteOf().run(scripts.memoryHog, { resources })
      expect(observation.exit).toMatchObject({ code: 137, reason: 'oom' })
    })

    it('is recognised when the workload failed because it ended a child', async () => {
      const { observation } = await suiteOf().run(scripts.childMemoryHog, { resources })
      expect(observation.exit).toMatchObject({ code: 3, reason: 'oom' })
    })

    it('is no failure when the workload goes on without the child and succeeds', async () => {
      const { observation } = await suiteOf().run(scripts.survivedMemoryHog, { resources })
      expect(observation.exit).toMatchObject({ code: 0, reason: 'completed' })
    })
  })
}
