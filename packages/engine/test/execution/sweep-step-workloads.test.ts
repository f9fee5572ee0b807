import { createFakeDriver, DriverError, type EngineDriver } from '@cairn/driver'
import { createManualClock, createTestDatabase, silentLogger } from '@cairn/testkit'
import { afterAll, expect, test } from 'vitest'
import { StepWorkloadSweep } from '../../src/execution/sweep-step-workloads.ts'
import { stepSpec } from './step-spec.ts'

const clone = await createTestDatabase()
afterAll(() => clone.drop())
const driver = createFakeDriver({ clock: createManualClock(Date.now()), programs: { work: {} } })
const { signal } = new AbortController()

test('A container that the engine does not get rid of keeps no other waiting, and is tried last', async () => {
  const specs = ['1', '2', '3'].map((number) => stepSpec(`cairn-x-step-${number}`))
  for (const spec of specs) await driver.ensure(spec, { signal })
  const stuck = (await driver.list({ signal }))[0]?.name ?? ''
  const asked: string[] = []
  const remove: EngineDriver['remove'] = async (name, call) => {
    asked.push(name)
    if (name === stuck) throw new DriverError('unknown', 'its removal is already in progress')
    await driver.remove(name, call)
  }
  const { database } = clone
  const sweep = new StepWorkloadSweep({ database, driver: { remove }, logger: silentLogger, graceMs: 0 })

  await sweep.sweep(await driver.list({ signal }), signal)
  expect((await driver.list({ signal })).map(({ name }) => name)).toEqual([stuck])
  expect(sweep.isWaiting).toBe(true)

  await driver.ensure(stepSpec('cairn-x-step-4'), { signal })
  asked.length = 0
  await sweep.sweep(await driver.list({ signal }), signal)
  expect(asked).toEqual(['cairn-x-step-4', stuck])
})
