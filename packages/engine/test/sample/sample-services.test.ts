import { DriverError, type EngineDriver, type Load } from '@cairn/driver'
import { claimWork, ensureTenant, readServiceSamples, writeTraffic } from '@cairn/store'
import { createTestDatabase, silentLogger } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createSampler, defaultSampleSettings, seedSample } from '../../src/sample/sample-services.ts'

const clone = await createTestDatabase()
const { database } = clone
const { db } = database
afterAll(() => clone.drop())
const tenantId = await database.transaction((tx) => ensureTenant(tx, 'default'))
const { signal } = new AbortController()

let loads: Map<string, Load>
beforeEach(async () => {
  loads = new Map()
  await sql`delete from service`.execute(db)
})
const load: EngineDriver['load'] = (name) => {
  if (name === 'broken') return Promise.reject(new DriverError('unavailable', 'the engine is away'))
  return Promise.resolve(loads.get(name) ?? null)
}
const createSampling = () => {
  const settings = defaultSampleSettings
  const sampler = createSampler({ database, driver: { load }, logger: silentLogger, settings })
  return async (): Promise<void> => {
    await sql`delete from work`.execute(db)
    await seedSample(database)
    const [item] = await claimWork(db, { kinds: ['sample'], limit: 1, leaseMs: 60_000 })
    if (item === undefined) throw new Error('the sample is not due')
    const result = await sampler.reconcile(item, { signal, holdLease: () => Promise.resolve() })
    expect(result).toEqual({ kind: 'requeue', afterMs: settings.everyMs })
  }
}

async function createService(name: string, workloads: readonly string[]): Promise<{ id: string; tenantId: string }> {
  const id = crypto.randomUUID()
  await sql`insert into service (id, tenant_id, name, service_type, status, created_by, updated_by)
    values (${id}, ${tenantId}, ${name}, 'api', 'AVAILABLE', 'a', 'a')`.execute(db)
  await sql`insert into service_revision (service_id, revision, spec, status, created_by)
    values (${id}, 1, '{}', 'active', 'a')`.execute(db)
  for (const [ordinal, workload] of workloads.entries()) {
    await sql`insert into service_instance (workload_name, service_id, revision, ordinal, restart, status)
      values (${workload}, ${id}, 1, ${ordinal}, 0, 'ready')`.execute(db)
  }
  return { id, tenantId }
}

const hourMs = 3_600_000
const samplesOf = (service: { id: string; tenantId: string }) =>
  readServiceSamples(db, service, { fromMs: Date.now() - hourMs, toMs: Date.now() + hourMs, stepMs: 1 })

test('What the instances of a service use is added up, its CPUs from the second look on', async () => {
  const service = await createService('busy', ['one', 'two', 'broken'])
  const sample = createSampling()
  loads.set('one', { cpuSeconds: 10, memoryBytes: 100, memoryLimitBytes: 1000 })
  loads.set('two', { cpuSeconds: 20, memoryBytes: 50, memoryLimitBytes: 1000 })
  await sample()
  loads.set('one', { cpuSeconds: 1e6, memoryBytes: 100, memoryLimitBytes: 1000 })
  await sample()
  const [first, second] = await samplesOf(service)
  expect(first).toMatchObject({ instances: 2, cpuCores: null, memoryBytes: 150, memoryLimitBytes: 2000, requests: 0 })
  expect(second?.cpuCores).toBeGreaterThan(1)
})

test('An idle service is told of too, with what its gateways have counted', async () => {
  const service = await createService('asleep', [])
  const counts = {
    openRequests: 3,
    openTunnels: 0,
    liveSessions: 0,
    requests: 7,
    failed: 2,
    latencySumMs: 9,
    idleMs: 0,
  }
  const report = { serviceId: service.id, workload: 'w', ...counts, latency: [5, 2] }
  await writeTraffic(db, crypto.randomUUID(), [report])
  await writeTraffic(db, crypto.randomUUID(), [report])
  await createSampling()()
  expect(await samplesOf(service)).toMatchObject([
    { instances: 0, cpuCores: null, memoryBytes: 0, openRequests: 6, requests: 14, failed: 4, latency: [10, 4] },
  ])
})

test('Samples are of their tenant alone, and go after a day and with their service', async () => {
  const service = await createService('kept', [])
  await sql`insert into service_sample (service_id, at, instances, memory_bytes, open_requests, requests, failed, latency)
    values (${service.id}, now() - interval '25 hours', 1, 1, 0, 0, 0, '{}')`.execute(db)
  await createSampling()()
  const count = async () =>
    (await sql<{ n: number }>`select count(*)::int as n from service_sample`.execute(db)).rows[0]?.n
  expect(await count()).toBe(1)
  expect(await samplesOf({ ...service, tenantId: crypto.randomUUID() })).toEqual([])
  await sql`delete from service where id = ${service.id}`.execute(db)
  expect(await count()).toBe(0)
})
