import { describe, expect, it } from 'vitest'
import { call, errorCode, present } from './call.ts'
import type { SuiteOf } from './conformance-engine.ts'
import { scripts } from './scripts.ts'

export function describeEnsure(suiteOf: SuiteOf): void {
  describe('ensure', () => {
    it('starts a workload once and adopts it while it runs', async () => {
      const { driver, spec, readLines } = suiteOf()
      const wanted = spec(scripts.runUntilStopped)
      const first = await driver.ensure(wanted, call())
      const second = await driver.ensure(wanted, call())
      expect(second).toMatchObject({ phase: 'running', name: wanted.name, owner: wanted.owner, exit: null })
      expect(second.startedAt).toEqual(first.startedAt)
      await expect.poll(() => readLines(wanted.name)).toHaveLength(1)
    })

    it('makes one workload for callers that come at the same moment', async () => {
      const { driver, engine, installation, spec, readLines } = suiteOf()
      const wanted = spec(scripts.sayOnce)
      const callers = [driver, engine.connect(installation), engine.connect(installation)]
      await Promise.all(callers.map((caller) => caller.ensure(wanted, call())))
      await driver.wait(wanted.name, call())
      expect(await driver.list(call())).toHaveLength(1)
      expect(await readLines(wanted.name)).toHaveLength(1)
    })

    it('adopts an exited workload, also from another process, and never restarts it', async () => {
      const { engine, installation, spec, driver, readLines } = suiteOf()
      const wanted = spec(scripts.sayOnce)
      await driver.ensure(wanted, call())
      const exited = present(await driver.wait(wanted.name, call()))
      const adopted = await engine.connect(installation).ensure(wanted, call())
      expect(adopted).toEqual(exited)
      expect(await readLines(wanted.name)).toHaveLength(1)
    })

    it('starts what a crash left created, once, whoever comes first', async () => {
      const { driver, engine, installation, spec, readLines } = suiteOf()
      const wanted = spec(scripts.sayOnce)
      await engine.leaveCreated(installation, wanted)
      expect(present(await driver.observe(wanted.name, call())).phase).toBe('created')
      await Promise.all([driver, engine.connect(installation)].map((caller) => caller.ensure(wanted, call())))
      expect(present(await driver.wait(wanted.name, call())).exit).toMatchObject({ code: 0 })
      expect(await readLines(wanted.name)).toHaveLength(1)
    })

    it('refuses a name that exists with another specification', async () => {
      const { driver, spec } = suiteOf()
      const wanted = spec(scripts.succeed)
      await driver.ensure(wanted, call())
      expect(await errorCode(driver.ensure({ ...wanted, env: { CHANGED: '1' } }, call()))).toBe('spec_conflict')
    })

    it('neither sees nor touches what another installation has made', async () => {
      const { driver, engine, spec } = suiteOf()
      const other = engine.connect('otherinstall')
      const wanted = spec(scripts.runUntilStopped)
      await other.ensure(wanted, call())
      try {
        expect(await driver.observe(wanted.name, call())).toBeNull()
        expect(await driver.list(call())).toEqual([])
        expect(await errorCode(driver.ensure(wanted, call()))).toBe('spec_conflict')
        await driver.stop(wanted.name, 0, call())
        await driver.remove(wanted.name, call())
        expect(await errorCode(driver.readFile(wanted.name, 'x', 1, call()))).toBe('workload_not_found')
        expect(await other.observe(wanted.name, call())).toMatchObject({ phase: 'running' })
      } finally {
        await other.remove(wanted.name, call())
      }
    })

    it('refuses an image that is not there, and leaves nothing', async () => {
      const { driver, spec } = suiteOf()
      const wanted = spec(scripts.succeed, { image: 'cairn/no-such-image:1' })
      expect(await errorCode(driver.ensure(wanted, call()))).toBe('image_not_found')
      expect(await driver.observe(wanted.name, call())).toBeNull()
    })

    it('refuses a specification that no engine could run', async () => {
      const { driver, spec } = suiteOf()
      expect(await errorCode(driver.ensure(spec('true', { name: 'Not A Name' }), call()))).toBe('invalid_spec')
      expect(await errorCode(driver.ensure(spec('true', { env: { 'A=B': '1' } }), call()))).toBe('invalid_spec')
    })

    it('gives up with a timeout when the caller stops waiting', async () => {
      const { driver, spec } = suiteOf()
      const { name } = await driver.ensure(spec(scripts.runUntilStopped), call())
      const controller = new AbortController()
      const waiting = driver.wait(name, { signal: controller.signal })
      controller.abort()
      expect(await errorCode(waiting)).toBe('timeout')
      expect(await errorCode(driver.observe(name, { signal: AbortSignal.abort() }))).toBe('timeout')
    })
  })
}
