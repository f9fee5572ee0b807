import { defaultScaleSettings, type ObservedInstance } from '@cairn/domain'
import { endWake, readWakes, writeTraffic } from '@cairn/store'
import { createTestDatabase, eventually, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aSpec, ServiceRig } from '../service/service-rig.ts'

let subject: TestDatabase
beforeAll(async () => {
  subject = await createTestDatabase()
})
afterAll(() => subject.drop())

const { freezeAfterMs, sleepAfterMs } = defaultScaleSettings
const settleMs = 10_000

/** A service that scales to zero and serves; its clock begins with the database's. */
async function awake(): Promise<ServiceRig> {
  const rig = new ServiceRig(subject)
  rig.clock.advance(Date.now() - rig.clock.now())
  await rig.create(aSpec({ scaleToZero: true }))
  await rig.run(settleMs)
  expect(await rig.route()).toMatchObject({ status: 'AVAILABLE', sleep: null, instances: [{}] })
  return rig
}

async function frozen(): Promise<ServiceRig> {
  const rig = await awake()
  await rig.run(freezeAfterMs)
  expect(await phases(rig)).toEqual(['frozen'])
  return rig
}

async function asleep(): Promise<ServiceRig> {
  const rig = await frozen()
  await rig.run(sleepAfterMs)
  expect(await phases(rig)).toEqual([])
  return rig
}

async function phases(rig: ServiceRig): Promise<readonly ObservedInstance['phase'][]> {
  const all = await rig.driver.list({ signal: AbortSignal.timeout(1_000) })
  return all.filter((seen) => seen.owner.id === rig.serviceId).map((seen) => seen.phase)
}

const traffic = (rig: ServiceRig, workload: string, openRequests: number, idleMs: number) =>
  writeTraffic(subject.database.db, crypto.randomUUID(), [
    {
      serviceId: rig.serviceId,
      workload,
      openRequests,
      openTunnels: 0,
      liveSessions: 0,
      requests: 1,
      failed: 0,
      latency: [],
      latencySumMs: 1,
      idleMs,
    },
  ])

const history = async (rig: ServiceRig) =>
  (await readWakes(subject.database.db, { id: rig.serviceId, tenantId: rig.tenantId }, { pageNumber: 1, pageSize: 9 }))
    .items

describe('a service that nobody asks for', () => {
  test('is frozen, then removed, and stays available; its route says so', async () => {
    const rig = await frozen()
    const [instance] = (await rig.state()).instances
    expect(await rig.route()).toMatchObject({
      status: 'AVAILABLE',
      instances: [],
      sleep: { tier: 'frozen', wakes: 0, instances: [{ name: instance?.name }] },
    })
    await rig.run(sleepAfterMs)
    expect(await rig.containers()).toEqual([])
    expect(await rig.route()).toMatchObject({ status: 'AVAILABLE', sleep: { tier: 'asleep', instances: [] } })
    expect((await rig.pass()).kind).toBe('done')
    await rig.close()
  })

  test('is not frozen while a request is open, and is when it has ended for long', async () => {
    const rig = await awake()
    const [name = ''] = await rig.containers()
    await traffic(rig, name, 1, 0)
    await rig.run(2 * freezeAfterMs)
    expect(await phases(rig)).toEqual(['running'])
    await subject.database.pool.query('update service_traffic set open_requests = 0 where service_id = $1', [
      rig.serviceId,
    ])
    await rig.run(freezeAfterMs)
    expect(await phases(rig)).toEqual(['frozen'])
    await rig.close()
  })

  test('is thawed for a request that had begun before its gateway knew, and for a deploy', async () => {
    const rig = await frozen()
    const [name = ''] = await rig.containers()
    await traffic(rig, name, 1, 0)
    await rig.run(settleMs)
    expect(await phases(rig)).toEqual(['running'])
    await subject.database.pool.query('delete from service_traffic where service_id = $1', [rig.serviceId])
    await rig.run(freezeAfterMs)
    expect(await phases(rig)).toEqual(['frozen'])
    await rig.update(aSpec({ scaleToZero: true, env: { A: '2' } }))
    await rig.run(settleMs)
    expect(await rig.route()).toMatchObject({ status: 'AVAILABLE', sleep: null, instances: [{}] })
    await rig.close()
  })

  test('is replaced when it dies while it is frozen', async () => {
    const rig = await frozen()
    const [name = ''] = await rig.containers()
    rig.driver.control.finish(name, 137)
    await rig.run(settleMs)
    expect(await rig.route()).toMatchObject({ sleep: null, instances: [{}] })
    expect(await rig.containers()).not.toContain(name)
    await rig.close()
  })
})

