import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '@cairn/testkit'
import { aRoute, GatewayRig } from './gateway-rig.ts'

let rig: GatewayRig
beforeEach(async () => {
  rig = await new GatewayRig().open()
})
afterEach(() => rig.close())

describe('the host', () => {
  test.each(['app.localhost:7420', 'APP.localhost', 'app.localhost.:9', 'app.LOCALHOST.'])(
    '%s leads to the service',
    async (host) => {
      await rig.serve((_request, response) => response.end('hello'))
      expect(await rig.ask({ host })).toMatchObject({ status: 200, body: 'hello' })
    },
  )

  test('with a tenant in it leads to the service of that tenant only', async () => {
    const { instance } = await rig.app((_request, response) => response.end('acme'))
    await rig.setRoutes(aRoute({ tenantId: 't-2', tenantName: 'acme', instances: [instance] }))
    expect(await rig.ask({ host: 'app--acme.localhost' })).toMatchObject({ body: 'acme' })
    expect(await rig.ask({ host: 'app.localhost' })).toMatchObject({ status: 404 })
  })

  test('of another tenant is not reached by a token of the own one, nor by two hosts in one request', async () => {
    const asked: string[] = []
    const { instance } = await rig.app((request, response) => response.end(asked.push(request.url ?? '').toString()))
    rig.tokens.set('right', { tenantId: 't-1', userEmail: 'ann@example.com' })
    const own = aRoute({ access: 'private', instances: [instance] })
    await rig.setRoutes(own, { ...own, serviceId: 'id-theirs', tenantId: 't-2', tenantName: 'acme' })
    const headers = { authorization: 'right', 'x-forwarded-host': 'app.localhost', forwarded: 'host=app.localhost' }
    expect((await rig.ask({ host: 'app--acme.localhost', headers })).status).toBe(404)
    const two = 'GET / HTTP/1.1\r\nHost: app.localhost\r\nHost: app--acme.localhost\r\nAuthorization: right\r\n\r\n'
    expect(await rig.raw(two)).toMatch(/^HTTP\/1\.1 400 /)
    const absolute = 'GET http://app--acme.localhost/ HTTP/1.1\r\nHost: app.localhost\r\nAuthorization: right\r\n\r\n'
    expect(await rig.raw(absolute)).toMatch(/^HTTP\/1\.1 400 /)
    expect(asked).toEqual([])
  })

  test('decides whether a request is for the gateway', () => {
    expect(rig.gateway.matches('app.localhost:7420')).toBe(true)
    expect(rig.gateway.matches('a.b.localhost')).toBe(true)
    expect(rig.gateway.matches('localhost:7420')).toBe(false)
    expect(rig.gateway.matches('127.0.0.1:7420')).toBe(false)
    expect(rig.gateway.matches(undefined)).toBe(false)
  })

  test('of no service is answered with 404: JSON, or a page for browsers that does not repeat what was sent as markup', async () => {
    await rig.setRoutes()
    const json = await rig.ask({ host: 'nope.localhost' })
    expect(json.status).toBe(404)
    expect(JSON.parse(json.body)).toMatchObject({ code: 'not_found', message: 'no service answers at nope.localhost' })
    const page = await rig.ask({ host: '<b>.localhost', headers: { accept: 'text/html' } })
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.body).toContain('&lt;b&gt;.localhost')
    expect(page.body).not.toContain('<b>')
  })

  test('is not called unknown before the routes were read', async () => {
    const early = await new GatewayRig({ isAway: true }).open()
    const answer = await early.ask()
    await early.close()
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  })
})

describe('a service without a ready instance', () => {
  test('is answered with 503, its status and its reason', async () => {
    await rig.setRoutes(aRoute({ status: 'CREATING', statusReason: 'GET /health answered 500' }))
    const answer = await rig.ask()
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
    expect(JSON.parse(answer.body)).toMatchObject({
      message: 'service "app" has no ready instance, its status is CREATING: GET /health answered 500',
    })
    expect((await rig.ask({ method: 'HEAD' })).body).toBe('')
  })
})

