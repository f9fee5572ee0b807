import { databaseTraffic, startTrafficReporter } from '@cairn/gateway'
import {
  allowConnections,
  createManualClock,
  createTestDatabase,
  eventually,
  silentLogger,
  type TestDatabase,
} from '@cairn/testkit'
import { ensureTenant, insertService, readServiceTraffic, retireSilentTraffic, type ServiceRoute } from '@cairn/store'
import { afterAll, beforeAll, expect, test } from 'vitest'

let subject: TestDatabase
let route: ServiceRoute
beforeAll(async () => {
  subject = await createTestDatabase()
  const facts = {
    name: 'app',
    serviceType: 'api',
    minInstances: 1,
    title: null,
    description: null,
    access: 'public',
  } as const
  const spec = {
    image: { imageId: 3, versionId: 7, name: 'app', version: '1', engineId: 'sha256:1' },
    resources: { instanceTypeId: 1, cpus: 0.25, memoryBytes: 1024 ** 3 },
    env: {},
    secrets: [],
    entrypoint: null,
    healthCheckPath: null,
    port: 8000,
    minInstances: 1,
    sessionStickiness: false,
    scaleToZero: false,
  }
  route = await subject.database.transaction(async (tx) => {
    const tenantId = await ensureTenant(tx, 'default')
    const serviceId = await insertService(tx, { ...facts, tenantId, tags: [], spec, createdBy: 'me' })
    if (serviceId === null) throw new Error('the name is taken')
    const names = { serviceName: 'app', tenantName: 'default' }
    const status = { status: 'AVAILABLE', statusReason: null } as const
    return {
      serviceId,
      tenantId,
      ...names,
      ...status,
      serviceType: 'api',
      access: 'public',
      domains: [],
      isSticky: false,
      instances: [],
      limits: null,
      draining: [],
      sleep: null,
    }
  })
})
afterAll(() => subject.drop())

const traffic = () => readServiceTraffic(subject.database.db, { id: route.serviceId, tenantId: route.tenantId })

test('counts are kept while the database is away, and told when it is back', async () => {
  const clock = createManualClock()
  const sink = databaseTraffic(subject.database)
  const reporter = startTrafficReporter({ sink, logger: silentLogger, clock, everyMs: 20 })
  reporter.retain(new Set(['w-1']))
  const counters = reporter.countersOf(route, { name: 'w-1', host: '127.0.0.1', port: 1 })
  counters.requestBegan(clock.now())
  await eventually(async () => expect((await traffic()).instances).toMatchObject([{ openRequests: 1, requests: 0 }]))
  await allowConnections(subject, false)
  counters.requestEnded(4, false)
  counters.requestBegan(clock.now())
  counters.requestEnded(400, true)
  counters.tunnelBegan(clock.now())
  await allowConnections(subject, true)
  await eventually(async () =>
    expect((await traffic()).instances).toMatchObject([
      { openRequests: 0, openTunnels: 1, requests: 2, failed: 1, latencySumMs: 404 },
    ]),
  )

  counters.tunnelEnded()
  await eventually(async () => expect((await traffic()).instances).toMatchObject([{ openTunnels: 0 }]))

  // Another gateway took it for dead: what it counted so far is not counted twice.
  await subject.database.pool.query(`update service_traffic set reported_at = now() - interval '2 minutes'`)
  await retireSilentTraffic(subject.database.db)
  counters.requestBegan(clock.now())
  counters.requestEnded(6, false)
  await eventually(async () => {
    const { instances, totals } = await traffic()
    expect(instances).toMatchObject([{ openTunnels: 0, requests: 1, failed: 0, latencySumMs: 6 }])
    expect(totals).toMatchObject({ requests: 3, failed: 1, latencySumMs: 410 })
  })

  await reporter.stop()
  expect(await traffic()).toMatchObject({ instances: [], totals: { requests: 3, failed: 1, latencySumMs: 410 } })
})
