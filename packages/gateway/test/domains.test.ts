/** Services that answer under domains of their own. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aRoute, GatewayRig } from './gateway-rig.ts'

let rig: GatewayRig
/** Requests that Node's parser read. */
let odd = 0
beforeEach(async () => {
  rig = await new GatewayRig().open()
  odd = 0
  rig.server.on('request', () => (odd += 1))
})
afterEach(() => rig.close())

const domains = ['forecast.example.com']

test.each(['forecast.example.com', 'FORECAST.example.com:8443', 'forecast.example.com.'])(
  '%s leads to the service, on the plain path and on the other, which tell it the host',
  async (host) => {
    await rig.serve((request, response) => response.end(request.headers['x-forwarded-host']), { domains })
    expect(rig.gateway.matches(host)).toBe(true)
    const plain = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    expect(await rig.raw(plain)).toMatch(new RegExp(`\r\n\r\n${host}$`))
    expect(odd).toBe(0)
    const odder = `GET / HTTP/1.1\r\nHost: ${host}\r\nExpect: x\r\nConnection: close\r\n\r\n`
    expect(
      await rig.raw(odder.replace('Expect: x\r\n', 'Transfer-Encoding: chunked\r\n').replace(/\r\n$/, '\r\n0\r\n\r\n')),
    ).toContain(host)
    expect(odd).toBe(1)
  },
)

test.each(['example.com', 'a.forecast.example.com', 'forecast.example.com.evil.test', 'xforecast.example.com'])(
  '%s is not the domain, and not for the gateway',
  async (host) => {
    await rig.serve((_request, response) => response.end('service'), { domains })
    expect(rig.gateway.matches(host)).toBe(false)
  },
)

test('the host of Cairn itself, and hosts below its domain, stay what they are whatever a row says', async () => {
  const taken = ['cairn.test', 'localhost', 'other.localhost']
  await rig.serve((_request, response) => response.end('taken'), { domains: taken })
  expect(rig.gateway.matches('cairn.test:7420')).toBe(false)
  expect(rig.gateway.matches('localhost:7420')).toBe(false)
  expect((await rig.ask({ host: 'other.localhost' })).status).toBe(404)
})

test('a private service asks for sign-in under its domain as well, and a token of another tenant learns nothing', async () => {
  await rig.serve((_request, response) => response.end('secret'), {
    domains,
    access: 'private',
    serviceType: 'web-app',
  })
  rig.tokens.set('right', { tenantId: 't-1', userEmail: 'ann@example.com' })
  rig.tokens.set('foreign', { tenantId: 't-2', userEmail: 'eve@example.com' })
  const ask = (headers: Record<string, string>) => rig.ask({ host: 'forecast.example.com', headers })
  expect((await ask({})).status).toBe(401)
  expect((await ask({ authorization: 'foreign' })).status).toBe(404)
  expect(await ask({ authorization: 'right' })).toMatchObject({ status: 200, body: 'secret' })
  const asked = await ask({ accept: 'text/html' })
  expect(new URL(asked.headers.location ?? '').searchParams.get('domain')).toBe('forecast.example.com')
})

test('a domain that was taken away from one service and given to another leads there from the next table on', async () => {
  const [one, two] = [await rig.app((_q, r) => r.end('one')), await rig.app((_q, r) => r.end('two'))]
  const routes = (of: 'one' | 'two') => [
    aRoute({ serviceName: 'one', instances: [one.instance], domains: of === 'one' ? domains : [] }),
    aRoute({ serviceName: 'two', instances: [two.instance], domains: of === 'two' ? domains : [] }),
  ]
  await rig.setRoutes(...routes('one'))
  expect((await rig.ask({ host: 'forecast.example.com' })).body).toBe('one')
  await rig.setRoutes(...routes('two'))
  expect((await rig.ask({ host: 'forecast.example.com' })).body).toBe('two')
  rig.source.isAway = true
  await rig.routes.refresh()
  expect((await rig.ask({ host: 'forecast.example.com' })).body).toBe('two')
})
