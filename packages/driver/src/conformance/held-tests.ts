import { describe, expect, it } from 'vitest'
import type { Observation, WorkloadSpec } from '../port.ts'
import { call, errorCode, present } from './call.ts'
import type { ConformanceOptions, Finished, Suite, SuiteOf } from './conformance-engine.ts'
import { exactValues, readPrinted } from './exact-values.ts'
import { scripts } from './scripts.ts'

/** Prepares what the spec allows to know early. */
async function hold({ driver }: Suite, spec: WorkloadSpec): Promise<void> {
  expect(await driver.prepare(spec, call())).toEqual({ kind: 'held' })
}

/** As `suite.run`, but held first and followed while it runs. */
async function runHeld(suite: Suite, script: string, changes: Partial<WorkloadSpec> = {}): Promise<Finished> {
  const spec = suite.spec(script, changes)
  await hold(suite, spec)
  await suite.driver.ensure(spec, call())
  const stdout: string[] = []
  const stderr: string[] = []
  const follow = async (): Promise<void> => {
    for await (const batch of suite.driver.logs(spec.name, { since: null, follow: true }, call())) {
      for (const { stream, text } of batch) (stream === 'stdout' ? stdout : stderr).push(text)
    }
  }
  const [observation] = await Promise.all([suite.driver.wait(spec.name, call()), follow()])
  return { name: spec.name, observation: present(observation), stdout, stderr }
}

/** As callers do when a connection breaks. */
async function insist(work: () => Promise<Observation>): Promise<Observation> {
  const code = await errorCode(work())
  return code === 'no error' || code === 'unavailable' ? await work() : Promise.reject(new Error(code))
}

export function describeHeld(suiteOf: SuiteOf, options: ConformanceOptions): void {
  const lacks = options.lacks.holding
  describe.skipIf(lacks === undefined)('an engine that cannot hold', () => {
    it('says why, and starts the workload in the usual way', async () => {
      const { driver, spec, readLines } = suiteOf()
      const wanted = spec(scripts.sayOnce)
      expect(await driver.prepare(wanted, call())).toMatchObject({ kind: 'not_held', reason: expect.any(String) })
      expect(await driver.observe(wanted.name, call())).toBeNull()
      await driver.ensure(wanted, call())
      await driver.wait(wanted.name, call())
      expect(await readLines(wanted.name)).toHaveLength(1)
    })
  })
  describe.skipIf(lacks !== undefined)(`holding${lacks === undefined ? '' : ` (skipped: ${lacks})`}`, () => {
    describeHolding(suiteOf)
    describeRelease(suiteOf)
    describe.skipIf(!options.runsPrograms)('a released command', () => {
      describeReleasedCommand(suiteOf, options)
    })
  })
}

function describeHolding(suiteOf: SuiteOf): void {
  describe('a workload that is held', () => {
    it('waits, made once, and has neither started nor printed anything', async () => {
      const { driver, engine, installation, spec, readLines } = suiteOf()
      const wanted = spec(scripts.sayOnce)
      const drivers = [driver, engine.connect(installation)]
      const prepared = await Promise.all(drivers.map((each) => each.prepare(wanted, call())))
      expect(prepared).toEqual([{ kind: 'held' }, { kind: 'held' }])
      const waiting = { name: wanted.name, owner: wanted.owner, phase: 'created', startedAt: null, exit: null }
      for (const each of drivers) expect(await each.observe(wanted.name, call())).toMatchObject(waiting)
      expect(await engine.connect(installation).list(call())).toMatchObject([waiting])
      expect(await readLines(wanted.name)).toEqual([])
    })

    it('is gone after a removal', async () => {
      const suite = suiteOf()
      const wanted = suite.spec(scripts.sayOnce)
      await hold(suite, wanted)
      await suite.driver.remove(wanted.name, call())
      expect(await suite.driver.list(call())).toEqual([])
      await suite.driver.ensure(wanted, call())
      expect(present(await suite.driver.wait(wanted.name, call())).exit?.code).toBe(0)
    })

    it('was no attempt when it is stopped: it is still to start, and starts once', async () => {
      const suite = suiteOf()
      const { driver, engine, installation, readLines } = suite
      const wanted = suite.spec(scripts.sayOnce)
      await hold(suite, wanted)
      await driver.stop(wanted.name, 1_000, call())
      expect(present(await driver.observe(wanted.name, call())).phase).toBe('created')
      await engine.connect(installation).ensure(wanted, call())
      expect(present(await driver.wait(wanted.name, call())).exit?.code).toBe(0)
      expect(await readLines(wanted.name)).toHaveLength(1)
    })

    it('is not made once the name has started, in whatever way', async () => {
      const suite = suiteOf()
      const usual = suite.spec(scripts.sayOnce)
      await suite.driver.ensure(usual, call())
      const released = suite.spec(scripts.sayOnce)
      await hold(suite, released)
      await suite.driver.ensure(released, call())
      for (const wanted of [usual, released]) {
        expect(await suite.driver.prepare(wanted, call())).toEqual({ kind: 'started' })
        await suite.driver.wait(wanted.name, call())
        expect(await suite.driver.prepare(wanted, call())).toEqual({ kind: 'started' })
      }
    })

    it('is refused for what ensure refuses', async () => {
      const suite = suiteOf()
      const { driver, spec } = suite
      expect(await errorCode(driver.prepare(spec('', { name: 'Not A Name' }), call()))).toBe('invalid_spec')
      expect(await errorCode(driver.prepare(spec('', { image: 'cairn/none:1' }), call()))).toBe('image_not_found')
      const wanted = spec(scripts.sayOnce)
      const larger = { ...wanted, resources: { ...wanted.resources, cpus: 0.5 } }
      await hold(suite, wanted)
      expect(await errorCode(driver.prepare(larger, call()))).toBe('spec_conflict')
      expect(await errorCode(driver.ensure(larger, call()))).toBe('spec_conflict')
      expect(await errorCode(suite.engine.connect('otherinstall').prepare(wanted, call()))).toBe('spec_conflict')
    })

    it('is refused by an image without a shell, and leaves nothing', async () => {
      const { driver, engine, spec } = suiteOf()
      const wanted = spec('', { image: engine.imageWithoutShell, command: ['/no/such/program', 'x'] })
      expect(await driver.prepare(wanted, call())).toMatchObject({ kind: 'not_held', reason: expect.any(String) })
      expect(await driver.observe(wanted.name, call())).toBeNull()
      await driver.ensure(wanted, call())
      expect(present(await driver.wait(wanted.name, call())).exit).toMatchObject({ code: 127 })
    })
  })
}

