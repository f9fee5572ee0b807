import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { stepLogStream } from '@cairn/domain'
import { flushRunEvents, readLog, registerEngineProcess, resignEngineProcess } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultExecutionSettings } from '../../src/index.ts'
import { containerStep, httpStep, RunFixture } from './run-fixture.ts'

let fixture: RunFixture
const call = { signal: new AbortController().signal }
const reason = 'stopped by a@b.c: wrong month'

beforeEach(async () => {
  fixture = await RunFixture.open({
    ok: {},
    hang: { durationMs: 'endless', output: [{ stream: 'stdout', text: 'one' }] },
    fail: { exitCode: 3 },
  })
})
afterEach(() => fixture.close())

const untilRunning = (id: string) =>
  eventually(async () => {
    expect((await fixture.describe(id)).steps[0]?.status).toBe('Running')
    return fixture.driver.control.started.at(-1) ?? ''
  })

const twoSteps = {
  a: containerStep({ command: 'hang' }),
  b: containerStep({ command: 'ok', parents: ['a'] }),
}

/** As if a process had started the first attempt of `step` and died. */
async function leaveByDeadOwner(id: string, step: string): Promise<void> {
  const dead = await registerEngineProcess(fixture.database.db, { leaseMs: 60_000 })
  await fixture.database.db.updateTable('execution').set({ owner: dead, status: 'running' }).execute()
  const event = { type: 'attempt.started', step, attempt: 1 } as const
  await flushRunEvents(fixture.database.pool, dead, {
    events: [{ executionId: id, sequence: 1, at: Date.now(), event }],
    finished: [],
    logs: [],
    repeated: false,
  })
  await resignEngineProcess(fixture.database.db, dead)
}

describe('a stop', () => {
  it('ends the live step and those that wait, says by whom and why, keeps the log and leaves no container', async () => {
    fixture.startEngine()
    const id = await fixture.run(twoSteps)
    await untilRunning(id)
    expect(await fixture.stop(id, 'wrong month')).toBe('stopping')
    const run = await fixture.finished(id)
    expect(run).toMatchObject({ status: 'stopped', reason })
    expect(run.steps.map(({ name, status, reason: why }) => [name, status, why])).toEqual([
      ['a', 'Stopped', reason],
      ['b', 'Stopped', reason],
    ])
    const events = (await fixture.events(id)).map(({ event }) => event.type)
    expect(events.filter((type) => type === 'run.stopping')).toHaveLength(1)
    expect(events.at(-1)).toBe('run.finished')
    const log = await readLog(fixture.database.db, stepLogStream(id, 'a'), { token: null })
    expect(log.lines.map((line) => line.text)).toEqual(['one'])
    await eventually(async () => expect(await fixture.driver.list(call)).toEqual([]))
  })

  it('changes nothing when it is repeated, or when the run has ended', async () => {
    fixture.startEngine()
    const id = await fixture.run(twoSteps)
    await untilRunning(id)
    await Promise.all([fixture.stop(id, 'wrong month'), fixture.stop(id, 'wrong month')])
    await fixture.finished(id)
    const events = await fixture.events(id)
    expect(await fixture.stop(id, 'again')).toBe('stopped')
    expect(await fixture.events(id)).toEqual(events)
  })

  it('ends a run that nobody owns without a container', async () => {
    const id = await fixture.run(twoSteps)
    expect(await fixture.stop(id)).toBe('stopping')
    fixture.startEngine()
    expect(await fixture.finished(id)).toMatchObject({ status: 'stopped', reason: 'stopped by a@b.c' })
    expect(fixture.driver.control.started).toEqual([])
  })

  it('ends a run for which the engine has no room', async () => {
    fixture.startEngine({ settings: { ...defaultExecutionSettings, pollMs: 50, mostLiveRuns: 1 } })
    const live = await fixture.run(twoSteps)
    await untilRunning(live)
    const behind = await fixture.run(twoSteps)
    await fixture.stop(behind)
    expect((await fixture.finished(behind)).status).toBe('stopped')
    expect((await fixture.describe(live)).status).toBe('running')
  })

  it('ends the wait for a retry at once', async () => {
    fixture.startEngine()
    const retry = { maxRetries: 1, delaySeconds: 3600, exponentialBackoff: false, exitCodes: null }
    const id = await fixture.run({ a: containerStep({ command: 'fail', retry }) })
    await eventually(async () => expect((await fixture.describe(id)).steps[0]?.retryAt).not.toBeNull())
    await fixture.stop(id)
    const run = await fixture.finished(id)
    expect(run.byName.get('a')).toMatchObject({ status: 'Stopped', attempt: 1 })
  })

  it('is learnt of without a hint', async () => {
    fixture.startEngine()
    const id = await fixture.run(twoSteps)
    await untilRunning(id)
    await fixture.database.db
      .updateTable('execution')
      .set({ status: 'stopping', stop_requested_at: new Date(), stop_requested_by: 'a@b.c' })
      .execute()
    expect((await fixture.finished(id)).status).toBe('stopped')
  })

  it('leaves a run its own end when the last container ends first', async () => {
    fixture.startEngine()
    const id = await fixture.run({ a: containerStep({ command: 'hang' }) })
    const container = await untilRunning(id)
    fixture.driver.control.finish(container, 0)
    await fixture.stop(id)
    const run = await fixture.finished(id)
    expect(['success', 'stopped']).toContain(run.status)
    expect(run.byName.get('a')?.status).toBe(run.status === 'success' ? 'Success' : 'Stopped')
  })
})

