import { request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { noRequestLimits } from '@cairn/domain'
import { eventually } from '@cairn/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { aRoute, GatewayRig, readAll } from './gateway-rig.ts'

let rig: GatewayRig
afterEach(() => rig.close())

/** Times are looked at every 50 ms. */
async function open(isPlain: boolean): Promise<void> {
  rig = await new GatewayRig({ isPlain, times: { connectMs: 2_000, headMs: 200 } }).open()
}

const limits = (change: Partial<typeof noRequestLimits>) => ({ limits: { ...noRequestLimits, ...change } })

/** Two services behind the same app; only `app` is limited. */
async function serve(
  app: (request: IncomingMessage, response: ServerResponse) => unknown,
  change: Partial<typeof noRequestLimits>,
): Promise<void> {
  const [limited, free] = [await rig.app(app), await rig.app(app)]
  await rig.setRoutes(
    aRoute({ instances: [limited.instance], ...limits(change) }),
    aRoute({ serviceName: 'free', instances: [free.instance] }),
  )
}

const free = 'free.localhost:7420'
const seconds = (ms: number): number => ms / 1000

/** Every limit holds in both ways through the gateway. */
describe.each([
  ['past the parser of Node', true],
  ['through the parser of Node', false],
])('a service with limits, %s', (_way, isPlain) => {
  test('refuses a body that is announced too large before the app sees it, and no other service does', async () => {
    await open(isPlain)
    let seen = 0
    await serve(
      async (request, response) => {
        seen += 1
        response.end(String((await readAll(request)).length))
      },
      { maxBodyBytes: 4 },
    )
    const refused = await rig.ask({ method: 'POST', body: 'large' })
    expect([refused.status, seen]).toEqual([413, 0])
    expect(JSON.parse(refused.body)).toMatchObject({
      code: 'payload_too_large',
      message: 'service "app" takes bodies of at most 4 bytes (limits.maxBodyBytes)',
    })
    expect((await rig.ask({ method: 'POST', body: 'fits' })).body).toBe('4')
    expect((await rig.ask({ method: 'POST', body: 'large', host: free })).body).toBe('5')
  })

  test('answers 504 that names the limit when no answer begins, and no other service does', async () => {
    await open(isPlain)
    const held: ServerResponse[] = []
    await serve((_request, response) => held.push(response), { responseStartTimeoutSeconds: seconds(60) })
    const slow = rig.ask({ host: free })
    const late = await rig.ask()
    expect([late.status, JSON.parse(late.body)]).toMatchObject([
      504,
      { message: expect.stringContaining('within 0.06 s (limits.responseStartTimeoutSeconds)') as string },
    ])
    expect(JSON.parse((await slow).body)).toMatchObject({ message: expect.stringContaining('within 0.2 s') as string })
  })

  test('closes an answer that stands still, and leaves one that moves', async () => {
    await open(isPlain)
    let isOver = false
    await serve(
      (request, response) => {
        response.write('begun')
        if (request.url !== '/moves') return
        const timer = setInterval(() => (isOver ? response.end() : response.write('.')), 20)
        response.once('close', () => clearInterval(timer))
      },
      { idleTimeoutSeconds: seconds(200) },
    )
    const moving = rig.ask({ path: '/moves' })
    await expect(rig.ask({ path: '/stands' })).rejects.toThrow('aborted')
    isOver = true
    expect((await moving).body).toMatch(/^begun\.+$/)
  })

  test('answers so many requests at a time, says when to come back, and forgets those that ended', async () => {
    await open(isPlain)
    const held: ServerResponse[] = []
    await serve((_request, response) => held.push(response), { maxConcurrentRequests: 2 })
    const open2 = [rig.ask(), rig.ask()]
    await eventually(() => expect(held).toHaveLength(2))
    const refused = await rig.ask()
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
    expect(refused.body).toContain('answers 2 requests at a time already (limits.maxConcurrentRequests)')
    const other = rig.ask({ host: free })
    await eventually(() => expect(held).toHaveLength(3))
    for (const response of held) response.end('done')
    expect((await Promise.all([...open2, other])).map(({ status }) => status)).toEqual([200, 200, 200])
    const next = rig.ask()
    await eventually(() => expect(held).toHaveLength(4))
    held[3]?.end()
    expect((await next).status).toBe(200)
  })

  test('answers 429 beyond its rate until tokens have come back, and no other service does', async () => {
    await open(isPlain)
    await serve((_request, response) => response.end(), { requestsPerSecond: 2 })
    const statuses = async (host?: string): Promise<number[]> => {
      const found: number[] = []
      for (let index = 0; index < 3; index += 1) found.push((await rig.ask(host === undefined ? {} : { host })).status)
      return found
    }
    expect(await statuses()).toEqual([200, 200, 429])
    expect(await statuses(free)).toEqual([200, 200, 200])
    rig.clock.advance(500)
    expect(await statuses()).toEqual([200, 429, 429])
  })

  test('has new limits for the next request, while others flow', async () => {
    await open(isPlain)
    const { instance } = await rig.app(async (request, response) =>
      response.end(String((await readAll(request)).length)),
    )
    const route = aRoute({ instances: [instance] })
    await rig.setRoutes(route)
    const statuses: number[] = []
    const over = new AbortController()
    const flow = (async () => {
      while (!over.signal.aborted) statuses.push((await rig.ask({ method: 'POST', body: 'body' })).status)
    })()
    await eventually(() => expect(statuses).toContain(200))
    await rig.setRoutes({ ...route, ...limits({ maxBodyBytes: 1 }) })
    await eventually(() => expect(statuses.at(-1)).toBe(413))
    await rig.setRoutes(route)
    await eventually(() => expect(statuses.at(-1)).toBe(200))
    over.abort()
    await flow
    expect(new Set(statuses)).toEqual(new Set([200, 413]))
  })
})

test('a chunked body is refused as soon as it has grown too large, and the instance loses its connection', async () => {
  await open(true)
  let received = 0
  let isCut = false
  await rig.serve(
    (request) => {
      request.on('data', (chunk: Buffer) => (received += chunk.length))
      request.on('error', () => (isCut = true))
    },
    limits({ maxBodyBytes: 100_000, responseStartTimeoutSeconds: 60 }),
  )
  const request = sendRequest({
    host: '127.0.0.1',
    port: rig.port,
    method: 'POST',
    agent: false,
    headers: { host: 'app.localhost', 'transfer-encoding': 'chunked' },
  })
  request.on('error', () => undefined)
  const answer = new Promise<IncomingMessage>((resolve) => request.once('response', resolve))
  const timer = setInterval(() => request.write(Buffer.alloc(30_000)), 1)
  const response = await answer
  // The client is still sending; it reads the whole answer.
  expect([response.statusCode, (await readAll(response)).toString()]).toEqual([
    413,
    expect.stringContaining('limits.maxBodyBytes'),
  ])
  clearInterval(timer)
  request.destroy()
  await eventually(() => expect(isCut).toBe(true))
  expect(received).toBeLessThanOrEqual(100_000)
  await eventually(() => expect(rig.served.at(-1)?.status).toBe(413))
})

test('a body of 200 MB that is announced too large is not read to its end, and the client gets its 413', async () => {
  await open(true)
  await rig.serve((_request, response) => response.end(), limits({ maxBodyBytes: 1_000 }))
  const socket = rig.connect()
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.on('error', () => undefined)
  socket.write('POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 200000000\r\n\r\n')
  socket.write(Buffer.alloc(1_000_000))
  await eventually(() => expect(text).toMatch(/^HTTP\/1\.1 413 [^]*limits\.maxBodyBytes/))
})
