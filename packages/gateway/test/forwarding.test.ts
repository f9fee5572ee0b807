import { createHash, randomBytes } from 'node:crypto'
import { request as sendRequest, type IncomingMessage } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { Readable } from 'node:stream'
import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aRoute, GatewayRig, readAll } from './gateway-rig.ts'

let rig: GatewayRig
beforeEach(async () => {
  rig = await new GatewayRig().open()
})
afterEach(() => rig.close())

const megabyte = 1024 ** 2

function begin(options: { method?: string; headers?: Record<string, string> } = {}) {
  const request = sendRequest({
    host: '127.0.0.1',
    port: rig.port,
    method: options.method ?? 'GET',
    agent: false,
    headers: { host: 'app.localhost', ...options.headers },
  })
  request.on('error', () => undefined)
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
  })
  return { request, response }
}

describe('a request', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s reaches the app as it was sent',
    async (method) => {
      await rig.serve(async (request, response) => {
        const body = (await readAll(request)).toString()
        response.end(JSON.stringify([request.method, request.url, request.headers['x-thing'], body]))
      })
      const answer = await rig.ask({
        method,
        path: '/a%20b?c=%2F&c=2',
        headers: { 'x-thing': 'ü' },
        body: Buffer.from('data'),
      })
      expect(JSON.parse(answer.body)).toEqual([method, '/a%20b?c=%2F&c=2', 'ü', 'data'])
    },
  )

  test('has the public host and no field between neighbours', async () => {
    await rig.serve((request, response) => response.end(JSON.stringify(request.headers)))
    const answer = await rig.ask({
      headers: { connection: 'keep-alive, x-hop', 'x-hop': '1', te: 'trailers', 'proxy-authorization': 'x' },
    })
    const headers = JSON.parse(answer.body) as Record<string, string>
    expect(headers).toMatchObject({
      host: 'app.localhost:7420',
      'x-forwarded-host': 'app.localhost:7420',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    })
    for (const name of ['x-hop', 'te', 'proxy-authorization']) expect(headers).not.toHaveProperty(name)
  })

  test('that waits for 100 Continue is told to go on', async () => {
    await rig.serve(async (request, response) =>
      response.end(`${String(request.headers.expect)} ${(await readAll(request)).length}`),
    )
    const { request, response } = begin({ method: 'POST', headers: { expect: '100-continue', 'content-length': '4' } })
    await new Promise((resolve) => {
      request.on('continue', resolve)
      request.flushHeaders()
    })
    request.end('data')
    expect((await readAll(await response)).toString()).toBe('undefined 4')
  })

  test('whose body comes in pieces of unknown number is passed piece by piece', async () => {
    const seen: string[] = []
    await rig.serve((request, response) => {
      request.on('data', (chunk: Buffer) => seen.push(chunk.toString()))
      request.on('end', () => response.end('done'))
    })
    const { request, response } = begin({ method: 'POST' })
    request.write('one')
    await eventually(() => expect(seen).toEqual(['one']))
    request.write('two')
    await eventually(() => expect(seen).toEqual(['one', 'two']))
    request.end()
    expect((await readAll(await response)).toString()).toBe('done')
  })

  test('gets its answer also when the app answers before it has read the body', async () => {
    await rig.serve((_request, response) => response.writeHead(413).end('too much'))
    const { request, response } = begin({ method: 'POST', headers: { 'content-length': String(4 * megabyte) } })
    request.write(Buffer.alloc(megabyte))
    const answer = await response
    expect(answer.statusCode).toBe(413)
    expect((await readAll(answer)).toString()).toBe('too much')
    request.destroy()
  })

  test('that the client gives up is given up at the app', async () => {
    let state = 'none'
    await rig.serve((_request, response) => {
      state = 'asked'
      response.on('close', () => (state = 'closed'))
    })
    const { request, response } = begin()
    response.catch(() => undefined)
    request.end()
    await eventually(() => expect(state).toBe('asked'))
    request.destroy()
    await eventually(() => expect(state).toBe('closed'))
    await eventually(() => expect(rig.served).toMatchObject([{ status: 499 }]))
  })

  test('that the app never answers ends with 504', async () => {
    await rig.close()
    rig = await new GatewayRig({ times: { connectMs: 1_000, headMs: 50 } }).open()
    await rig.serve(() => undefined)
    expect((await rig.ask()).status).toBe(504)
  })
})

