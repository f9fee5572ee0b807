import { request as sendRequest, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InstanceConnections } from '../src/plain/instance-connections.ts'
import { aRoute, GatewayRig, portOf } from './gateway-rig.ts'

let rig: GatewayRig
/** Requests that Node's parser read. */
let odd = 0
beforeEach(async () => {
  rig = await new GatewayRig().open()
  odd = 0
  rig.server.on('request', () => (odd += 1))
})
afterEach(() => rig.close())

const plain = (path: string, fields = '', method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\nHost: app.localhost\r\n${fields}\r\n`
const last = (path: string, method = 'GET'): string => plain(path, 'Connection: close\r\n', method)

/** An instance that answers each head it gets with bytes; it tells how many connections it had. */
async function instance(answer: (head: string, socket: Socket, turn: number) => string | null) {
  const heads: string[] = []
  const told = { heads, connections: 0, closed: 0 }
  const server = createTcpServer((socket) => {
    told.connections += 1
    socket.on('error', () => undefined).on('close', () => (told.closed += 1))
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        heads.push(text.slice(0, end))
        text = text.slice(end + 4)
        const reply = answer(heads.at(-1) ?? '', socket, heads.length)
        if (reply !== null) socket.write(reply, 'latin1')
      }
    })
  })
  await rig.own(server)
  await rig.setRoutes(aRoute({ instances: [{ name: 'w', host: '127.0.0.1', port: portOf(server) }] }))
  return told
}

const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const pathOf = (head: string): string => head.split(' ')[1] ?? ''

describe('who reads a request', () => {
  test('plain ones go past the parser of Node, on one connection to the instance', async () => {
    const told = await instance((head) => ok(pathOf(head)))
    expect(await rig.raw(plain('/1') + plain('/2') + last('/3'))).toMatch(/\/1HTTP.*\/2HTTP.*\/3$/s)
    expect({ odd, connections: told.connections }).toEqual({ odd: 0, connections: 1 })
    await eventually(() => expect(rig.served.map(({ status }) => status)).toEqual([200, 200, 200]))
    expect(told.heads[0]).toMatch(/^GET \/1 HTTP\/1\.1\r\nhost: app\.localhost\r\n/)
    expect(told.heads[0]).toMatch(/x-forwarded-for: 127\.0\.0\.1\r\n/)
  })

  test('one that is odd goes to the parser of Node, and all behind it', async () => {
    await instance((head) => (head.startsWith('0') ? null : ok(pathOf(head))))
    const text = plain('/1') + plain('/2', 'Upgrade: h2c\r\n') + last('/3')
    expect(await rig.raw(text)).toMatch(/\/1HTTP.*\/2HTTP.*\/3$/s)
    expect(odd).toBe(2)
  })

  test('one whose body comes later goes to the parser of Node', async () => {
    const told = await instance((head) => ok(pathOf(head)))
    const socket = rig.connect()
    let text = ''
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()))
    socket.write(`${plain('/1', 'Content-Length: 4\r\n', 'POST')}la`)
    await eventually(() => expect(told.heads).toHaveLength(1))
    socket.write('te')
    await eventually(() => expect(text).toMatch(/\/1$/))
    expect(odd).toBe(1)
  })

  test.each([
    ['no service', 'nope.localhost', 404],
    ['a private service', 'closed.localhost', 401],
    ['the API', 'localhost', 404],
  ])('one for %s goes to the parser of Node', async (_what, host, status) => {
    await rig.setRoutes(aRoute({ serviceName: 'closed', access: 'private' }))
    expect((await rig.ask({ host })).status).toBe(status)
    expect(odd).toBe(1)
  })

  test('a head of 1 GB goes to the parser of Node, which refuses its first kilobytes', async () => {
    const socket = rig.connect()
    let [text, sent, isClosed] = ['', 0, false]
    socket.on('error', () => undefined).on('data', (bytes: Buffer) => (text += bytes.toString()))
    socket.on('close', () => (isClosed = true))
    socket.write('GET / HTTP/1.1\r\nHost: app.localhost\r\nX: ')
    const block = Buffer.alloc(1024 ** 2, 'a')
    const pump = (): void => {
      while (!socket.destroyed && sent < 1024 && socket.write(block)) sent += 1
      sent += 1
    }
    socket.on('drain', pump)
    pump()
    await eventually(() => expect(isClosed).toBe(true))
    expect(sent).toBeLessThan(64)
    expect(text).toMatch(/^(?:HTTP\/1\.1 431 |$)/)
  })
})

describe('an answer', () => {
  test.each([
    ['to HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 44'],
    ['with 204', 'GET', 'HTTP/1.1 204 No Content\r\nX: y'],
    ['with 304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 44'],
    ['that is whole', 'GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0'],
    ['in chunks', 'GET', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0'],
  ])('%s loses what stands behind it, and its connection', async (_what, method, head) => {
    const split = 'HTTP/1.1 200 OK\r\nX-Split: yes\r\nContent-Length: 0\r\n\r\n'
    const told = await instance((asked) => (pathOf(asked) === '/1' ? `${head}\r\n\r\n${split}` : ok('next')))
    const text = await rig.raw(plain('/1', '', method) + last('/2'))
    expect(text).not.toContain('X-Split')
    expect(text).toMatch(/\r\n\r\nnext$/)
    expect(told.connections).toBe(2)
    expect(odd).toBe(0)
  })

  test('that nobody asked for ends its connection', async () => {
    const told = await instance((head, socket) => {
      if (pathOf(head) === '/1') setImmediate(() => socket.write(ok('unasked')))
      return ok(pathOf(head))
    })
    expect(await rig.raw(last('/1'))).toMatch(/\/1$/)
    await eventually(() => expect(told.closed).toBe(1))
    expect(await rig.raw(last('/2'))).toMatch(/\/2$/)
    expect(told.connections).toBe(2)
  })

  test('after interim ones is passed alone', async () => {
    await instance(() => `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${ok('x')}`)
    expect(await rig.raw(last('/'))).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Length: 1\r\n/)
  })

  test('that switches protocols without being asked is refused', async () => {
    await instance(() => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n')
    expect(await rig.raw(plain('/'))).toMatch(/^HTTP\/1\.1 502 /)
  })

  test('without a length ends with its connection, and comes in chunks', async () => {
    await instance((_head, socket) => {
      socket.end('HTTP/1.0 200 OK\r\nX: y\r\n\r\nbody')
      return null
    })
    const text = await rig.raw(plain('/') + last('/'))
    expect(text.match(/transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n/g)).toHaveLength(2)
  })

  test('in chunks is framed anew, without extensions and trailers', async () => {
    await instance(
      () => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX-Cairn-User: root\r\n\r\n',
    )
    expect(await rig.raw(last('/'))).toMatch(/\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/)
  })

  test.each([
    ['both lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a head of 70 KB', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`],
    ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n'],
    ['a folded field', 'HTTP/1.1 200 OK\r\nX: y\r\n Set-Cookie: z\r\n\r\n'],
  ])('of %s is refused with 502', async (_what, answer) => {
    await instance(() => answer)
    expect(await rig.raw(plain('/'))).toMatch(/^HTTP\/1\.1 502 /)
    expect(odd).toBe(0)
  })

  test('with a broken chunk ends the connection of the client', async () => {
    await instance(() => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n')
    const text = await rig.raw(plain('/'))
    expect(text).not.toMatch(/0\r\n\r\n$/)
    await eventually(() => expect(rig.served).toMatchObject([{ status: 499 }]))
  })
})