describe('a stop while the container engine is away', () => {
  it('is over only when the container is verified gone', async () => {
    fixture.startEngine()
    const id = await fixture.run(twoSteps)
    await untilRunning(id)
    fixture.driver.control.setUnavailable(true)
    await fixture.stop(id)
    await eventually(async () => expect((await fixture.describe(id)).steps[1]?.status).toBe('Stopped'))
    expect((await fixture.describe(id)).steps[0]?.status).toBe('Running')
    fixture.driver.control.setUnavailable(false)
    expect((await fixture.finished(id)).status).toBe('stopped')
  })

  it('ends the wait for the engine of a container that was never there', async () => {
    fixture.driver.control.setUnavailable(true)
    fixture.startEngine()
    const id = await fixture.run(twoSteps)
    await eventually(async () => expect(await fixture.events(id)).toHaveLength(1))
    await fixture.stop(id)
    await eventually(async () => expect((await fixture.describe(id)).steps[1]?.status).toBe('Stopped'))
    fixture.driver.control.setUnavailable(false)
    expect((await fixture.finished(id)).status).toBe('stopped')
    expect(fixture.driver.control.started).toEqual([])
  })
})

describe('a stop that came while the owner was away', () => {
  it('ends the container that goes on', async () => {
    const first = fixture.startEngine()
    const id = await fixture.run(twoSteps)
    await untilRunning(id)
    await first.stop()
    await fixture.stop(id, 'wrong month')
    fixture.startEngine()
    expect((await fixture.finished(id)).byName.get('a')).toMatchObject({ status: 'Stopped', reason })
    expect(fixture.driver.control.started).toHaveLength(1)
  })

  it('starts no container for an attempt that had none yet', async () => {
    const id = await fixture.run(twoSteps)
    await leaveByDeadOwner(id, 'a')
    await fixture.stop(id)
    fixture.startEngine()
    expect((await fixture.finished(id)).byName.get('a')).toMatchObject({ status: 'Stopped', attempt: 1 })
    expect(fixture.driver.control.started).toEqual([])
  })

  it('leaves a container that ended by itself its own outcome', async () => {
    const first = fixture.startEngine()
    const id = await fixture.run(twoSteps)
    const container = await untilRunning(id)
    await first.stop()
    fixture.driver.control.finish(container, 0)
    await fixture.stop(id)
    fixture.startEngine()
    const run = await fixture.finished(id)
    expect(run.byName.get('a')?.status).toBe('Success')
    expect(run.byName.get('b')?.status).toBe('Stopped')
  })

  it('takes a container for stopped when an owner of before may have ended it', async () => {
    const first = fixture.startEngine()
    const id = await fixture.run({ a: containerStep({ command: 'hang' }) })
    const container = await untilRunning(id)
    await first.stop()
    const dead = await registerEngineProcess(fixture.database.db, { leaseMs: 60_000 })
    await fixture.database.db.updateTable('execution').set({ owner: dead, status: 'stopping' }).execute()
    const last = (await fixture.events(id)).at(-1)?.sequence ?? 0
    const event = { type: 'run.stopping', cause: 'user', by: 'a@b.c', reason: 'stopped by a@b.c' } as const
    await flushRunEvents(fixture.database.pool, dead, {
      events: [{ executionId: id, sequence: last + 1, at: Date.now(), event }],
      finished: [],
      logs: [],
      repeated: false,
    })
    fixture.driver.control.finish(container, 143)
    await fixture.database.db.updateTable('execution').set({ owner: null }).execute()
    fixture.startEngine()
    expect((await fixture.finished(id)).byName.get('a')?.status).toBe('Stopped')
  })
})

