/** Containers that are made while their steps wait: only for steps that start next, and none is left. */
import { DriverError, type EngineDriver } from '@cairn/driver'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { containerName } from '../../src/execution/container/step-workload.ts'
import { defaultExecutionSettings, type ExecutionSettings } from '../../src/index.ts'
import { containerStep, RunFixture } from './run-fixture.ts'

const call = { signal: new AbortController().signal }

let fixture: RunFixture
let prepared: string[]
beforeEach(async () => {
  prepared = []
  fixture = await RunFixture.open({ ok: {}, fail: { exitCode: 1 }, hang: { durationMs: 'endless' } })
})
afterEach(() => fixture.close())

/** The fake, which also tells what it was asked to hold. */
const spied = (fields: Partial<EngineDriver> = {}): EngineDriver => ({
  ...fixture.driver,
  prepare: (spec, bound) => {
    prepared.push(spec.name)
    return fixture.driver.prepare(spec, bound)
  },
  ...fields,
})
const start = (settings: Partial<ExecutionSettings> = {}, driver: EngineDriver = spied()) =>
  fixture.startEngine({ driver, settings: { ...defaultExecutionSettings, pollMs: 50, ...settings } })

const nameOf = (executionId: string, step: string) => containerName('test', { executionId, step, attempt: 1 })
const phases = async (executionId: string): Promise<Record<string, string>> => {
  const list = await fixture.driver.list(call)
  const steps = new Map(['a', 'b', 'c'].map((step) => [nameOf(executionId, step), step]))
  return Object.fromEntries(list.map(({ name, phase }) => [steps.get(name) ?? name, phase]))
}
const untilPhases = (executionId: string, expected: Record<string, string>) =>
  eventually(async () => expect(await phases(executionId)).toEqual(expected))
const finish = (executionId: string, step: string, code = 0) =>
  fixture.driver.control.finish(nameOf(executionId, step), code)

const chain = {
  a: containerStep({ command: 'hang' }),
  b: containerStep({ command: 'hang', parents: ['a'] }),
  c: containerStep({ command: 'ok', parents: ['b'] }),
}

test('While a step runs, the next one is held, and no other', async () => {
  start()
  const id = await fixture.run(chain)
  await untilPhases(id, { a: 'running', b: 'created' })
  expect(fixture.driver.control.started).toEqual([nameOf(id, 'a')])
  finish(id, 'a')
  await untilPhases(id, { b: 'running', c: 'created' })
  finish(id, 'b')
  expect((await fixture.finished(id)).status).toBe('success')
  expect(fixture.driver.control.started).toEqual(['a', 'b', 'c'].map((step) => nameOf(id, step)))
  await untilPhases(id, {})
})

test('What is held is let go when its parent fails', async () => {
  start()
  const id = await fixture.run(chain)
  await untilPhases(id, { a: 'running', b: 'created' })
  finish(id, 'a', 1)
  expect((await fixture.finished(id)).byName.get('b')?.status).toBe('Skipped')
  await untilPhases(id, {})
  expect(fixture.driver.control.started).toEqual([nameOf(id, 'a')])
})

test('What is held is let go when one parent has failed, while the other still runs', async () => {
  start()
  const id = await fixture.run({
    a: containerStep({ command: 'hang' }),
    b: containerStep({ command: 'hang' }),
    c: containerStep({ command: 'ok', parents: ['a', 'b'] }),
  })
  await untilPhases(id, { a: 'running', b: 'running', c: 'created' })
  finish(id, 'a', 1)
  await untilPhases(id, { b: 'running' })
  finish(id, 'b')
  expect((await fixture.finished(id)).byName.get('c')?.status).toBe('Skipped')
})

test('What is held is let go when the run is stopped', async () => {
  start()
  const id = await fixture.run(chain)
  await untilPhases(id, { a: 'running', b: 'created' })
  await fixture.stop(id)
  expect((await fixture.finished(id)).status).toBe('stopped')
  await untilPhases(id, {})
})

test('A parent that is tried again lets what is held go meanwhile', async () => {
  start()
  const retry = { maxRetries: 1, delaySeconds: 1, exponentialBackoff: false, exitCodes: null }
  const id = await fixture.run({ ...chain, a: containerStep({ command: 'hang', retry }) })
  await untilPhases(id, { a: 'running', b: 'created' })
  finish(id, 'a', 1)
  await untilPhases(id, {})
  const second = containerName('test', { executionId: id, step: 'a', attempt: 2 })
  await untilPhases(id, { [second]: 'running', b: 'created' })
  fixture.driver.control.finish(second, 0)
  await untilPhases(id, { b: 'running', c: 'created' })
  finish(id, 'b')
  expect((await fixture.finished(id)).status).toBe('success')
})

