import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ServiceCall, ServiceReply } from '@cairn/domain'
import { readServiceRoutes } from '@cairn/store'
import { type Answer, type ApiFixture, createApiFixture, makeImage, textIn } from './api-fixture.ts'

let fixture: ApiFixture
let imageId: number
let versionId: number
let calls: ServiceCall[]
let reply: ServiceReply

beforeEach(async () => {
  calls = []
  reply = { kind: 'answered', status: 201, body: Buffer.from('hello') }
  fixture = await createApiFixture({
    machine: { cpus: 2, memoryBytes: 4 * 1024 ** 3 },
    serviceCaller: {
      call: async (request) => {
        calls.push(request)
        return reply
      },
    },
  })
  const image = await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })
  imageId = image.imageId
  versionId = image.versionId
})
afterEach(() => fixture.close())

const create = (body: object = {}): Promise<Answer> =>
  fixture.call('createService', { body: { name: 'echo', imageDetails: { imageId }, ...body } })
const created = async (body: object = {}): Promise<{ serviceId: string }> => ({
  serviceId: textIn(await create(body), 'id'),
})
const revisions = () =>
  fixture.database.db
    .selectFrom('service_revision')
    .select(['revision', 'status', 'spec'])
    .orderBy('revision')
    .execute()

/** What the engine does when a deployment has ended. */
async function deployed(status: 'AVAILABLE' | 'CREATE_FAILED'): Promise<void> {
  const { db } = fixture.database
  await db
    .updateTable('service')
    .set({ status, status_reason: status === 'AVAILABLE' ? null : 'exit code 1' })
    .execute()
  await db
    .updateTable('service_revision')
    .set({ status: status === 'AVAILABLE' ? 'active' : 'failed' })
    .execute()
  await db.deleteFrom('work').execute()
}

