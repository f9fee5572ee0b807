import { stepLogStream } from '@cairn/domain'
import { declareDeadProcesses, flushRunEvents, readLog, registerEngineProcess } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultExecutionSettings } from '../../src/index.ts'
import { containerStep, httpStep, RunFixture } from './run-fixture.ts'

let fixture: RunFixture

beforeEach(async () => {
  fixture = await RunFixture.open({
    ok: {},
    hang: { durationMs: 'endless', output: [{ stream: 'stdout', text: 'one' }] },
    'after the hang': { output: [{ stream: 'stdout', text: 'done' }] },
  })
})
afterEach(() => fixture.close())

const untilRunning = (id: string) =>
  eventually(async () => {
    expect((await fixture.describe(id)).steps[0]?.status).toBe('Running')
    return fixture.driver.control.started.at(-1) ?? ''
  })

/** A process that is writing at the moment is passed over, and renews its lease afterwards: it takes more than one try. */
const expireAllLeases = () =>
  eventually(async () => {
    await fixture.database.db
      .updateTable('engine_process')
      .set({ lease_until: new Date(0) })
      .execute()
    expect(await fixture.database.transaction((tx) => declareDeadProcesses(tx))).not.toEqual([])
  })

const twoSteps = {
  a: containerStep({ command: 'hang' }),
  b: containerStep({ command: 'after the hang', parents: ['a'] }),
}

describe('ownership of runs', () => {
  it('passes to another process at a clean stop, with the container going on', async () => {
    const first = fixture.startEngine()
    const id = await fixture.run(twoSteps)
    const container = await untilRunning(id)
    await first.stop()
    const owner = await fixture.database.db.selectFrom('execution').select('owner').executeTakeFirstOrThrow()
    expect(owner.owner).toBeNull()
    fixture.driver.control.print(container, { stream: 'stdout', text: 'two' })
    fixture.startEngine()
    await eventually(async () => {
      const log = await readLog(fixture.database.db, stepLogStream(id, 'a'), { token: null })
      expect(log.lines.map((line) => line.text)).toEqual(['one', 'two'])
    })
    fixture.driver.control.finish(container, 0)
    expect((await fixture.finished(id)).status).toBe('success')
    expect(fixture.driver.control.started).toHaveLength(2)
    const log = await readLog(fixture.database.db, stepLogStream(id, 'a'), { token: null })
    expect(log.lines.map((line) => line.text)).toEqual(['one', 'two'])
  })

  it('is lost by a process that was declared dead: it writes nothing more and goes on under a fresh id', async () => {
    fixture.startEngine()
    const id = await fixture.run(twoSteps)
    const container = await untilRunning(id)
    await expireAllLeases()
    fixture.driver.control.finish(container, 0)
    expect((await fixture.finished(id, 15_000)).status).toBe('success')
    const processes = await fixture.database.db.selectFrom('engine_process').select('alive').orderBy('alive').execute()
    expect(processes.map((row) => row.alive)).toEqual([false, true])
    expect(fixture.driver.control.started).toHaveLength(2)
    const starts = (await fixture.events(id)).filter(({ event }) => event.type === 'attempt.started')
    expect(starts).toHaveLength(2)
  })

  it('is taken over from a process that no longer renews', async () => {
    const id = await fixture.run(twoSteps)
    const dead = await registerEngineProcess(fixture.database.db, { leaseMs: 1 })
    await fixture.database.db.updateTable('execution').set({ owner: dead, status: 'running' }).execute()
    const event = { type: 'attempt.started', step: 'a', attempt: 1 } as const
    await flushRunEvents(fixture.database.pool, dead, {
      events: [{ executionId: id, sequence: 1, at: Date.now(), event }],
      finished: [],
      logs: [],
      repeated: false,
    })
    fixture.startEngine()
    const container = await untilRunning(id)
    fixture.driver.control.finish(container, 0)
    const run = await fixture.finished(id)
    expect(run.byName.get('a')).toMatchObject({ status: 'Success', attempt: 1 })
  })

  it('repeats an http request that a dead process left without an answer, as a new attempt', async () => {
    const id = await fixture.run({ call: httpStep({ url: 'http://127.0.0.1:9/' }) })
    const dead = await registerEngineProcess(fixture.database.db, { leaseMs: 1 })
    await fixture.database.db.updateTable('execution').set({ owner: dead, status: 'running' }).execute()
    const event = { type: 'attempt.started', step: 'call', attempt: 1 } as const
    await flushRunEvents(fixture.database.pool, dead, {
      events: [{ executionId: id, sequence: 1, at: Date.now(), event }],
      finished: [],
      logs: [],
      repeated: false,
    })
    fixture.startEngine()
    const run = await fixture.finished(id)
    expect(run.byName.get('call')?.attempt).toBe(2)
    expect((await fixture.events(id)).map((recorded) => recorded.event)).toContainEqual(
      expect.objectContaining({
        type: 'attempt.failed',
        cause: 'lost',
        reason: 'the server stopped during the request',
      }),
    )
  })

  it('ends every run once when several processes share the work', async () => {
    const settings = { ...defaultExecutionSettings, pollMs: 20, claimBatch: 3 }
    for (let index = 0; index < 3; index += 1) fixture.startEngine({ settings })
    const steps = { a: containerStep({ command: 'ok' }), b: containerStep({ command: 'ok', parents: ['a'] }) }
    const ids = await Promise.all(Array.from({ length: 30 }, () => fixture.run(steps)))
    for (const id of ids) expect((await fixture.finished(id, 20_000)).status).toBe('success')
    expect(new Set(fixture.driver.control.started).size).toBe(60)
    expect(fixture.driver.control.started).toHaveLength(60)
  })
})