describe('a wake', () => {
  test('of many gateways is one, thaws what is frozen, and is written into the history', async () => {
    const rig = await frozen()
    const started = rig.driver.control.started.length
    const states = await Promise.all(Array.from({ length: 20 }, () => rig.wake('GET /report')))
    expect(new Set(states.map((state) => state?.wakes))).toEqual(new Set([1]))
    expect(states[0]).toMatchObject({ tier: 'waking', instances: [{}] })
    await rig.run(500)
    expect(await phases(rig)).toEqual(['running'])
    expect(await rig.route()).toMatchObject({ sleep: null, instances: [{}] })
    expect(rig.driver.control.started.length).toBe(started)
    expect(await history(rig)).toMatchObject([{ number: 1, tier: 'frozen', cause: 'GET /report', outcome: 'awake' }])
    expect(await endWake(subject.database.db, rig.serviceId, 1)).toBe(false)
    await rig.close()
  })

  test('from sleep starts one instance', async () => {
    const rig = await asleep()
    const started = rig.driver.control.started.length
    await rig.wake()
    await rig.wake()
    await rig.run(500)
    expect(rig.driver.control.started.length).toBe(started + 1)
    expect(await rig.route()).toMatchObject({ sleep: null, instances: [{}] })
    expect(await history(rig)).toMatchObject([{ tier: 'asleep', outcome: 'awake' }])
    await rig.close()
  })

  test('does not wait for an instance that takes its whole grace time to end', async () => {
    const rig = await frozen()
    const stop = rig.driver.stop.bind(rig.driver)
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    rig.driver.stop = async (...call) => {
      ask()
      await ended
      await stop(...call)
    }
    const [old] = await rig.containers()
    rig.clock.advance(sleepAfterMs)
    const falling = rig.run(500)
    await asked
    await rig.wake()
    await falling
    expect(await rig.route()).toMatchObject({ sleep: null, instances: [{}] })
    expect(await phases(rig)).toHaveLength(2)
    end()
    await eventually(async () => expect(await rig.containers()).not.toContain(old))
    expect(await phases(rig)).toEqual(['running'])
    await rig.close()
  })

  test('that fails says why, is tried again, and is given up when nobody asks any more', async () => {
    const rig = await asleep()
    // Nothing answers where nothing runs: a check may come between the start and the exit.
    rig.health = { kind: 'unhealthy', reason: 'connection refused' }
    rig.driver.control.setProgram('serve', { exitCode: 3, output: [{ stream: 'stderr', text: 'boom' }] })
    await rig.wake()
    await rig.run(settleMs)
    expect((await rig.route())?.sleep).toMatchObject({ tier: 'waking', failure: 'the container exited with code 3' })
    await rig.run(2 * sleepAfterMs)
    expect(await rig.route()).toMatchObject({ status: 'AVAILABLE', sleep: { tier: 'asleep' } })
    expect(await history(rig)).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('boom') }])
    await rig.close()
  })

  test('is refused for a service that users have stopped', async () => {
    const rig = await frozen()
    await rig.stop()
    expect(await rig.wake()).toBeNull()
    await rig.run(settleMs)
    expect(await rig.containers()).toEqual([])
    await rig.start()
    await rig.run(settleMs)
    expect(await rig.route()).toMatchObject({ sleep: null, instances: [{}] })
    await rig.close()
  })

  test('that comes between the decision to freeze and the freeze is not lost', async () => {
    const rig = await awake()
    const freeze = rig.driver.freeze.bind(rig.driver)
    const overtaken = Object.assign(rig.driver, {
      freeze: async (...call: Parameters<typeof freeze>) => {
        // The gateway thaws what is not frozen yet, and sends its request.
        await rig.wake()
        await rig.driver.thaw(...call)
        await endWake(subject.database.db, rig.serviceId, 1)
        return await freeze(...call)
      },
    })
    await rig.run(freezeAfterMs + 100)
    Object.assign(overtaken, { freeze })
    expect(await phases(rig)).toEqual(['running'])
    expect(await rig.route()).toMatchObject({ sleep: null, instances: [{}] })
    await rig.close()
  })
})

describe('a server that dies', () => {
  const dieAt = (point: string) => ({
    reach: (reached: string) => {
      if (reached === point) throw new Error(`died at ${point}`)
    },
  })

  test.each(['service.scaled', 'service.frozen'])('at %s leaves a freeze that the next one finishes', async (point) => {
    const rig = await awake()
    rig.anotherReconciler(dieAt(point))
    await expect(rig.run(freezeAfterMs + 1_000)).rejects.toThrow(point)
    rig.anotherReconciler()
    await rig.run(500)
    expect(await rig.tier()).toBe('frozen')
    expect(await phases(rig)).toEqual(['frozen'])
    await rig.close()
  })

  test.each(['service.frozen'])(
    'at %s while a request wakes the service leaves the wake to the next',
    async (point) => {
      const rig = await awake()
      const freeze = rig.driver.freeze.bind(rig.driver)
      Object.assign(rig.driver, {
        freeze: async (...call: Parameters<typeof freeze>) => {
          await rig.wake()
          return await freeze(...call)
        },
      })
      rig.anotherReconciler(dieAt(point))
      await expect(rig.run(freezeAfterMs + 1_000)).rejects.toThrow(point)
      Object.assign(rig.driver, { freeze })
      rig.anotherReconciler()
      await rig.run(500)
      expect(await phases(rig)).toEqual(['running'])
      expect(await rig.route()).toMatchObject({ sleep: null, instances: [{}] })
      await rig.close()
    },
  )

  test.each(['service.decided', 'service.written', 'service.acted', 'service.woken'])(
    'at %s of a wake starts nothing twice',
    async (point) => {
      const rig = await asleep()
      const started = rig.driver.control.started.length
      await rig.wake()
      rig.anotherReconciler(dieAt(point))
      await expect(rig.run(1_000)).rejects.toThrow(point)
      rig.anotherReconciler()
      await rig.run(1_000)
      expect(rig.driver.control.started.length).toBe(started + 1)
      expect(await rig.route()).toMatchObject({ sleep: null, instances: [{}] })
      await rig.close()
    },
  )
})
