import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, makeImage, textIn } from './api-fixture.ts'

let fixture: ApiFixture
let imageId: number
beforeAll(async () => {
  fixture = await createApiFixture()
  imageId = (await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })).imageId
})
afterAll(() => fixture.close())

it('describes a service with its instances, those of the newest deployment first', async () => {
  const body = { name: 'echo', imageDetails: { imageId } }
  const params = { serviceId: textIn(await fixture.call('createService', { body }), 'id') }
  const described = async () => (await fixture.call('describeService', { params })).body['instances']
  expect(await described()).toEqual([])
  await fixture.call('restartService', { params })
  const facts = { service_id: params.serviceId, restart: 0, started_at: new Date('2026-01-01T00:00:00Z') }
  await fixture.database.db
    .insertInto('service_instance')
    .values([
      {
        ...facts,
        workload_name: 'old',
        revision: 1,
        ordinal: 0,
        status: 'ready',
        ready_at: new Date('2026-01-01T00:00:02Z'),
      },
      { ...facts, workload_name: 'new', revision: 2, ordinal: 0, status: 'starting', crashes: 3, reason: 'no port' },
    ])
    .execute()
  const startedAt = '2026-01-01T00:00:00.000Z'
  const calm = { reason: null, crashes: 0, readyAt: null, drainingSince: null, startedAt }
  expect(await described()).toEqual([
    { ...calm, name: 'new', revision: 2, status: 'starting', reason: 'no port', crashes: 3 },
    { ...calm, name: 'old', revision: 1, status: 'ready', readyAt: '2026-01-01T00:00:02.000Z' },
  ])
})
