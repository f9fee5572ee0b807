import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { noRequestLimits } from '@cairn/domain'
import type { ServiceRoute } from '@cairn/store'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aRoute, GatewayRig, portOf } from './gateway-rig.ts'

let rig: GatewayRig
let requests: { url: string; headers: Record<string, unknown> }[] = []
let upstreamSockets: Socket[] = []
beforeEach(async () => {
  rig = await new GatewayRig().open()
  requests = []
  upstreamSockets = []
})
afterEach(() => rig.close())

const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')

/** An app that accepts WebSockets at /ws and returns every byte; elsewhere it refuses with 403. */
async function echoApp(access: 'public' | 'private' = 'public', limits: ServiceRoute['limits'] = null): Promise<void> {
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers })
    response.end('plain')
  })
  server.on('upgrade', (request, socket: Socket, head) => {
    requests.push({ url: request.url ?? '', headers: request.headers })
    upstreamSockets.push(socket)
    socket.on('error', () => undefined)
    if (request.url !== '/ws') {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
      return
    }
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nhello `,
    )
    socket.write(head)
    socket.pipe(socket)
  })
  await rig.own(server)
  await rig.setRoutes(aRoute({ access, limits, instances: [{ name: 'w', host: '127.0.0.1', port: portOf(server) }] }))
}

function open(path: string, fields = '', upgrade = 'websocket') {
  const socket = rig.connect()
  const received = { text: '', isClosed: false }
  socket.on('data', (chunk: Buffer) => (received.text += chunk.toString('latin1')))
  socket.on('close', () => (received.isClosed = true))
  socket.on('error', () => undefined)
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n${fields}\r\n`,
  )
  return { socket, received }
}

describe('a WebSocket', () => {
  test('on which nothing moves for longer than its service allows is closed on both sides', async () => {
    await echoApp('public', { ...noRequestLimits, idleTimeoutSeconds: 0.1 })
    const { received } = open('/ws')
    await eventually(() => expect(received.text).toContain('hello'))
    await eventually(() => expect([received.isClosed, upstreamSockets[0]?.destroyed]).toEqual([true, true]))
  })

  test('is joined with the app: both ways, and what was sent with the head', async () => {
    await echoApp()
    const { socket, received } = open('/ws')
    await eventually(() => expect(received.text).toMatch(/hello $/))
    expect(received.text).toMatch(/^HTTP\/1\.1 101 /)
    expect(received.text).toContain(accept)
    socket.write('ping\0\xff', 'latin1')
    await eventually(() => expect(received.text).toMatch(/hello ping\0\xff$/))
    expect(requests[0]?.headers).toMatchObject({
      upgrade: 'websocket',
      'sec-websocket-key': key,
      'x-forwarded-for': '127.0.0.1',
    })
    socket.destroy()
  })

  test('ends at the app when the client goes, and at the client when the app goes', async () => {
    await echoApp()
    const first = open('/ws')
    await eventually(() => expect(first.received.text).toMatch(/hello/))
    first.socket.destroy()
    await eventually(() => expect(upstreamSockets[0]?.destroyed).toBe(true))
    const second = open('/ws')
    await eventually(() => expect(second.received.text).toMatch(/hello/))
    upstreamSockets[1]?.destroy()
    await eventually(() => expect(second.received.isClosed).toBe(true))
    await eventually(() => expect(rig.served).toMatchObject([{ kind: 'upgrade', status: 101 }, { status: 101 }]))
  })

  test('ends when the gateway closes', async () => {
    await echoApp()
    const { received } = open('/ws')
    await eventually(() => expect(received.text).toMatch(/hello/))
    await rig.gateway.close()
    await eventually(() => expect(received.isClosed).toBe(true))
  })

  test('that the app refuses gets the refusal, and its connection closes without a way through', async () => {
    await echoApp()
    const { socket, received } = open('/refused')
    socket.write('GET /smuggled HTTP/1.1\r\nHost: app.localhost\r\nX-Cairn-User: root\r\n\r\n')
    await eventually(() => expect(received.isClosed).toBe(true))
    expect(received.text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(received.text).toMatch(/\r\n\r\nno$/)
    expect(requests.map((request) => request.url)).toEqual(['/refused'])
  })

  test('that the app answers with broken framing gets no second answer behind the first', async () => {
    const broken = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx'
    const port = await rig.own(createTcpServer((app) => void app.on('data', () => app.end(broken))))
    await rig.setRoutes(aRoute({ instances: [{ name: 'w', host: '127.0.0.1', port }] }))
    const { received } = open('/ws')
    await eventually(() => expect(received.isClosed).toBe(true))
    expect(received.text).not.toContain('502')
  })

  test('to a service without an instance is refused with 503', async () => {
    await rig.setRoutes(aRoute())
    const { received } = open('/ws')
    await eventually(() => expect(received.isClosed).toBe(true))
    expect(received.text).toMatch(/^HTTP\/1\.1 503 /)
  })

  test('to a private service needs a token, which the app does not see', async () => {
    await echoApp('private')
    rig.tokens.set('right', { tenantId: 't-1', userEmail: 'ann@example.com' })
    const without = open('/ws')
    await eventually(() => expect(without.received.isClosed).toBe(true))
    expect(without.received.text).toMatch(/^HTTP\/1\.1 401 /)
    const { socket, received } = open('/ws', 'Authorization: Bearer right\r\nX-Cairn-User: root\r\n')
    await eventually(() => expect(received.text).toMatch(/hello/))
    expect(requests).toHaveLength(1)
    expect(requests[0]?.headers).toMatchObject({ 'x-cairn-user': 'ann@example.com' })
    expect(requests[0]?.headers).not.toHaveProperty('authorization')
    socket.destroy()
  })
})

test.each(['h2c', 'TLS/1.0', 'websocket, h2c'])('an upgrade to %s is refused', async (upgrade) => {
  await echoApp()
  const { received } = open('/ws', '', upgrade)
  await eventually(() => expect(received.isClosed).toBe(true))
  expect(received.text).toMatch(/^HTTP\/1\.1 400 /)
  expect(requests).toEqual([])
})

test('an upgrade that brings a body is refused', async () => {
  await echoApp()
  const { received } = open('/ws', 'Content-Length: 4\r\n')
  await eventually(() => expect(received.isClosed).toBe(true))
  expect(received.text).toMatch(/^HTTP\/1\.1 400 /)
  expect(requests).toEqual([])
})