function describeRelease(suiteOf: SuiteOf): void {
  describe('its release', () => {
    it('starts the command once, whoever asks how often, and counts its time from then', async () => {
      const suite = suiteOf()
      const { driver, engine, installation, readLines } = suite
      const wanted = suite.spec(scripts.runUntilStopped)
      await hold(suite, wanted)
      const before = Date.now()
      const drivers = [driver, engine.connect(installation), engine.connect(installation)]
      for (const seen of await Promise.all(drivers.map((each) => each.ensure(wanted, call())))) {
        expect(seen).toMatchObject({ phase: 'running', name: wanted.name, owner: wanted.owner, exit: null })
        expect(seen.startedAt?.getTime()).toBeGreaterThanOrEqual(before - 5)
      }
      await expect.poll(() => readLines(wanted.name)).toHaveLength(1)
    })

    it('is found done by another process, running and exited', async () => {
      const suite = suiteOf()
      const { engine, installation, readLines } = suite
      const wanted = suite.spec(scripts.endSoon)
      await hold(suite, wanted)
      await suite.driver.ensure(wanted, call())
      const other = engine.connect(installation)
      expect(await other.ensure(wanted, call())).toMatchObject({ phase: 'running' })
      expect(await other.wait(wanted.name, call())).toMatchObject({ phase: 'exited', exit: { code: 3 } })
      const third = engine.connect(installation)
      expect(await third.observe(wanted.name, call())).toMatchObject({ phase: 'exited', exit: { code: 3 } })
      expect(await third.ensure(wanted, call())).toMatchObject({ phase: 'exited', exit: { code: 3 } })
      expect(await readLines(wanted.name)).toEqual([])
    })

    it('comes about although the connection broke, by this process or by another', async () => {
      const suite = suiteOf()
      const { driver, engine, installation, readLines } = suite
      for (const releaser of [driver, engine.connect(installation)]) {
        const wanted = suite.spec(scripts.sayOnce)
        await hold(suite, wanted)
        engine.dropConnections()
        const seen = await insist(() => releaser.ensure(wanted, call()))
        expect(['running', 'exited']).toContain(seen.phase)
        expect(present(await releaser.wait(wanted.name, call())).exit).toMatchObject({ code: 0 })
        expect(await readLines(wanted.name)).toHaveLength(1)
      }
    })

    it('refuses another specification than the one that it was released with', async () => {
      const suite = suiteOf()
      const { driver, engine, installation } = suite
      const wanted = suite.spec(scripts.runUntilStopped, { env: { A: '1' } })
      await hold(suite, wanted)
      expect(await errorCode(driver.ensure({ ...wanted, env: { A: 'nul \0' } }, call()))).toBe('invalid_spec')
      await driver.ensure(wanted, call())
      const changed = { ...wanted, env: { A: '2' } }
      for (const each of [driver, engine.connect(installation)]) {
        expect(await errorCode(each.ensure(changed, call()))).toBe('spec_conflict')
      }
    })

    it('keeps the exit code, and tells the end only after the log', async () => {
      const suite = suiteOf()
      const { observation } = await runHeld(suite, scripts.exitSeven)
      expect(observation.exit).toEqual({ code: 7, reason: 'error', detail: null })
      const { observation: ended, stdout, stderr, name } = await runHeld(suite, scripts.manyLines)
      expect(ended).toMatchObject({ phase: 'exited', exit: { code: 0, reason: 'completed', detail: null } })
      expect([stdout.length, stderr.length]).toEqual([1_500, 1_500])
      expect(await suite.driver.observe(name, call())).toEqual(ended)
      expect((await suite.readLines(name)).length).toBe(3_000)
    })
  })
}

