import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, makeImage, textIn } from './api-fixture.ts'

let fixture: ApiFixture
let serviceId: string
beforeEach(async () => {
  fixture = await createApiFixture()
  const { imageId } = await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })
  const made = await fixture.call('createService', { body: { name: 'echo', imageDetails: { imageId } } })
  serviceId = textIn(made, 'id')
})
afterEach(() => fixture.close())

const add = (domain: string): Promise<Answer> =>
  fixture.call('addServiceDomain', { params: { serviceId }, body: { domain } })
const list = async () => (await fixture.call('listServiceDomains', { params: { serviceId } })).body
const due = () => fixture.database.db.selectFrom('work').select('key').where('kind', '=', 'domain').execute()

it('adds a domain with the record that proves it, and has the engine look', async () => {
  const added = await add('Forecast.Example.com.')
  expect(added.status).toBe(201)
  expect(added.body).toMatchObject({
    domain: 'forecast.example.com',
    status: 'pending',
    url: 'http://forecast.example.com:7420',
    record: {
      type: 'TXT',
      name: '_cairn.forecast.example.com',
      value: expect.stringMatching(/^cairn-domain=[\w-]{32}$/),
    },
    checkedAt: null,
    verifiedAt: null,
  })
  expect(await list()).toEqual({ domains: [added.body], domainsCount: 1 })
  expect(await due()).toHaveLength(1)
  const again = await add('forecast.example.com')
  expect([again.status, again.body['detail']]).toEqual([
    409,
    'service "echo" has the domain forecast.example.com already',
  ])
})

it.each([
  ['localhost', 'must be a host name'],
  ['https://example.com', 'must be a host name'],
  ['x.localhost', 'must not be a host of Cairn itself'],
  ['cairn.example', 'must not be a host of Cairn itself'],
])('refuses %s', async (domain, rule) => {
  const refused = await add(domain)
  expect([refused.status, refused.body['detail']]).toEqual([400, expect.stringContaining(`domain: ${rule}`)])
  expect(await due()).toEqual([])
})

it('lets the same domain be claimed for several services, as only a proof decides, but not more than 20 for one', async () => {
  const { token } = fixture.otherTenant
  await add('forecast.example.com')
  const theirs = await makeImage(fixture, { name: 'img', engineImageId: 'sha256:2', tenantId: fixture.otherTenant.id })
  const made = await fixture.call('createService', {
    token,
    body: { name: 'echo', imageDetails: { imageId: theirs.imageId } },
  })
  const params = { serviceId: textIn(made, 'id') }
  const claimed = await fixture.call('addServiceDomain', { token, params, body: { domain: 'forecast.example.com' } })
  expect(claimed.status).toBe(201)
  for (let at = 1; at < 20; at += 1) expect((await add(`a${at}.example.com`)).status).toBe(201)
  const refused = await add('a20.example.com')
  expect([refused.status, refused.body['detail']]).toEqual([409, expect.stringContaining('20 domains')])
})

it('looks at a proof again, and takes a domain away', async () => {
  await add('bücher.example')
  await fixture.database.db.updateTable('service_domain').set({ status: 'failed' }).execute()
  const params = { serviceId, domain: 'xn--bcher-kva.example' }
  const asked = await fixture.call('verifyServiceDomain', { params })
  expect([asked.status, asked.body['status']]).toEqual([202, 'pending'])
  expect((await fixture.call('removeServiceDomain', { params })).status).toBe(200)
  expect(await list()).toEqual({ domains: [], domainsCount: 0 })
  expect((await fixture.call('removeServiceDomain', { params })).status).toBe(404)
  expect((await fixture.call('verifyServiceDomain', { params })).status).toBe(404)
})