describe('an answer', () => {
  test('keeps its status, fields and repetitions, and loses what is between neighbours', async () => {
    const kept = [
      ['Set-Cookie', 'a=1; Path=/'],
      ['Set-Cookie', 'b=2'],
      ['X-Thing', 'Ü'],
      ['Content-Length', '2'],
    ]
    const dropped = [
      ['Connection', 'x-hop'],
      ['X-Hop', '1'],
      ['Keep-Alive', 'timeout=9'],
    ]
    await rig.serve((_request, response) => {
      response.writeHead(418, 'Teapot', [...kept, ...dropped].flat())
      response.end(Buffer.from('ok'))
    })
    const answer = await rig.ask()
    expect(answer).toMatchObject({ status: 418, body: 'ok' })
    expect(answer.headers).toMatchObject({
      'set-cookie': ['a=1; Path=/', 'b=2'],
      'x-thing': 'Ü',
      'content-length': '2',
    })
    expect(answer.headers).not.toHaveProperty('x-hop')
    expect(answer.headers['keep-alive']).not.toBe('timeout=9')
    expect(answer.rawHeaders.filter((name) => name.toLowerCase() === 'date')).toHaveLength(1)
  })

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('to %s with status %i has no body and leaves the connection usable', async (method, status) => {
    await rig.serve((_request, response) => {
      response.writeHead(status, status === 200 ? { 'content-length': 5 } : { etag: '"1"' })
      response.end(method === 'GET' ? undefined : 'hello')
    })
    const socket = rig.connect()
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const sent = `${method} / HTTP/1.1\r\nHost: app.localhost\r\n\r\n`
    socket.write(sent)
    await eventually(() => expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1))
    socket.write(sent)
    await eventually(() => expect(text.match(/\r\n\r\n/g)).toHaveLength(2))
    expect(text.endsWith('\r\n\r\n')).toBe(true)
    expect(text.includes('ontent-length: 5')).toBe(method === 'HEAD')
  })

  test('that streams events is passed event by event, its head before the first one', async () => {
    let send: (text: string) => void = () => undefined
    await rig.serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      send = (text) => void response.write(text)
    })
    const { request, response } = begin()
    request.end()
    const stream = await response
    let text = ''
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
    send('data: 1\n\n')
    await eventually(() => expect(text).toBe('data: 1\n\n'))
    send('data: 2\n\n')
    await eventually(() => expect(text).toBe('data: 1\n\ndata: 2\n\n'))
    request.destroy()
  })

  test('that breaks off breaks off at the client too', async () => {
    await rig.serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half', () => response.destroy())
    })
    const { request, response } = begin()
    request.end()
    await expect(readAll(await response)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('that breaks off in chunks is not ended as if it were whole', async () => {
    await rig.serve((_request, response) => void response.write('half', () => response.destroy()))
    const { request, response } = begin()
    request.end()
    await expect(readAll(await response)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('that is no HTTP is answered with 502', async () => {
    const port = await rig.own(createTcpServer((socket) => void socket.on('data', () => socket.end('what?\r\n\r\n'))))
    await rig.setRoutes(aRoute({ instances: [{ name: 'w', host: '127.0.0.1', port }] }))
    expect((await rig.ask()).status).toBe(502)
  })

  test.each(['O\x01K', 'O\x7fK', 'O€K'])('with the reason phrase %j arrives without it', async (phrase) => {
    const answer = `HTTP/1.1 200 ${phrase}\r\nContent-Length: 2\r\n\r\nok`
    const port = await rig.own(createTcpServer((socket) => void socket.on('data', () => socket.end(answer))))
    await rig.setRoutes(aRoute({ instances: [{ name: 'w', host: '127.0.0.1', port }] }))
    expect(await rig.ask()).toMatchObject({ status: 200, body: 'ok' })
  })

  test.each(['Content-Length: 2\r\nTransfer-Encoding: chunked', 'Content-Length: 2\r\nContent-Length: 3'])(
    'of two lengths (%j) is answered with 502',
    async (lengths) => {
      const answer = `HTTP/1.1 200 OK\r\n${lengths}\r\n\r\n2\r\nok\r\n0\r\n\r\n`
      const port = await rig.own(createTcpServer((socket) => void socket.on('data', () => socket.end(answer))))
      await rig.setRoutes(aRoute({ instances: [{ name: 'w', host: '127.0.0.1', port }] }))
      expect((await rig.ask()).status).toBe(502)
    },
  )
})

describe('100 MB', () => {
  const size = 100 * megabyte
  const block = randomBytes(megabyte)
  const digest = (() => {
    const hash = createHash('sha256')
    for (let count = 0; count < 100; count += 1) hash.update(block)
    return hash.digest('hex')
  })()
  const blocks = () =>
    Readable.from(
      (function* repeat() {
        for (let count = 0; count < 100; count += 1) yield block
      })(),
      { objectMode: false },
    )
  const hashOf = async (stream: IncomingMessage): Promise<string> => {
    const hash = createHash('sha256')
    for await (const chunk of stream) hash.update(chunk as Buffer)
    return hash.digest('hex')
  }
  /** Waits until a number that only grows has stopped growing. */
  const settled = (read: () => number): Promise<number> => {
    let [last, since] = [-1, 0]
    return eventually(
      () => {
        const now = read()
        since = now === last ? since + 1 : 0
        last = now
        expect(since).toBeGreaterThan(30)
        return now
      },
      { timeoutMs: 10_000 },
    )
  }

  test('go to the app unchanged', async () => {
    await rig.serve(async (request, response) => response.end(await hashOf(request)))
    const { request, response } = begin({ method: 'PUT', headers: { 'content-length': String(size) } })
    blocks().pipe(request)
    expect((await readAll(await response)).toString()).toBe(digest)
  }, 30_000)

  test('come from the app unchanged', async () => {
    await rig.serve((_request, response) => void blocks().pipe(response))
    const { request, response } = begin()
    request.end()
    expect(await hashOf(await response)).toBe(digest)
  }, 30_000)

  test('are taken from the client no faster than the app reads', async () => {
    let asked = false
    await rig.serve((request) => {
      request.pause()
      asked = true
    })
    const { request, response } = begin({ method: 'PUT', headers: { 'content-length': String(size) } })
    response.catch(() => undefined)
    blocks().pipe(request)
    await eventually(() => expect(asked).toBe(true))
    expect(await settled(() => request.socket?.bytesWritten ?? 0)).toBeLessThan(30 * megabyte)
    request.destroy()
  }, 30_000)

  test('are taken from the app no faster than the client reads', async () => {
    let written = 0
    await rig.serve((_request, response) => {
      const source = blocks()
      source.on('data', (chunk: Buffer) => (written += chunk.length))
      source.pipe(response)
    })
    const { request, response } = begin()
    request.end()
    ;(await response).pause()
    expect(await settled(() => written)).toBeLessThan(30 * megabyte)
    request.destroy()
  }, 30_000)
})
