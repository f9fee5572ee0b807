import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createStickySessions } from '../src/sessions/sticky-sessions.ts'
import { type Answer, type App, aRoute, GatewayRig } from './gateway-rig.ts'

let rig: GatewayRig
let asked: { name: string; cookie: string | undefined }[] = []
beforeEach(async () => {
  asked = []
  rig = await new GatewayRig().open()
})
afterEach(() => rig.close())

async function instance(name: string) {
  const app: App = (request, response) => {
    asked.push({ name, cookie: request.headers.cookie })
    response.setHeader('set-cookie', ['own=1', 'cairn-session=planted', '__Host-cairn-session=planted; Path=/'])
    response.end(name)
  }
  return (await rig.app(app, name)).instance
}

const cookieOf = (answer: Answer): string =>
  (answer.headers['set-cookie'] ?? []).find((field) => field.startsWith('cairn-session='))?.split(';')[0] ?? ''
const ask = (cookie: string) => rig.ask(cookie === '' ? {} : { headers: { cookie } })

describe('a sticky service', () => {
  test('keeps a browser on its instance by a cookie that neither the app sees nor scripts', async () => {
    await rig.setRoutes(aRoute({ isSticky: true, instances: [await instance('a'), await instance('b')] }))
    const first = await ask('')
    const set = first.headers['set-cookie'] ?? []
    expect(set).toHaveLength(2)
    expect(set[0]).toBe('own=1')
    expect(set[1]).toMatch(/^cairn-session=[\w-]+~[ab]~[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    for (let turn = 0; turn < 6; turn += 1) {
      const next = await ask(`own=1; ${cookieOf(first)}; other=2`)
      expect(next.body).toBe(first.body)
      expect(next.headers['set-cookie']).toEqual(['own=1'])
    }
    expect(asked.at(-1)?.cookie).toBe('own=1; other=2')
    await eventually(() => expect(rig.reports.written.at(-1)).toMatchObject({ liveSessions: 1, workload: first.body }))
  })

  test('keeps a session on its instance through a redeploy until the instance is gone', async () => {
    const [old, fresh] = [await instance('old'), await instance('new')]
    await rig.setRoutes(aRoute({ isSticky: true, instances: [old] }))
    const cookie = cookieOf(await ask(''))
    await rig.setRoutes(aRoute({ isSticky: true, instances: [fresh], draining: [old] }))
    expect((await ask(cookie)).body).toBe('old')
    expect((await ask('')).body).toBe('new')
    await rig.setRoutes(aRoute({ isSticky: true, instances: [fresh] }))
    const moved = await ask(cookie)
    expect(moved.body).toBe('new')
    // The session goes on under its name.
    expect(cookieOf(moved).split('~')[0]).toBe(cookie.split('~')[0])
    expect(cookieOf(await ask(cookieOf(moved)))).toBe('')
  })

  test('that is not sticky any more lets a session go on where it began, and begins no other', async () => {
    const [old, fresh] = [await instance('old'), await instance('new')]
    await rig.setRoutes(aRoute({ isSticky: true, instances: [old] }))
    const cookie = cookieOf(await ask(''))
    await rig.setRoutes(aRoute({ isSticky: false, instances: [fresh], draining: [old] }))
    expect((await ask(cookie)).body).toBe('old')
    const newcomer = await ask('')
    expect([newcomer.body, cookieOf(newcomer)]).toEqual(['new', ''])
    await rig.setRoutes(aRoute({ isSticky: false, instances: [fresh] }))
    expect((await ask(cookie)).body).toBe('new')
  })

  test('moves a session when its instance refuses connections', async () => {
    const [gone, other] = [await rig.app(() => undefined, 'gone'), await instance('other')]
    await rig.setRoutes(aRoute({ isSticky: true, instances: [gone.instance, other] }))
    gone.server.close()
    const sessions = createStickySessions(Buffer.alloc(32, 7), 'http')
    const [cookie = ''] = sessions.bind(null, 'gone', 'id-app').split(';')
    const answer = await ask(cookie)
    expect(answer.body).toBe('other')
    expect(cookieOf(answer)).toContain('~other~')
  })

  test.each([
    ['forged', 'cairn-session=s~a~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['of another installation', createStickySessions(Buffer.alloc(32, 8), 'http').bind('s', 'a', 'id-app')],
    ['of another service', createStickySessions(Buffer.alloc(32, 7), 'http').bind('s', 'a', 'id-other')],
    ['of no form', 'cairn-session=~~~'],
  ])('takes no notice of a cookie that is %s', async (_what, cookie) => {
    await rig.setRoutes(aRoute({ isSticky: true, instances: [await instance('a'), await instance('b')] }))
    const [value = ''] = cookie.split(';')
    const bodies = [(await ask(value)).body, (await ask(value)).body]
    expect(bodies.toSorted()).toEqual(['a', 'b'])
    await eventually(() => expect(rig.reports.written.length).toBeGreaterThan(0))
    expect(rig.reports.written.every((report) => report.liveSessions === 0)).toBe(true)
  })

  test('binds a WebSocket too', async () => {
    const upgrades: string[] = []
    const sockets = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const { server, instance: made } = await rig.app(() => undefined, name)
        server.on('upgrade', (request, socket) => {
          upgrades.push(`${name} ${request.headers.cookie ?? 'none'}`)
          socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
        })
        return made
      }),
    )
    await rig.setRoutes(aRoute({ isSticky: true, instances: sockets }))
    const open = (cookie: string) =>
      rig.raw(
        `GET / HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: x=1; ${cookie}\r\n\r\n`,
      )
    const [cookie = ''] = /cairn-session=[^;]+/.exec(await open('y=2')) ?? []
    const name = cookie.split('~')[1] ?? ''
    for (let turn = 0; turn < 3; turn += 1) expect(await open(cookie)).not.toContain('cairn-session')
    expect(upgrades.slice(1)).toEqual(Array.from({ length: 3 }, () => `${name} x=1`))
  })
})

test('a service that is not sticky gets no cookie, and still cannot set the cookie of the gateway', async () => {
  await rig.setRoutes(aRoute({ instances: [await instance('a')] }))
  expect((await ask('')).headers['set-cookie']).toEqual(['own=1'])
})

test('under https the cookie is for https and for this very host alone', () => {
  const cookie = createStickySessions(Buffer.alloc(32, 7), 'https').bind(null, 'a', 'id')
  expect(cookie).toMatch(/^__Host-cairn-session=\S+; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  expect(cookie).not.toMatch(/domain/i)
})