describe('instances', () => {
  test('share the requests by load', async () => {
    const held: (() => void)[] = []
    const hold = await rig.app((_request, response) => void held.push(() => response.end('held')))
    const free = await rig.app((_request, response) => response.end('free'))
    await rig.setRoutes(aRoute({ instances: [hold.instance, free.instance] }))
    const first = Array.from({ length: 10 }, () => rig.ask())
    await eventually(() => expect(held.length).toBeGreaterThan(0))
    const bodies = await Promise.all(Array.from({ length: 5 }, () => rig.ask().then((answer) => answer.body)))
    expect(bodies).toEqual(['free', 'free', 'free', 'free', 'free'])
    for (const release of held) release()
    await Promise.all(first)
  })

  test('are reached over kept connections', async () => {
    let connections = 0
    const { server, instance } = await rig.app((_request, response) => response.end('x'))
    server.on('connection', () => (connections += 1))
    await rig.setRoutes(aRoute({ instances: [instance] }))
    for (let count = 0; count < 20; count += 1) await rig.ask()
    expect(connections).toBeLessThan(4)
  })

  test('that refuse connections are passed over, also for a request with a body', async () => {
    const gone = await rig.app(() => undefined)
    await new Promise((resolve) => gone.server.close(resolve))
    const { instance } = await rig.app((request, response) => void request.pipe(response))
    await rig.setRoutes(aRoute({ instances: [gone.instance, instance] }))
    for (const body of ['one', 'two', 'three', 'four']) {
      expect(await rig.ask({ method: 'POST', body })).toMatchObject({ status: 200, body })
    }
  })

  test('that all refuse connections are answered with 503', async () => {
    const gone = await rig.app(() => undefined)
    await new Promise((resolve) => gone.server.close(resolve))
    await rig.setRoutes(aRoute({ instances: [gone.instance] }))
    expect(await rig.ask({ method: 'POST', body: 'x' })).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
  })

  test('that closed after they were asked are not asked again', async () => {
    let asked = 0
    const listener = (request: { socket: { destroy(): unknown } }): void => {
      asked += 1
      request.socket.destroy()
    }
    const [one, two] = [await rig.app(listener), await rig.app(listener)]
    await rig.setRoutes(aRoute({ instances: [one.instance, two.instance] }))
    expect((await rig.ask()).status).toBe(502)
    expect(asked).toBe(1)
  })

  test('that leave the routes finish what they have and get nothing new', async () => {
    const held: (() => void)[] = []
    const old = await rig.app((_request, response) => void held.push(() => response.end('old')))
    await rig.setRoutes(aRoute({ instances: [old.instance] }))
    const first = rig.ask()
    await eventually(() => expect(held).toHaveLength(1))
    const next = await rig.app((_request, response) => response.end('new'))
    await rig.setRoutes(aRoute({ instances: [next.instance] }))
    expect((await rig.ask()).body).toBe('new')
    held[0]?.()
    expect((await first).body).toBe('old')
  })
})

describe('the route table', () => {
  test('is read again on a hint', async () => {
    await rig.setRoutes()
    const { instance } = await rig.app((_request, response) => response.end('x'))
    rig.source.routes = [aRoute({ instances: [instance] })]
    rig.source.hint()
    await eventually(async () => expect((await rig.ask()).status).toBe(200))
  })

  test('stays in use while the database is away', async () => {
    await rig.serve((_request, response) => response.end('still here'))
    rig.source.isAway = true
    await rig.routes.refresh()
    expect(await rig.ask()).toMatchObject({ status: 200, body: 'still here' })
  })

  test('is read once more when a hint comes during a read', async () => {
    await rig.setRoutes()
    const before = rig.source.reads
    await Promise.all([rig.routes.refresh(), rig.routes.refresh(), rig.routes.refresh()])
    expect(rig.source.reads - before).toBe(2)
  })
})

test('every request is counted once, with its service and status', async () => {
  await rig.serve((_request, response) => response.writeHead(201).end())
  await rig.ask()
  await rig.ask({ host: 'nope.localhost' })
  await eventually(() => expect(rig.served).toHaveLength(2))
  expect(rig.served).toMatchObject([
    { kind: 'request', status: 201, route: { serviceId: 'id-app' } },
    { kind: 'request', status: 404, route: null },
  ])
})