describe('creating', () => {
  it('freezes what runs, queues work and tells its URL', async () => {
    const params = await created({
      title: 'Echo',
      parameters: { env: { A: '1' } },
      entrypoint: 'python\napp.py\n',
      healthCheckURL: '/health',
      tags: [{ name: 't' }],
    })
    expect((await fixture.call('describeService', { params })).body).toMatchObject({
      id: params.serviceId,
      name: 'echo',
      title: 'Echo',
      status: 'CREATING',
      statusReason: null,
      serviceType: 'web-app',
      access: 'private',
      url: 'http://echo.localhost:7420',
      imageDetails: { imageId, versionId },
      resources: { instanceTypeId: 1 },
      parameters: { env: { A: '1' }, secrets: [] },
      entrypoint: 'python\napp.py',
      healthCheckURL: '/health',
      minInstances: 1,
      tags: [{ name: 't' }],
    })
    const [revision] = await revisions()
    expect(revision).toMatchObject({
      revision: 1,
      status: 'starting',
      spec: {
        image: { engineId: 'sha256:1' },
        port: 8080,
        resources: { cpus: 0.25 },
        entrypoint: ['python', 'app.py'],
      },
    })
    const work = await fixture.database.db.selectFrom('work').select(['kind', 'key']).execute()
    expect(work).toEqual([{ kind: 'service', key: params.serviceId }])
    expect(fixture.hinted).toEqual(['work', 'routes'])
  })

  it.each([
    ['a name that is no host name', { name: 'My App' }, 'name: '],
    ['an unknown image', { imageDetails: { imageId: 999 } }, 'image 999 does not exist'],
    ['an unknown instance type', { resources: { instanceTypeId: 21 } }, 'resources.instanceTypeId'],
    ['an instance larger than the machine', { resources: { instanceTypeId: 6 } }, 'needs 8 CPU'],
    ['an unknown secret', { parameters: { secrets: ['s'] } }, 'parameters.secrets.0: secret "s" does not exist'],
    [
      'a secret with the name of a variable',
      { parameters: { secrets: ['a'], env: { A: '1' } } },
      'parameters.secrets: ',
    ],
    [
      'scale to zero of an api',
      { scaleToZero: true, serviceType: 'api' },
      'scaleToZero: is for services of type "web-app"',
    ],
    [
      'scale to zero of a shiny app',
      { scaleToZero: true, serviceType: 'shiny' },
      'scaleToZero: is for services of type "web-app" only, not "shiny"',
    ],
    [
      'scale to zero with stickiness',
      { scaleToZero: true, sessionStickiness: true },
      'scaleToZero: cannot be combined with sessionStickiness',
    ],
    ['more instances under load than the server allows', { maxInstances: 3 }, 'maxInstances: must be at most 2'],
    ['a drain shorter than gateways need', { drainSeconds: 5 }, 'drainSeconds: must be at least 10'],
    ['a limit below its least', { limits: { idleTimeoutSeconds: 0 } }, 'limits.idleTimeoutSeconds'],
    ['a limit that nobody knows', { limits: { bodyBytes: 1 } }, 'limits.bodyBytes'],
    ['a most below the least', { minInstances: 2, maxInstances: 1 }, 'maxInstances: must be at least minInstances'],
    ['stickiness of an api', { serviceType: 'api', sessionStickiness: true }, 'sessionStickiness'],
    [
      'more instances than the server allows',
      { minInstances: 3 },
      'minInstances: must be at most 2; the setting CAIRN_MAX_INSTANCES',
    ],
    ['more instances than any server allows', { minInstances: 11 }, 'minInstances'],
    ['a health check that is no path', { healthCheckURL: 'health' }, 'healthCheckURL'],
    ['a health check with a line break', { healthCheckURL: '/a\r\nX: y' }, 'healthCheckURL'],
    ['a health check with a blank', { healthCheckURL: '/a b' }, 'healthCheckURL'],
    ['a value too large for a process', { parameters: { env: { A: '€'.repeat(60_000) } } }, 'parameters.env.A'],
  ])('refuses %s', async (_case, body, words) => {
    const answer = await create(body)
    expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining(words)])
    expect(await fixture.database.db.selectFrom('service').select('id').execute()).toEqual([])
  })

  it('refuses an image that is not ready', async () => {
    const building = await makeImage(fixture, { name: 'building' })
    const answer = await create({ imageDetails: { imageId: building.imageId } })
    expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining('no ready version')])
    const named = await create({ imageDetails: building })
    expect([named.status, named.body['detail']]).toEqual([400, expect.stringContaining('0.0.1 of image')])
    expect(named.body['detail']).toContain('is not-ready; wait until its build has succeeded')
  })

  it.each([
    ['webapp', 'api', 'run images of type "api" or "workflow"'],
    ['api', 'web-app', 'run images of type "webapp" or "workflow"'],
    ['api', 'shiny', 'run images of type "webapp" or "workflow"'],
    ['workspace-python', 'web-app', 'is of type "workspace-python", and'],
  ] as const)('refuses an image of type %s for a service of type %s', async (type, serviceType, words) => {
    const other = await makeImage(fixture, { name: 'other', engineImageId: 'sha256:2', type })
    const answer = await create({ serviceType, imageDetails: { imageId: other.imageId } })
    expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining(words)])
    expect(answer.body['detail']).toContain('imageDetails.imageId: image ')
  })

  it('refuses a name that is in use, and names it', async () => {
    await create()
    const answer = await create()
    expect([answer.status, answer.body['code']]).toEqual([400, 'name_taken'])
    expect(answer.body['detail']).toContain('"echo"')
  })
})