test('A new owner releases what the last one held', async () => {
  const first = start()
  const id = await fixture.run(chain)
  await untilPhases(id, { a: 'running', b: 'created' })
  await first.stop()
  start()
  finish(id, 'a')
  await eventually(async () => expect(await phases(id)).toMatchObject({ b: 'running', c: 'created' }))
  finish(id, 'b')
  expect((await fixture.finished(id)).status).toBe('success')
  expect(fixture.driver.control.started).toEqual(['a', 'b', 'c'].map((step) => nameOf(id, step)))
})

test('A new owner that holds nothing removes what the last one held for a step that is skipped', async () => {
  const first = start()
  const id = await fixture.run({ ...chain, x: containerStep({ command: 'hang' }) })
  await eventually(async () => expect(await phases(id)).toMatchObject({ a: 'running', b: 'created' }))
  await first.stop()
  finish(id, 'a', 1)
  start({ mostHeldStarts: 0 })
  await eventually(async () => expect(await phases(id)).not.toHaveProperty('b'))
  finish(id, 'x')
  expect((await fixture.finished(id)).byName.get('b')?.status).toBe('Skipped')
  expect(fixture.driver.control.started).not.toContain(nameOf(id, 'b'))
})

test('No more are held than the setting says, and with 0 none is', async () => {
  const wide = {
    a: containerStep({ command: 'hang' }),
    ...Object.fromEntries(['b', 'c', 'd', 'e'].map((name) => [name, containerStep({ command: 'ok', parents: ['a'] })])),
  }
  const first = start({ mostHeldStarts: 2 })
  const id = await fixture.run(wide)
  await untilPhases(id, { a: 'running', b: 'created', c: 'created' })
  expect(prepared).toEqual(['a', 'b', 'c'].map((step) => nameOf(id, step)))
  finish(id, 'a')
  expect((await fixture.finished(id)).status).toBe('success')
  await first.stop()
  prepared = []
  start({ mostHeldStarts: 0 })
  const other = await fixture.run(wide)
  await untilPhases(other, { a: 'running' })
  finish(other, 'a')
  expect((await fixture.finished(other)).status).toBe('success')
  expect(prepared).toEqual([])
})

test('An image that cannot be held is asked once, and its steps start in the usual way', async () => {
  fixture.driver.control.setUnholdable(chain.b.image.engineId, 'it has no shell')
  start()
  const id = await fixture.run(chain)
  await eventually(() => expect(prepared).toHaveLength(1))
  finish(id, 'a')
  await untilPhases(id, { b: 'running' })
  finish(id, 'b')
  expect((await fixture.finished(id)).status).toBe('success')
  expect(prepared).toHaveLength(1)
})

test('A start waits for the container that is being made for it, and goes on when the engine refuses', async () => {
  const asked = Promise.withResolvers<void>()
  const refusal = Promise.withResolvers<never>()
  let refusals = 0
  const driver = spied({
    prepare: (spec, bound) => {
      if (spec.name !== nameOf(id, 'b') || refusals > 0) return fixture.driver.prepare(spec, bound)
      refusals += 1
      asked.resolve()
      return refusal.promise
    },
  })
  const id = await fixture.run({ a: chain.a, b: containerStep({ command: 'ok', parents: ['a'] }) })
  start({}, driver)
  await asked.promise
  finish(id, 'a')
  await eventually(async () => expect((await fixture.describe(id)).steps.map(({ attempt }) => attempt)).toEqual([1, 1]))
  expect(fixture.driver.control.started).toEqual([nameOf(id, 'a')])
  refusal.reject(new DriverError('no_capacity', 'no space left'))
  expect((await fixture.finished(id)).status).toBe('success')
})

test('A step whose container is made and has not begun ends at once when its run is stopped by another owner', async () => {
  const first = start({}, spied({ ensure: () => new Promise(() => undefined) }))
  const id = await fixture.run(chain)
  await untilPhases(id, { a: 'created' })
  await first.stop()
  await fixture.stop(id)
  start()
  expect((await fixture.finished(id, 5000)).byName.get('a')).toMatchObject({ status: 'Stopped', attempt: 1 })
  expect(fixture.driver.control.started).toEqual([])
})
