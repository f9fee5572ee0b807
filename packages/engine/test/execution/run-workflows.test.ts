import { containerEnvironment } from './print-environment.ts'
import { readLog } from '@cairn/store'
import { stepLogStream } from '@cairn/domain'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { containerStep, RunFixture } from './run-fixture.ts'

let fixture: RunFixture

beforeEach(async () => {
  fixture = await RunFixture.open({
    ok: { exitCode: 0 },
    fail: { exitCode: 3 },
    hang: { durationMs: 'endless' },
    talk: {
      output: [
        { stream: 'stdout', text: 'one' },
        { stream: 'stderr', text: 'two' },
      ],
    },
    accuracy: { files: { 'accuracy.txt': '0.93\n' } },
    oom: { exitCode: 137, reason: 'oom' },
    environment: containerEnvironment,
  })
})
afterEach(() => fixture.close())

describe('a run of container steps', () => {
  it('runs a chain in order and ends with success', async () => {
    fixture.startEngine()
    const id = await fixture.run({
      a: containerStep({ command: 'ok' }),
      b: containerStep({ command: 'ok', parents: ['a'] }),
      c: containerStep({ command: 'ok', parents: ['b'] }),
    })
    const run = await fixture.finished(id)
    expect(run.status).toBe('success')
    const order = (await fixture.events(id)).map(({ event }) => event.type)
    expect(order.filter((type) => type === 'step.succeeded')).toHaveLength(3)
    expect(order.at(-1)).toBe('run.finished')
    expect(fixture.driver.control.started).toHaveLength(3)
  })

  it('fans out and in: the sink starts once, after every middle step', async () => {
    fixture.startEngine()
    const middle = Array.from({ length: 20 }, (_, index) => `m${index}`)
    const id = await fixture.run({
      root: containerStep({ command: 'ok' }),
      ...Object.fromEntries(middle.map((name) => [name, containerStep({ command: 'ok', parents: ['root'] })])),
      sink: containerStep({ command: 'ok', parents: middle }),
    })
    expect((await fixture.finished(id)).status).toBe('success')
    expect(fixture.driver.control.started).toHaveLength(22)
    expect(new Set(fixture.driver.control.started).size).toBe(22)
  })

  it('skips the descendants of a failed step and names the reason at every level', async () => {
    fixture.startEngine()
    const id = await fixture.run({
      a: containerStep({ command: 'fail' }),
      b: containerStep({ command: 'ok', parents: ['a'] }),
      c: containerStep({ command: 'ok', parents: ['b'] }),
      other: containerStep({ command: 'ok' }),
    })
    const run = await fixture.finished(id)
    expect(run.status).toBe('failed')
    expect(run.reason).toBe('step "a" failed: exit code 3')
    expect(run.byName.get('b')).toMatchObject({ status: 'Skipped', reason: 'parent "a" failed' })
    expect(run.byName.get('c')).toMatchObject({ status: 'Skipped', reason: 'parent "b" was skipped' })
    expect(run.byName.get('other')?.status).toBe('Success')
  })

  it('hands output parameters to the steps that inherit them, below the values given to the run', async () => {
    fixture.startEngine()
    const id = await fixture.run(
      {
        train: containerStep({ command: 'accuracy', outputParameters: { accuracy: 'accuracy.txt' } }),
        report: containerStep({
          command: 'environment',
          parents: ['train'],
          env: { ACC: 'from env', OWN: 'own', GLOBAL: 'env' },
          inherit: { ACC: { step: 'train', output: 'accuracy' } },
        }),
      },
      { global: { GLOBAL: 'global', WISE: 'global' }, stepWise: { report: { WISE: 'stepWise' } } },
    )
    expect((await fixture.finished(id)).byName.get('train')?.outputs).toEqual({ accuracy: '0.93' })
    const log = await readLog(fixture.database.db, stepLogStream(id, 'report'), { token: null })
    const environment = JSON.parse(log.lines[0]?.text ?? '{}')
    expect(environment).toMatchObject({
      ACC: '0.93',
      OWN: 'own',
      GLOBAL: 'global',
      WISE: 'stepWise',
      PEAK_EXEC_ID: id,
      CAIRN_STEP_NAME: 'report',
      TENANT_NAME: 'acme',
    })
  })

  it('fails a step whose output file is missing, naming parameter and file', async () => {
    fixture.startEngine()
    const id = await fixture.run({ a: containerStep({ command: 'ok', outputParameters: { score: 'score.txt' } }) })
    expect((await fixture.finished(id)).byName.get('a')?.reason).toBe(
      'output parameter "score": score.txt does not exist',
    )
  })

  it('stops a step at its time-out and says so', async () => {
    fixture.startEngine()
    const id = await fixture.run({ a: containerStep({ command: 'hang', timeoutSeconds: 1 }) })
    expect((await fixture.finished(id)).byName.get('a')).toMatchObject({
      status: 'Failed',
      reason: 'timed out after 1 s',
    })
  })

  it('names an exhausted memory limit', async () => {
    fixture.startEngine()
    const id = await fixture.run({ a: containerStep({ command: 'oom' }) })
    expect((await fixture.finished(id)).byName.get('a')?.reason).toBe('out of memory (limit 512 MB)')
  })

  it('stores the whole log before the step ends, then removes the container', async () => {
    fixture.startEngine()
    const id = await fixture.run({ a: containerStep({ command: 'talk' }) })
    await fixture.finished(id)
    const log = await readLog(fixture.database.db, stepLogStream(id, 'a'), { token: null })
    expect(log.lines.map((line) => line.text)).toEqual(['one', 'two'])
    const signal = new AbortController().signal
    await eventually(async () => expect(await fixture.driver.list({ signal })).toEqual([]))
  })

  it('retries as the policy says, each attempt in a container of its own', async () => {
    fixture.startEngine()
    const retry = { maxRetries: 2, delaySeconds: 0, exponentialBackoff: false, exitCodes: [3] }
    const id = await fixture.run({ a: containerStep({ command: 'fail', retry }) })
    const run = await fixture.finished(id)
    expect(run.byName.get('a')).toMatchObject({ status: 'Failed', attempt: 3, reason: 'exit code 3 (attempt 3)' })
    expect(new Set(fixture.driver.control.started).size).toBe(3)
  })

  it('waits from the end of an attempt to the next as long as the policy says, to the millisecond', async () => {
    let reads = 0
    const clock = { now: () => Date.now() + 7 * (reads += 1) }
    fixture.startEngine({ clock })
    const retry = { maxRetries: 1, delaySeconds: 0.5, exponentialBackoff: false, exitCodes: null }
    const id = await fixture.run({ a: containerStep({ command: 'fail', retry }) })
    await fixture.finished(id)
    const waits = (await fixture.events(id)).map(({ at, event }) =>
      event.type === 'attempt.failed' ? event.retryAt - at : null,
    )
    expect(waits.filter((wait) => wait !== null)).toEqual([500])
  })

  it('does not retry an exit code that the policy leaves out', async () => {
    fixture.startEngine()
    const retry = { maxRetries: 2, delaySeconds: 0, exponentialBackoff: false, exitCodes: [4] }
    const id = await fixture.run({ a: containerStep({ command: 'fail', retry }) })
    expect((await fixture.finished(id)).byName.get('a')?.attempt).toBe(1)
  })

  it('starts another attempt when a container vanishes', async () => {
    fixture.startEngine()
    const id = await fixture.run({ a: containerStep({ command: 'hang' }) })
    const first = await eventually(async () => {
      expect((await fixture.describe(id)).steps[0]?.status).toBe('Running')
      return fixture.driver.control.started[0] ?? ''
    })
    fixture.driver.control.setProgram('hang', { exitCode: 0 })
    fixture.driver.control.lose(first)
    const run = await fixture.finished(id)
    expect(run.byName.get('a')).toMatchObject({ status: 'Success', attempt: 2 })
    expect((await fixture.events(id)).map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'attempt.failed', cause: 'lost', reason: 'its container vanished' }),
    )
  })

  it('waits for an engine that is away, and says so in the step log', async () => {
    fixture.driver.control.setUnavailable(true)
    fixture.startEngine()
    const id = await fixture.run({ a: containerStep({ command: 'ok' }) })
    await eventually(async () => {
      const log = await readLog(fixture.database.db, stepLogStream(id, 'a'), { token: null })
      expect(log.lines[0]?.text).toMatch(/^waiting for the container engine: /)
    })
    fixture.driver.control.setUnavailable(false)
    expect((await fixture.finished(id)).status).toBe('success')
  })

  it('fails a run whose plan is damaged and goes on with the others', async () => {
    const damaged = await fixture.run({ a: containerStep({ command: 'ok' }) })
    await fixture.database.db
      .updateTable('run_plan')
      .set({ body: JSON.stringify({ workflowName: 'wf', steps: { a: null }, timeoutSeconds: null, watched: false }) })
      .execute()
    const sound = await fixture.run({ a: containerStep({ command: 'ok' }) })
    fixture.startEngine()
    expect((await fixture.finished(sound)).status).toBe('success')
    const row = await eventually(() =>
      fixture.database.db
        .selectFrom('execution')
        .select(['status', 'reason'])
        .where('id', '=', damaged)
        .where('status', '=', 'failed')
        .executeTakeFirstOrThrow(),
    )
    expect(row.reason).toMatch(/^a fault of Cairn: /)
  })
})