describe('updating', () => {
  it('redeploys only when what runs changes', async () => {
    const params = await created({ title: 'old' })
    await deployed('AVAILABLE')
    const update = (body: object): Promise<Answer> => fixture.call('updateService', { params, body })
    await update({ title: 'new', description: 'd', access: 'public', name: 'echo', serviceType: 'web-app' })
    expect(await revisions()).toHaveLength(1)
    expect((await fixture.call('describeService', { params })).body).toMatchObject({
      status: 'AVAILABLE',
      title: 'new',
      access: 'public',
    })
    await update({ parameters: { env: { A: '2' } } })
    expect(await revisions()).toMatchObject([
      { status: 'active' },
      { revision: 2, status: 'starting', spec: { env: { A: '2' } } },
    ])
    expect((await fixture.call('describeService', { params })).body).toMatchObject({
      status: 'DEPLOYING',
      title: 'new',
    })
    expect(await fixture.database.db.selectFrom('work').select('key').execute()).toEqual([{ key: params.serviceId }])
  })

  it('takes back what it described, and gives a health check up for an empty one', async () => {
    const params = await created({ healthCheckURL: '/health' })
    await deployed('AVAILABLE')
    const { body } = await fixture.call('describeService', { params })
    expect((await fixture.call('updateService', { params, body })).status).toBe(202)
    expect(await revisions()).toHaveLength(1)
    await fixture.call('updateService', { params, body: { healthCheckURL: '' } })
    expect((await fixture.call('describeService', { params })).body['healthCheckURL']).toBe('')
    expect(await revisions()).toMatchObject([{}, { spec: { healthCheckPath: null } }])
  })

  it('tries again what failed when it is asked for again', async () => {
    const params = await created()
    await deployed('CREATE_FAILED')
    await fixture.call('updateService', { params, body: { imageDetails: { imageId } } })
    expect(await revisions()).toMatchObject([{ status: 'failed' }, { revision: 2, status: 'starting' }])
    expect((await fixture.call('describeService', { params })).body).toMatchObject({
      status: 'CREATING',
      statusReason: null,
    })
  })

  it.each([
    ['another name', { name: 'other' }, 422, 'name: cannot change; the service is named "echo"'],
    ['another type', { serviceType: 'api' }, 422, 'serviceType: cannot change; the service is of type "web-app"'],
    ['an unknown version', { imageDetails: { imageId: 1, versionId: 999 } }, 400, 'imageDetails: '],
    ['an unknown secret', { parameters: { secrets: ['s'] } }, 400, 'parameters.secrets.0: secret "s" does not exist'],
    ['stickiness of one that scales to zero', { sessionStickiness: true }, 400, 'scaleToZero: cannot be combined with'],
  ])('refuses %s', async (_case, body, status, words) => {
    const params = await created({ scaleToZero: true })
    const answer = await fixture.call('updateService', { params, body })
    expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringContaining(words)])
    expect(await revisions()).toHaveLength(1)
  })

  it('refuses a service that is being deleted, which can be deleted again', async () => {
    const params = await created()
    expect((await fixture.call('deleteService', { params })).body).toEqual({ id: params.serviceId })
    expect((await fixture.call('describeService', { params })).body['status']).toBe('DELETING')
    expect((await fixture.call('deleteService', { params })).status).toBe(202)
    expect((await fixture.call('updateService', { params, body: { title: 'x' } })).status).toBe(409)
  })
})

describe('listing', () => {
  it('names its list by featureType', async () => {
    await create({ name: 'page' })
    await create({ name: 'predict', serviceType: 'api' })
    const services = await fixture.call('listServices', { query: { featureType: 'services' } })
    expect(services.body).toMatchObject({ servicesCount: 2, services: [{ name: 'predict' }, { name: 'page' }] })
    const webapps = await fixture.call('listServices')
    expect(webapps.body).toMatchObject({ webappsCount: 1, webapps: [{ name: 'page' }] })
    const apis = await fixture.call('listServices', { query: { featureType: 'services', serviceType: 'api,shiny' } })
    expect(apis.body).toMatchObject({ services: [{ name: 'predict' }] })
  })
})

describe('testing', () => {
  it('sends the request to the service and answers what came back', async () => {
    const params = await created({ serviceType: 'api' })
    const answer = await fixture.call('testService', {
      params: { serviceName: 'echo' },
      body: { httpMethod: 'post', path: '/predict', payload: { a: 1 } },
    })
    expect(answer.body).toMatchObject({ responseBody: 'hello', responseStatus: 201, responseSize: '5B' })
    expect(calls).toMatchObject([
      { serviceId: params.serviceId, tenantId: fixture.tenant.id, method: 'POST', path: '/predict', body: '{"a":1}' },
    ])
  })

  it('takes nulls for get and /', async () => {
    await create({ serviceType: 'api' })
    const body = { httpMethod: null, path: null, payload: null }
    expect((await fixture.call('testService', { params: { serviceName: 'echo' }, body })).status).toBe(200)
    expect(calls).toMatchObject([{ method: 'GET', path: '/', body: null }])
  })

  it('refuses a web app', async () => {
    await create({ serviceType: 'web-app' })
    const answer = await fixture.call('testService', { params: { serviceName: 'echo' } })
    expect([answer.status, answer.body['detail']]).toEqual([422, expect.stringContaining('web-app')])
    expect(calls).toEqual([])
  })

  it('refuses a path that names a host', async () => {
    await create({ serviceType: 'api' })
    const body = { path: '//example.com/' }
    const answer = await fixture.call('testService', { params: { serviceName: 'echo' }, body })
    expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining('path: ')])
    expect(calls).toEqual([])
  })

  it('says why a service cannot be reached, with a status that clients do not repeat', async () => {
    await create({ serviceType: 'api' })
    reply = { kind: 'unavailable', reason: 'no instance is ready' }
    const answer = await fixture.call('testService', { params: { serviceName: 'echo' } })
    expect([answer.status, answer.body['detail']]).toEqual([
      422,
      expect.stringContaining('CREATING: no instance is ready'),
    ])
  })
})

