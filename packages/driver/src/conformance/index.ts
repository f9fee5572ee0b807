/**
 * The definition of the driver port as tests: every implementation passes these.
 *
 * @example
 * describeDriverConformance({ name: 'docker', open: openDocker, runsPrograms: true, lacks: {} })
 */
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LogLine, WorkloadSpec } from '../port.ts'
import { call, present } from './call.ts'
import type { ConformanceEngine, ConformanceOptions, Finished, Suite } from './conformance-engine.ts'
import { describeEnsure } from './ensure-tests.ts'
import { describeFiles } from './file-tests.ts'
import { describeFreezing } from './freeze-tests.ts'
import { describeGivenFiles } from './given-files-tests.ts'
import { describeHeld } from './held-tests.ts'
import { describeHints } from './hint-tests.ts'
import { describeImages } from './image-tests.ts'
import { describeIsolation } from './isolation-tests.ts'
import { describeLogs } from './log-tests.ts'
import { describeLoad } from './load-tests.ts'
import { describeNetworks } from './network-tests.ts'
import { describeOutcomes } from './outcome-tests.ts'

export type { ConformanceEngine, ConformanceOptions } from './conformance-engine.ts'
export { scripts as conformanceScripts } from './scripts.ts'

const mebibyte = 1024 * 1024

export function describeDriverConformance(options: ConformanceOptions): void {
  describe(`driver conformance: ${options.name}`, () => {
    let suite: Suite | null = null
    const suiteOf = (): Suite => {
      if (suite === null) throw new Error('the engine was not opened')
      return suite
    }

    beforeAll(async () => {
      suite = createSuite(options, await options.open())
      await suite.driver.ensureNetwork(suite.network, call())
    })
    afterEach(async () => {
      const { driver } = suiteOf()
      for (const { name } of await driver.list(call())) await driver.remove(name, call())
    })
    afterAll(async () => {
      if (suite === null) return
      await suite.driver.removeNetwork(suite.network, call())
      await suite.engine.close()
    })

    it('says which engine it is and what the machine has', async () => {
      const capabilities = await suiteOf().driver.preflight(call())
      expect(capabilities.engine).not.toBe('')
      expect(capabilities.version).toMatch(/^\d/)
      expect(capabilities.cpus).toBeGreaterThan(0)
      expect(capabilities.memoryBytes).toBeGreaterThan(0)
    })
    describeEnsure(suiteOf)
    describeHeld(suiteOf, options)
    describeOutcomes(suiteOf, options)
    describeFreezing(suiteOf, options)
    describeLogs(suiteOf, options)
    describeFiles(suiteOf, options)
    describeGivenFiles(suiteOf, options)
    describeImages(suiteOf, options)
    describeNetworks(suiteOf, options)
    describeHints(suiteOf)
    describeIsolation(suiteOf, options)
    describeLoad(suiteOf, options)
    it('leaves nothing behind', async () => {
      expect(await suiteOf().driver.list(call())).toEqual([])
    })
  })
}

function createSuite(options: ConformanceOptions, engine: ConformanceEngine): Suite {
  const installation = `t${randomBytes(5).toString('hex')}`
  const driver = engine.connect(installation)
  const network = `cairn-${installation}-net`
  let count = 0

  const spec = (script: string, changes: Partial<WorkloadSpec> = {}): WorkloadSpec => ({
    name: `cairn-${installation}-s-${++count}`,
    owner: { kind: 'step', id: `run-${count}`, tenantId: 'tenant-1' },
    image: engine.image,
    command: ['/bin/sh', '-c', script],
    env: {},
    resources: { cpus: 1, memoryBytes: 128 * mebibyte, pids: 64, storageBytes: null },
    network,
    files: null,
    publishPort: null,
    ...changes,
  })
  const readLines = async (name: string, since?: Date): Promise<LogLine[]> => {
    const lines: LogLine[] = []
    for await (const batch of driver.logs(name, { since: since ?? null, follow: false }, call())) lines.push(...batch)
    return lines
  }
  const run = async (script: string, changes: Partial<WorkloadSpec> = {}): Promise<Finished> => {
    const { name } = await driver.ensure(spec(script, changes), call())
    const observation = present(await driver.wait(name, call()))
    const lines = await readLines(name)
    const textOf = (stream: LogLine['stream']) => lines.filter((line) => line.stream === stream).map(({ text }) => text)
    return { name, observation, stdout: textOf('stdout'), stderr: textOf('stderr') }
  }
  return { options, engine, driver, installation, network, spec, run, readLines }
}
