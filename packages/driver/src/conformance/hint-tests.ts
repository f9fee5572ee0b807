import { describe, expect, it } from 'vitest'
import { call } from './call.ts'
import type { Suite, SuiteOf } from './conformance-engine.ts'
import { scripts } from './scripts.ts'

export function describeHints(suiteOf: SuiteOf): void {
  describe('hints', () => {
    it('name a workload that changed, and end quietly with the signal', async () => {
      const listening = listen(suiteOf())
      expect(await isNamed(suiteOf(), listening.names)).toBe(true)
      await listening.end()
    })

    it('survive a dropped connection', async () => {
      const listening = listen(suiteOf())
      expect(await isNamed(suiteOf(), listening.names)).toBe(true)
      suiteOf().engine.dropConnections()
      expect(await isNamed(suiteOf(), listening.names)).toBe(true)
      await listening.end()
    })

    it('do not name what another installation does', async () => {
      const { engine, spec } = suiteOf()
      const other = engine.connect('otherinstall')
      const listening = listen(suiteOf())
      const foreign = spec(scripts.succeed)
      await other.ensure(foreign, call())
      await other.remove(foreign.name, call())
      expect(await isNamed(suiteOf(), listening.names)).toBe(true)
      await listening.end()
      expect(listening.names).not.toContain(foreign.name)
    })
  })
}

function listen({ driver }: Suite): { names: Set<string>; end(): Promise<void> } {
  const controller = new AbortController()
  const names = new Set<string>()
  const collect = async (): Promise<void> => {
    for await (const name of driver.hints({ signal: controller.signal })) names.add(name)
  }
  const ended = collect()
  return {
    names,
    end: async () => {
      controller.abort()
      await ended
    },
  }
}

/** Hints may be lost while a connection is made, so new workloads are started until one is named. */
async function isNamed({ driver, spec }: Suite, names: ReadonlySet<string>): Promise<boolean> {
  const started: string[] = []
  const startOne = async (): Promise<boolean> => {
    const { name } = await driver.ensure(spec(scripts.succeed), call())
    started.push(name)
    await driver.wait(name, call())
    return started.some((each) => names.has(each))
  }
  await expect.poll(startOne, { timeout: 20_000 }).toBe(true)
  return true
}