describe('stopping, starting and restarting', () => {
  const describeIt = async (params: { serviceId: string }) => (await fixture.call('describeService', { params })).body
  const wants = () =>
    fixture.database.db.selectFrom('service').select(['stopped_by', 'min_instances', 'generation']).execute()

  it('keeps a stopped service available, with its state and revision, and starts it again', async () => {
    const params = await created({ minInstances: 2 })
    await deployed('AVAILABLE')
    expect((await fixture.call('stopService', { params })).body).toEqual({ id: params.serviceId })
    expect(await describeIt(params)).toMatchObject({ status: 'AVAILABLE', state: 'stopped', minInstances: 2 })
    expect(await fixture.database.db.selectFrom('work').select('key').execute()).toEqual([{ key: params.serviceId }])
    expect((await fixture.call('stopService', { params })).status).toBe(202)
    const refused = await fixture.call('restartService', { params })
    expect([refused.status, refused.body['detail']]).toEqual([409, expect.stringContaining('start it')])
    expect((await fixture.call('startService', { params })).status).toBe(202)
    expect(await describeIt(params)).toMatchObject({ status: 'AVAILABLE', state: 'running' })
    expect(await revisions()).toHaveLength(1)
  })

  it('leaves a stopped service stopped when it is changed', async () => {
    const params = await created()
    await deployed('AVAILABLE')
    await fixture.call('stopService', { params })
    await fixture.call('updateService', { params, body: { parameters: { env: { A: '2' } } } })
    expect(await describeIt(params)).toMatchObject({ status: 'AVAILABLE', state: 'stopped' })
  })

  it('restarts by a new revision that differs in nothing', async () => {
    const params = await created()
    await deployed('AVAILABLE')
    await fixture.call('restartService', { params })
    const [before, after] = await revisions()
    expect(after).toMatchObject({ revision: 2, status: 'starting', spec: before?.spec })
    expect(await describeIt(params)).toMatchObject({ status: 'DEPLOYING' })
  })

  it('changes the number of instances without a new revision', async () => {
    const params = await created()
    await deployed('AVAILABLE')
    await fixture.call('updateService', { params, body: { minInstances: 2 } })
    expect(await wants()).toMatchObject([{ min_instances: 2, generation: 1 }])
    expect(await fixture.database.db.selectFrom('work').select('key').execute()).toEqual([{ key: params.serviceId }])
  })

  it('changes the longest drain without a new revision, and takes it back', async () => {
    const params = await created({ drainSeconds: 120 })
    await deployed('AVAILABLE')
    const described = async () => (await fixture.call('describeService', { params })).body['drainSeconds']
    await fixture.call('updateService', { params, body: { title: 'x' } })
    expect(await described()).toBe(120)
    await fixture.call('updateService', { params, body: { drainSeconds: null } })
    expect(await described()).toBeNull()
    expect(await revisions()).toHaveLength(1)
  })

  it('changes limits without a new revision, one by one, and takes them back', async () => {
    const params = await created({ limits: { maxBodyBytes: 1_000, requestsPerSecond: 50 } })
    await deployed('AVAILABLE')
    const change = async (limits: Record<string, number | null>) => {
      await fixture.call('updateService', { params, body: { limits } })
      const [route] = await readServiceRoutes(fixture.database.db)
      const described = (await fixture.call('describeService', { params })).body['limits'] as Record<string, unknown>
      return { routed: route?.limits, described }
    }
    const first = await change({ idleTimeoutSeconds: 60, requestsPerSecond: null })
    expect(first.routed).toEqual({
      responseStartTimeoutSeconds: null,
      idleTimeoutSeconds: 60,
      maxBodyBytes: 1_000,
      maxConcurrentRequests: null,
      requestsPerSecond: null,
    })
    expect(first.described).toEqual(first.routed)
    const last = await change({ idleTimeoutSeconds: null, maxBodyBytes: null })
    expect([last.routed, Object.values(last.described)]).toEqual([null, [null, null, null, null, null]])
    expect(await revisions()).toHaveLength(1)
  })

  it.each(['stopService', 'startService', 'restartService'] as const)(
    '%s refuses what is being deleted',
    async (id) => {
      const params = await created()
      await fixture.call('deleteService', { params })
      expect((await fixture.call(id, { params })).status).toBe(409)
    },
  )
})
