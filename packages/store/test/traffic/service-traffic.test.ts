import { latencyBoundsMs } from '@cairn/domain'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ensureTenant,
  readServiceTraffic,
  retireSilentTraffic,
  retireTraffic,
  type TrafficReport,
  writeTraffic,
} from '../../src/index.ts'
import { insertAService } from '../a-service.ts'

let subject: TestDatabase
let tenantId: string
beforeAll(async () => {
  subject = await createTestDatabase()
  tenantId = await subject.database.transaction((tx) => ensureTenant(tx, 'default'))
})
afterAll(() => subject.drop())

const aService = (): Promise<string> => insertAService(subject.database, tenantId)

const histogram = (...durations: number[]): number[] =>
  [...latencyBoundsMs, Number.POSITIVE_INFINITY].map((bound) => durations.filter((ms) => ms <= bound).length)

const reportOf = (serviceId: string, change: Partial<TrafficReport> = {}): TrafficReport => ({
  serviceId,
  workload: `${serviceId}-a`,
  openRequests: 1,
  openTunnels: 2,
  liveSessions: 3,
  requests: 2,
  failed: 1,
  latency: histogram(3, 30),
  latencySumMs: 33,
  idleMs: 5_000,
  ...change,
})

const write = (gateway: string, ...reports: TrafficReport[]) => writeTraffic(subject.database.db, gateway, reports)
const read = (serviceId: string, ofTenant = tenantId) =>
  readServiceTraffic(subject.database.db, { id: serviceId, tenantId: ofTenant })
const age = (gateway: string, seconds: number) =>
  sql`update service_traffic set reported_at = now() - ${seconds} * interval '1 second' where gateway_id = ${gateway}`.execute(
    subject.database.db,
  )

test('what several gateways report of an instance is added up, and a repeated report changes nothing', async () => {
  const [id, one, other] = [await aService(), crypto.randomUUID(), crypto.randomUUID()]
  expect([...(await write(one, reportOf(id)))]).toEqual([`${id}-a`])
  expect([...(await write(one, reportOf(id)))]).toEqual([])
  await write(other, reportOf(id, { idleMs: null }), reportOf(id, { workload: `${id}-b`, liveSessions: 0 }))
  const traffic = await read(id)
  expect(traffic.instances).toMatchObject([
    { workload: `${id}-a`, openRequests: 2, openTunnels: 4, liveSessions: 6, requests: 4, failed: 2, latencySumMs: 66 },
    { workload: `${id}-b`, openRequests: 1, liveSessions: 0, requests: 2 },
  ])
  expect(traffic.totals).toMatchObject({ requests: 6, failed: 3, latency: histogram(3, 3, 3, 30, 30, 30) })
  const idle = Date.now() - (traffic.totals.lastRequestAt?.getTime() ?? 0)
  expect(Math.round(idle / 1_000)).toBeGreaterThanOrEqual(5)
})

test('nobody reads the traffic of another tenant, and a service that is gone is passed over', async () => {
  const id = await aService()
  await write(crypto.randomUUID(), reportOf(id), reportOf(crypto.randomUUID()))
  expect((await read(id, crypto.randomUUID())).instances).toEqual([])
  await sql`delete from service where id = ${id}`.execute(subject.database.db)
  expect((await read(id)).totals.requests).toBe(0)
})

test('a gateway that ends takes its rows away and leaves its totals', async () => {
  const [id, one, other] = [await aService(), crypto.randomUUID(), crypto.randomUUID()]
  await write(one, reportOf(id), reportOf(id, { workload: `${id}-b` }))
  await write(other, reportOf(id))
  await retireTraffic(subject.database.db, one, [`${id}-b`])
  expect((await read(id)).instances.map((instance) => instance.workload)).toEqual([`${id}-a`])
  await retireTraffic(subject.database.db, one)
  await retireTraffic(subject.database.db, one)
  const left = await read(id)
  expect(left.instances).toMatchObject([{ openRequests: 1, requests: 2 }])
  expect(left.totals).toMatchObject({
    requests: 6,
    failed: 3,
    latencySumMs: 99,
    latency: histogram(3, 3, 3, 30, 30, 30),
  })
})

test('a gateway that is silent counts as having nothing open after 15 s, and is added up after a minute', async () => {
  const [id, gone] = [await aService(), crypto.randomUUID()]
  await write(gone, reportOf(id))
  await age(gone, 16)
  expect((await read(id)).instances).toMatchObject([{ openRequests: 0, openTunnels: 0, liveSessions: 0, requests: 2 }])
  await retireSilentTraffic(subject.database.db)
  expect((await read(id)).instances).toHaveLength(1)
  await age(gone, 61)
  await retireSilentTraffic(subject.database.db)
  const left = await read(id)
  expect(left.instances).toEqual([])
  expect(left.totals).toMatchObject({ requests: 2, failed: 1, latency: histogram(3, 30) })
})