it('aborts requests that are under way and does not send those that wait', async () => {
  const asked: ServerResponse[] = []
  const server = createServer((_request, response) => asked.push(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`
    fixture.startEngine({ settings: { ...defaultExecutionSettings, pollMs: 50, concurrentRequests: 2 } })
    const id = await fixture.run(Object.fromEntries(['a', 'b', 'c'].map((name) => [name, httpStep({ url })])))
    await eventually(() => expect(asked).toHaveLength(2))
    await fixture.stop(id)
    const run = await fixture.finished(id)
    expect(run.steps.map(({ status }) => status)).toEqual(['Stopped', 'Stopped', 'Stopped'])
    expect(asked).toHaveLength(2)
    await eventually(() => expect(asked.every((response) => response.destroyed)).toBe(true))
    const log = await readLog(fixture.database.db, stepLogStream(id, 'a'), { token: null })
    expect(log.lines.map(({ text }) => text)).toEqual([`GET ${url}`, 'stopped by a@b.c'])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

describe('the time limit of a run', () => {
  const limits = { timeoutSeconds: 1 }

  it('ends what is live and what waits, and fails the run', async () => {
    fixture.startEngine()
    const id = await fixture.run(twoSteps, undefined, limits)
    const run = await fixture.finished(id)
    expect(run).toMatchObject({ status: 'failed', reason: 'timed out after 1 s' })
    expect(run.steps.map(({ status, reason: why }) => [status, why])).toEqual([
      ['Stopped', 'the run timed out after 1 s'],
      ['Stopped', 'the run timed out after 1 s'],
    ])
    await eventually(async () => expect(await fixture.driver.list(call)).toEqual([]))
  })

  it('is kept by the next owner, counted from the first attempt', async () => {
    const first = fixture.startEngine()
    const id = await fixture.run(twoSteps, undefined, limits)
    await untilRunning(id)
    await first.stop()
    fixture.startEngine()
    expect((await fixture.finished(id)).reason).toBe('timed out after 1 s')
    expect(fixture.driver.control.started).toHaveLength(1)
  })

  it('shows the run as stopping until the last container is gone', async () => {
    fixture.startEngine()
    const id = await fixture.run(twoSteps, undefined, limits)
    await untilRunning(id)
    fixture.driver.control.setUnavailable(true)
    await eventually(async () => {
      const run = fixture.database.db.selectFrom('execution').select('status').where('id', '=', id)
      expect((await run.executeTakeFirstOrThrow()).status).toBe('stopping')
    })
    fixture.driver.control.setUnavailable(false)
    expect((await fixture.finished(id)).status).toBe('failed')
  })
})
