import { once } from 'node:events'
import { request as sendRequest } from 'node:http'
import type { RouteSleep } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { type App, aRoute, GatewayRig } from './gateway-rig.ts'

let rig = new GatewayRig()
afterEach(async () => {
  await rig.close()
})

const rests = (change: Partial<RouteSleep> = {}): RouteSleep => ({
  tier: 'frozen',
  wakes: 0,
  failure: null,
  instances: [],
  ...change,
})

/** A service that rests, and its instance, which is there all the time. */
async function resting(app: App, limits: Partial<ConstructorParameters<typeof GatewayRig>[0]> = {}) {
  rig = await new GatewayRig(limits).open()
  const { instance } = await rig.app(app)
  await rig.setRoutes(aRoute({ sleep: rests() }))
  const causes: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  rig.wake = async (_route, cause) => {
    causes.push(cause)
    await promise
    return { kind: 'awake', wakes: 1, instances: [instance] }
  }
  return { instance, causes, thaw: resolve }
}

const hello: App = (_request, response) => response.end('hello')

describe('a service that rests', () => {
  test('is woken once for 500 requests, which all are answered', async () => {
    const { causes, thaw } = await resting(hello)
    const answers = Promise.all(Array.from({ length: 500 }, () => rig.ask({ path: '/report?secret=1' })))
    await eventually(() => expect(causes).toEqual(['GET /report']))
    thaw()
    expect(new Set((await answers).map(({ status, body }) => `${status} ${body}`))).toEqual(new Set(['200 hello']))
    expect(causes).toHaveLength(1)
  })

  test('is known to be awake before the routes say so, and is woken again for the next sleep', async () => {
    const { causes, thaw, instance } = await resting(hello)
    thaw()
    await rig.ask()
    await rig.setRoutes(aRoute({ sleep: rests({ tier: 'waking', wakes: 1 }) }))
    expect((await rig.ask()).body).toBe('hello')
    expect(causes).toHaveLength(1)
    await rig.setRoutes(aRoute({ instances: [instance] }))
    await rig.setRoutes(aRoute({ sleep: rests({ wakes: 1 }) }))
    expect((await rig.ask()).body).toBe('hello')
    expect(causes).toHaveLength(2)
  })

  test('is waited for until routes name an instance, when engines are elsewhere', async () => {
    const { instance } = await resting(hello)
    rig.wake = () => Promise.resolve({ kind: 'asked', wakes: 1 })
    const answer = rig.ask()
    await eventually(() => expect(rig.source.reads).toBeGreaterThan(2))
    await rig.setRoutes(aRoute({ sleep: rests({ tier: 'waking', wakes: 1 }) }))
    await rig.setRoutes(aRoute({ instances: [instance] }))
    expect((await answer).status).toBe(200)
  })

  test('wakes for a WebSocket', async () => {
    const { server } = await (async () => {
      const { thaw, instance } = await resting(hello)
      thaw()
      return { server: instance }
    })()
    expect(server.port).toBeGreaterThan(0)
    const request = sendRequest({
      host: '127.0.0.1',
      port: rig.port,
      agent: false,
      headers: { host: 'app.localhost:7420', connection: 'Upgrade', upgrade: 'websocket' },
    })
    request.end()
    const [answer] = await once(request, 'response')
    // The app is none of WebSockets; its answer shows that it was reached.
    expect(answer.statusCode).toBe(200)
    answer.destroy()
  })

  test('is not woken by probes and crawlers, which are told so', async () => {
    const { causes } = await resting(hello)
    const answer = await rig.ask({ headers: { 'user-agent': 'kube-probe/1.31' } })
    expect(answer.status).toBe(503)
    expect(answer.body).toContain('probes and crawlers do not wake it')
    expect(causes).toEqual([])
  })

  test('is woken for what was sent before the gateway knew', async () => {
    const { causes, instance } = await resting((_request, response) => setTimeout(() => response.end('late'), 300))
    await rig.setRoutes(aRoute({ instances: [instance] }))
    const answer = rig.ask()
    await eventually(() => expect(rig.traffic.loadOf(instance.name)).toBe(1))
    await rig.setRoutes(aRoute({ sleep: rests({ instances: [instance] }) }))
    expect(causes).toEqual(['a request that had begun'])
    expect((await answer).body).toBe('late')
  })
})

describe('a wake that fails', () => {
  test('answers everybody 503 with the reason', async () => {
    await resting(hello)
    rig.wake = () => Promise.resolve({ kind: 'asked', wakes: 1 })
    const answers = Promise.all([rig.ask(), rig.ask()])
    await eventually(() => expect(rig.source.reads).toBeGreaterThan(2))
    const failure = 'the container exited with code 3; last log line: boom'
    await rig.setRoutes(aRoute({ sleep: rests({ tier: 'waking', wakes: 1, failure }) }))
    for (const { status, body } of await answers) {
      expect(status).toBe(503)
      expect(JSON.parse(body).message).toContain('last log line: boom')
    }
  })

  test('answers 503 when the database is away, and is tried again by the next request', async () => {
    const { instance } = await resting(hello)
    rig.wake = () => Promise.reject(new Error('away'))
    expect((await rig.ask()).status).toBe(503)
    rig.wake = () => Promise.resolve({ kind: 'awake', wakes: 1, instances: [instance] })
    expect((await rig.ask()).status).toBe(200)
  })

  test('answers 503 when it takes too long', async () => {
    await resting(hello, { wakeLimits: { waitMs: 50, mostWaiting: 10 } })
    const answer = await rig.ask()
    expect(answer.status).toBe(503)
    expect(answer.body).toContain('not ready within 0.05 s')
  })
})

test('no more requests wait than may, and those whose client leaves make room', async () => {
  const { causes, thaw } = await resting(hello, { wakeLimits: { waitMs: 10_000, mostWaiting: 2 } })
  const first = rig.connect()
  const second = rig.connect()
  for (const socket of [first, second]) socket.write('GET / HTTP/1.1\r\nHost: app.localhost:7420\r\n\r\n')
  await eventually(async () => expect((await rig.ask()).body).toContain('2 requests wait for it already'))
  first.destroy()
  await eventually(() => expect(rig.served.filter(({ status }) => status === 499)).toHaveLength(1))
  const third = rig.ask()
  await eventually(async () => expect((await rig.ask()).status).toBe(503))
  thaw()
  expect((await third).status).toBe(200)
  expect(causes).toHaveLength(1)
})

test('a person sees a page after a while, and it asks again', async () => {
  const { thaw } = await resting(hello)
  const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
  const answer = await rig.ask({ headers })
  expect(answer.status).toBe(503)
  expect(answer.body).toContain('http-equiv="refresh"')
  thaw()
  expect((await rig.ask({ headers })).body).toBe('hello')
})
