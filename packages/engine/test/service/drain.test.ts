/** Replaced instances and what gateways report of them. */
import { randomUUID } from 'node:crypto'
import { type TrafficReport, writeTraffic } from '@cairn/store'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { aSpec, ServiceRig } from './service-rig.ts'

let database: TestDatabase
let rig: ServiceRig
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(() => {
  rig = new ServiceRig(database)
})
afterEach(() => rig.close())

const gatewayId = randomUUID()

async function report(workload: string, open: Partial<TrafficReport>): Promise<void> {
  const counts = { openRequests: 0, openTunnels: 0, liveSessions: 0, requests: 0, failed: 0, latencySumMs: 0 }
  const rest = { serviceId: rig.serviceId, workload, latency: [], idleMs: 0 }
  await writeTraffic(database.database.db, gatewayId, [{ ...counts, ...rest, ...open }])
}

/** A service of which the first revision, with this open, was replaced by a second one. */
async function redeployed(open: Partial<TrafficReport>): Promise<readonly [string, string]> {
  await rig.create()
  await rig.run(2_000)
  const [old = ''] = await rig.containers()
  await report(old, open)
  await rig.update(aSpec({ env: { A: '2' } }))
  await rig.run(1_000)
  const [fresh = ''] = (await rig.containers()).filter((name) => name !== old)
  expect(await rig.route()).toMatchObject({ instances: [{ name: fresh }], draining: [{ name: old }] })
  return [old, fresh]
}

test('an instance with an open WebSocket stays and is routed to for its sessions until the WebSocket ends', async () => {
  const [old, fresh] = await redeployed({ openTunnels: 1 })
  await rig.run(60_000)
  expect(await rig.route()).toMatchObject({ statusReason: null, draining: [{ name: old }] })
  expect((await rig.state()).revisions).toMatchObject([
    { status: 'draining', reason: expect.stringContaining('open WebSockets') },
    { status: 'active' },
  ])
  await report(old, { openTunnels: 0 })
  await rig.run(15_000)
  expect(await rig.containers()).toEqual([fresh])
  expect((await rig.route())?.draining).toEqual([])
})

test('a server that starts anew waits for what gateways say before it ends an instance that drains', async () => {
  const [old, fresh] = await redeployed({ liveSessions: 1 })
  await rig.run(60_000)
  await rig.reconciler.stop()
  await report(old, { liveSessions: 0 })
  rig.anotherReconciler()
  await rig.run(5_000)
  await report(old, { liveSessions: 1 })
  await rig.run(60_000)
  expect((await rig.route())?.draining).toMatchObject([{ name: old }])
  await report(old, { liveSessions: 0 })
  await rig.run(15_000)
  expect(await rig.containers()).toEqual([fresh])
})

test('an instance that is not wanted any more drains, and takes no new visitors', async () => {
  await rig.create()
  await rig.scale(2)
  await rig.run(2_000)
  const dropped = (await rig.state()).instances.find(({ ordinal }) => ordinal === 1)?.name ?? ''
  await report(dropped, { openTunnels: 1 })
  await rig.scale(1)
  await rig.run(30_000)
  const route = await rig.route()
  expect(route?.draining).toMatchObject([{ name: dropped }])
  expect(route?.instances).toHaveLength(1)
  await rig.stop()
  await rig.run(1_000)
  expect(await rig.containers()).toEqual([])
})

test('quick corrections crowd out nobody: revisions that hold nothing do not count', async () => {
  await rig.create()
  await rig.run(2_000)
  const [held = ''] = await rig.containers()
  await report(held, { openTunnels: 1 })
  for (let release = 2; release <= 6; release += 1) {
    await rig.update(aSpec({ env: { A: String(release) } }))
    await rig.run(1_500)
  }
  await report(held, { openTunnels: 1 })
  await rig.run(30_000)
  expect((await rig.route())?.draining).toMatchObject([{ name: held }])
})

test('of many revisions with open WebSockets three drain at a time, and the oldest ends with that reason', async () => {
  await rig.create()
  await rig.run(2_000)
  const drained: string[] = []
  for (let release = 2; release <= 6; release += 1) {
    const serving = (await rig.route())?.instances[0]?.name ?? ''
    drained.push(serving)
    await report(serving, { openTunnels: 1 })
    await rig.update(aSpec({ env: { A: String(release) } }))
    await rig.run(15_000)
    for (const name of drained) await report(name, { openTunnels: 1 })
  }
  await rig.run(15_000)
  const { revisions } = await rig.state()
  expect(revisions.map(({ status }) => status)).toEqual(['draining', 'draining', 'draining', 'active'])
  expect((await rig.route())?.draining.map(({ name }) => name).toSorted()).toEqual(drained.slice(-3).toSorted())
  const { rows } = await database.database.pool.query<{ reason: string }>(
    'select reason from service_revision where service_id = $1 and revision = 1',
    [rig.serviceId],
  )
  expect(rows[0]?.reason).toBe('replaced; three newer revisions drain as well, and no more do at a time')
})