test('a kept connection that has ended is not lent again, not even in the same turn', async () => {
  const [ended, kept] = await Promise.all([rig.own(createTcpServer()), rig.own(createTcpServer())])
  for (const [port, isEnded] of [
    [ended, true],
    [kept, false],
  ] as const) {
    const times = { connectMs: 1_000, keepMs: 60_000 }
    const connections = new InstanceConnections({ name: 'w', host: '127.0.0.1', port }, times)
    await new Promise<void>((resolve) => {
      const borrower = { onConnected: resolve, onData: () => undefined, onGone: () => undefined }
      const connection = connections.open(borrower)
      connection.socket.once('connect', () => {
        connections.giveBack(connection)
        if (isEnded) connection.socket.destroy()
        expect(connections.take(borrower)).toBe(isEnded ? null : connection)
      })
    })
    connections.destroy()
  }
})

test('a client that reads slowly gets the rest of its answer although connections that are idle are closed', async () => {
  const body = 'x'.repeat(8 * 1024 ** 2)
  await instance(() => ok(body))
  const socket = rig.connect()
  let size = 0
  socket.pause().write(plain('/'))
  await eventually(() => expect(rig.reports.written.at(-1)?.openRequests).toBe(1))
  socket.on('data', (bytes: Buffer) => {
    size += bytes.length
    rig.plain.closeIdle()
  })
  socket.resume()
  await eventually(() => expect(size).toBeGreaterThan(body.length))
})