function describeReleasedCommand(suiteOf: SuiteOf, { lacks }: ConformanceOptions): void {
  it('has exactly the environment that it was released with', async () => {
    const { stdout } = await runHeld(suiteOf(), scripts.printEnvironment, { env: exactValues })
    expect(readPrinted(stdout)).toEqual(exactValues)
  })

  it('takes values of 64 KiB', async () => {
    const env = Object.fromEntries(['A', 'B', 'C'].map((name) => [`CONF_${name}`, "'\n é".repeat(13_107)]))
    const { stdout } = await runHeld(suiteOf(), scripts.printEnvironment, { env })
    expect(readPrinted(stdout)).toEqual(env)
  })

  it('has variables of names that no shell passes on', async () => {
    const env = { 'CONF_A.B-C': 'dotted', UID: 'forged', IFS: 'x', CONF_IFS: 'axb' }
    const program = `print "$ENV{'CONF_A.B-C'} $ENV{UID} $ENV{CONF_IFS}\\n"`
    const { stdout } = await runHeld(suiteOf(), '', { command: ['perl', '-e', program], env })
    expect(stdout).toEqual(['dotted forged axb'])
  })

  it('finds nothing on standard input, and the signals as any other command does', async () => {
    const suite = suiteOf()
    const script = 'cat; echo end of input; grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status; echo "$0 $#"; ulimit -a'
    const { stdout } = await runHeld(suite, script)
    expect(stdout[0]).toBe('end of input')
    expect(stdout).toEqual((await suite.run(script)).stdout)
  })

  it('has a log of its own words only, whatever it leaves unfinished', async () => {
    const suite = suiteOf()
    const { stdout, stderr, name } = await runHeld(suite, `${scripts.twoStreams}; ${scripts.noLineFeed}`)
    expect(stdout).toEqual(['out one', 'out two', 'no line feed'])
    expect(stderr).toEqual(['err one', 'err two'])
    expect((await suite.readLines(name)).map(({ text }) => text)).toHaveLength(5)
    const long = await runHeld(suite, `head -c 262144 /dev/zero | tr '\\0' x`)
    expect(long.stdout.map((text) => text.length)).toEqual([262_144])
  })

  it.each([97, 126, 255])('keeps exit code %i', async (code) => {
    const { observation } = await runHeld(suiteOf(), `exit ${code}`)
    expect(observation.exit).toMatchObject({ code, reason: 'error' })
  })

  it('gets the stop signal, and is killed once the grace time is over', async () => {
    const suite = suiteOf()
    const { driver, readLines } = suite
    const stopped = async (script: string, graceMs: number): Promise<unknown> => {
      const wanted = suite.spec(script)
      await hold(suite, wanted)
      const { name } = await driver.ensure(wanted, call())
      await expect.poll(() => readLines(name)).toHaveLength(1)
      await driver.stop(name, graceMs, call())
      return present(await driver.observe(name, call())).exit
    }
    expect(await stopped(scripts.obeyStop, 20_000)).toMatchObject({ code: 143, reason: 'killed' })
    expect(await stopped('trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done', 20_000)).toMatchObject({
      code: 5,
      reason: 'error',
    })
    expect(await stopped(scripts.ignoreStop, 200)).toMatchObject({ code: 137, reason: 'killed' })
  })

  it('leaves files that can be read as soon as its end is told', async () => {
    const suite = suiteOf()
    const { name } = await runHeld(suite, scripts.writeFiles)
    expect(await suite.driver.readFile(name, 'ten', 100, call())).toMatchObject({ kind: 'content' })
  })

  it.skipIf(lacks.outOfMemory !== undefined)('that runs out of memory is known to have', async () => {
    const resources = { cpus: 1, memoryBytes: 48 * 1024 * 1024, pids: 64, storageBytes: null }
    const { observation } = await runHeld(suiteOf(), scripts.memoryHog, { resources })
    expect(observation.exit).toMatchObject({ code: 137, reason: 'oom' })
  })
}
