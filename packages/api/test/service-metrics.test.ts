import { ensureTenant } from '@cairn/store'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, makeImage, textIn } from './api-fixture.ts'

let fixture: ApiFixture
let params: { serviceId: string }

beforeEach(async () => {
  fixture = await createApiFixture()
  const { imageId } = await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })
  const body = { name: 'echo', imageDetails: { imageId } }
  params = { serviceId: textIn(await fixture.call('createService', { body }), 'id') }
})
afterEach(() => fixture.close())

const addSample = (at: string, requests: number): Promise<unknown> =>
  fixture.database.pool.query(
    `insert into service_sample
      (service_id, at, instances, cpu_cores, memory_bytes, memory_limit_bytes, open_requests, requests, failed, latency)
    values ($1, $2, 1, 0.25, 1000, 4000, 2, $3, 0, array[$3::bigint])`,
    [params.serviceId, at, requests],
  )
const ask = (query: Readonly<Record<string, string>>) => fixture.call('getServiceMetrics', { params, query })

it('Metrics are told by the step, the rates of the first from the step before it', async () => {
  await addSample('2026-01-01T00:00:30Z', 10)
  await addSample('2026-01-01T00:01:30Z', 70)
  await addSample('2026-01-01T00:02:00Z', 100)
  await addSample('2026-01-01T00:02:30Z', 130)
  const window = { dateFrom: '2026-01-01T00:01:10Z', dateTo: '2026-01-01T00:03:00Z' }
  const { status, body } = await ask(window)
  expect(status).toBe(200)
  const use = { instances: 1, cpuCores: 0.25, memoryBytes: 1000, memoryLimitBytes: 4000, openRequests: 2 }
  expect(body).toEqual({
    stepSeconds: 60,
    points: [1, 2].map((minute) => ({
      at: `2026-01-01T00:0${minute}:00.000Z`,
      ...use,
      requestsPerSecond: 1,
      failedPerSecond: 0,
      latencyMs: { p50: 0.5, p90: 0.9, p99: 0.99 },
    })),
  })
})

it('A time without samples has no points', async () => {
  expect((await ask({})).body).toEqual({ stepSeconds: 60, points: [] })
})

it('Too many points and a time that ends before it begins are refused with what to ask for', async () => {
  const day = { dateFrom: '2026-01-01', dateTo: '2026-01-02' }
  const many = await ask({ ...day, stepSeconds: '30' })
  expect([many.status, many.body['detail']]).toEqual([400, expect.stringContaining('stepSeconds: must be at least 60')])
  expect((await ask({ ...day, stepSeconds: '60' })).status).toBe(200)
  const turned = await ask({ dateFrom: '2026-01-02', dateTo: '2026-01-01' })
  expect([turned.status, turned.body['detail']]).toEqual([
    400,
    expect.stringContaining('dateFrom: must be before dateTo'),
  ])
  expect((await ask({ stepSeconds: '5' })).status).toBe(400)
})

it('Metrics of another tenant’s service are not found', async () => {
  const other = await fixture.database.transaction((tx) => ensureTenant(tx, 'other'))
  await fixture.database.pool.query('update service set tenant_id = $1', [other])
  expect((await ask({})).status).toBe(404)
})