describe('a kept connection that ends before it answers', () => {
  test.each([
    ['GET', 200, 3],
    ['POST', 502, 2],
  ])('%s', async (method, status, asked) => {
    const told = await instance((_head, socket, turn) => {
      if (turn !== 2) return ok('x')
      socket.destroy()
      return null
    })
    expect(await rig.raw(last('/1'))).toMatch(/x$/)
    expect(await rig.raw(last('/2', method))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(told.heads).toHaveLength(asked)
  })

  test('with half a head is not asked again', async () => {
    const told = await instance((_head, socket, turn) => {
      if (turn !== 2) return ok('x')
      socket.end('HTTP/1.1 200 O')
      return null
    })
    expect(await rig.raw(last('/1'))).toMatch(/x$/)
    expect(await rig.raw(last('/2'))).toMatch(/^HTTP\/1\.1 502 /)
    expect(told.heads).toHaveLength(2)
  })
})

describe('a client', () => {
  test('that ends its direction is as good as gone', async () => {
    let isGone = false
    await instance((_head, socket) => {
      socket.on('close', () => (isGone = true))
      return null
    })
    const socket = rig.connect()
    socket.end(plain('/'))
    await eventually(() => expect(isGone).toBe(true))
    await eventually(() => expect(rig.served).toMatchObject([{ status: 499 }]))
  })

  test('that asks on and on without reading is not read on and on', async () => {
    const body = 'x'.repeat(60_000)
    const told = await instance(() => ok(body))
    const socket = rig.connect()
    socket.pause()
    const many = plain('/').repeat(1_000)
    socket.write(many.repeat(20))
    let [before, calm] = [-1, 0]
    await eventually(() => {
      calm = told.heads.length === before ? calm + 1 : 0
      before = told.heads.length
      expect(calm).toBeGreaterThan(20)
    })
    expect(told.heads.length).toBeLessThan(1_000)
    socket.destroy()
  })

  test('that says nothing is closed, at first and between requests', async () => {
    await rig.close()
    rig = await new GatewayRig({ firstMs: 40, keepMs: 40 }).open()
    await instance((head) => ok(pathOf(head)))
    expect(await rig.raw('')).toBe('')
    expect(await rig.raw(plain('/1'))).toMatch(/\/1$/)
  })

  test('with an idle connection is closed when the server drains, one with a request is not', async () => {
    let answer: ServerResponse | undefined
    await rig.serve((_request, response) => (answer = response))
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    const asked = sendRequest({ port: rig.port, host: '127.0.0.1', agent: false, headers: { host: 'app.localhost' } })
    asked.on('response', (response) => resolve(response.resume().statusCode)).end()
    const idle = rig.raw('')
    await eventually(() => expect(answer).toBeDefined())
    rig.plain.closeIdle()
    await idle
    answer?.end()
    expect(await promise).toBe(200)
  })
})
