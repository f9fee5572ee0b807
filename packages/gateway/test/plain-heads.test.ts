import { createServer, get, type IncomingMessage } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnswerRelay } from '../src/plain/answer-relay.ts'
import { ChunkedReader } from '../src/plain/chunked-reader.ts'
import { readAnswerHead, readPlainRequest } from '../src/plain/read-head.ts'
import { portOf, readAll } from './gateway-rig.ts'

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')
const request = (fields: string, first = 'POST /a?b HTTP/1.1'): string => `${first}\r\nHost: a\r\n${fields}\r\n\r\n`

describe('a plain request', () => {
  test('is read with its body and nothing behind it', () => {
    const text = `${request('Content-Length: 3\r\nX-A: \t b c \t\r\nCookie: d=1\r\nConnection: Close')}abcGET /next`
    const read = readPlainRequest(bytesOf(text))
    expect(read).toMatchObject({ method: 'POST', target: '/a?b', host: 'a', cookie: 'd=1', isLast: true })
    expect(read?.fields.slice(2, 6)).toEqual(['Content-Length', '3', 'X-A', 'b c'])
    expect(read?.body.toString()).toBe('abc')
    expect(text.slice(read?.size)).toBe('GET /next')
  })

  test.each([
    ['not all there: its head', 'GET / HTTP/1.1\r\nHost: a\r\n'],
    ['not all there: its body', `${request('Content-Length: 3')}ab`],
    ['of both lengths', request('Content-Length: 0\r\nTransfer-Encoding: chunked')],
    ['of both lengths, reversed', request('Transfer-Encoding: chunked\r\nContent-Length: 0')],
    ['chunked', request('Transfer-Encoding: chunked')],
    ['of an obscured coding', request('Transfer-Encoding: xchunked')],
    ['of a coding with a tab', request('Transfer-Encoding:\tchunked')],
    ['of two lengths', request('Content-Length: 0\r\nContent-Length: 1')],
    ['of two equal lengths', request('Content-Length: 0\r\nContent-Length: 0')],
    ['of a list of lengths', request('Content-Length: 0, 0')],
    ['of a signed length', request('Content-Length: +0')],
    ['of a negative length', request('Content-Length: -1')],
    ['of a length with a blank', request('Content-Length: 1 0')],
    ['of a hexadecimal length', request('Content-Length: 0x0')],
    ['of a length that begins with 0', request('Content-Length: 00')],
    ['of a length without digits', request('Content-Length:')],
    ['of an enormous length', request(`Content-Length: ${'9'.repeat(40)}`)],
    ['with a bare line feed', 'GET / HTTP/1.1\nHost: a\n\r\n\r\n'],
    ['with a bare line feed in a field', request('X-A: b\nContent-Length: 5')],
    ['with a bare carriage return', request('X-A: b\rContent-Length: 5')],
    ['with a folded field', request('X-A: b\r\n c')],
    ['with a field that begins folded', 'GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n'],
    ['with a blank before the colon', request('Content-Length : 0')],
    ['with a tab before the colon', request('X-A\t: 0')],
    ['with a line without a colon', request('X-A')],
    ['with an empty name', request(': b')],
    ['with a NUL', request('X-A: a\0')],
    ['with a vertical tab', request('X-A: a\x0b')],
    ['with a DEL', request('X-A: a\x7f')],
    ['with a control character in a name', request('X\x01A: a')],
    ['with a high character in a name', request('X\xe4: a')],
    ['with two hosts', request('Host: b')],
    ['without a host', 'GET / HTTP/1.1\r\nX-A: b\r\n\r\n'],
    ['without fields', 'GET / HTTP/1.1\r\n\r\n'],
    ['with two Connection fields', request('Connection: close\r\nConnection: keep-alive')],
    ['that names a field in Connection', request('Connection: x-forwarded-for')],
    ['that asks to upgrade', request('Connection: Upgrade\r\nUpgrade: websocket')],
    ['that offers h2c', request('Upgrade: h2c')],
    ['that waits for 100', request('Expect: 100-continue')],
    ['with trailers', request('Trailer: X-A')],
    ['of HTTP/1.0', request('X-A: b', 'GET / HTTP/1.0')],
    ['of HTTP/2', request('X-A: b', 'GET / HTTP/2.0')],
    ['of HTTP/1.10', request('X-A: b', 'GET / HTTP/1.10')],
    ['in absolute form', request('X-A: b', 'GET http://b/ HTTP/1.1')],
    ['in asterisk form', request('X-A: b', 'OPTIONS * HTTP/1.1')],
    ['CONNECT', request('X-A: b', 'CONNECT a:1 HTTP/1.1')],
    ['TRACE', request('X-A: b', 'TRACE / HTTP/1.1')],
    ['of a lower-case method', request('X-A: b', 'get / HTTP/1.1')],
    ['with two blanks', request('X-A: b', 'GET  / HTTP/1.1')],
    ['with a tab in its first line', request('X-A: b', 'GET\t/ HTTP/1.1')],
    ['with a blank in its target', request('X-A: b', 'GET /a b HTTP/1.1')],
    ['with a high character in its target', request('X-A: b', 'GET /\xe4 HTTP/1.1')],
    ['with a fragment in its target', request('X-A: b', 'GET /#a HTTP/1.1')],
    ['after an empty line', `\r\n${request('X-A: b')}`],
    ['with a head of 9 KB', request(`X-A: ${'b'.repeat(9 * 1024)}`)],
    ['with 101 fields', request(Array.from({ length: 101 }, () => 'X-A: b').join('\r\n'))],
  ])('is not one %s', (_what, text) => {
    expect(readPlainRequest(bytesOf(text))).toBeNull()
  })
})

describe('the head of an answer', () => {
  const head = (fields: string, first = 'HTTP/1.1 200 OK'): string => `${first}\r\n${fields}`

  test.each<[string, string, string, string]>([
    ['a length', head('Content-Length: 5'), 'GET', 'length'],
    ['chunked', head('Transfer-Encoding: Chunked'), 'GET', 'chunked'],
    ['no length', head('X-A: b'), 'GET', 'rest'],
    ['a length, to HEAD', head('Content-Length: 5'), 'HEAD', 'none'],
    ['chunked, with 304', head('Transfer-Encoding: chunked', 'HTTP/1.1 304 Not Modified'), 'GET', 'none'],
    ['a length, with 204', head('Content-Length: 5', 'HTTP/1.1 204 No Content'), 'GET', 'none'],
    ['a length, with 103', head('Content-Length: 5', 'HTTP/1.1 103 Early Hints'), 'GET', 'none'],
  ])('of %s tells the body', (_what, text, method, kind) => {
    expect(readAnswerHead(text, method)?.body.kind).toBe(kind)
  })

  test('with 204 loses its length', () => {
    expect(readAnswerHead(head('A: b\r\ncontent-LENGTH: 5', 'HTTP/1.1 204 '), 'GET')?.fields).toEqual(['A', 'b'])
  })

  test.each([
    ['both lengths', head('Content-Length: 5\r\nTransfer-Encoding: chunked')],
    ['two equal lengths', head('Content-Length: 5\r\nContent-Length: 5')],
    ['a list of lengths', head('Content-Length: 5, 5')],
    ['a signed length', head('Content-Length: +5')],
    ['another coding', head('Transfer-Encoding: gzip, chunked')],
    ['two codings', head('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked')],
    ['a folded field', head('X-A: b\r\n c: d')],
    ['a bare carriage return', head('X-A: b\rSet-Cookie: c')],
    ['a bare line feed', head('X-A: b\nSet-Cookie: c')],
    ['a bare line feed in its first line', head('X-A: b', 'HTTP/1.1 200 OK\nX: y')],
    ['a NUL', head('X-A: \0')],
    ['a blank before the colon', head('Content-Length : 5')],
    ['another protocol', head('X-A: b', 'HTTP/2.0 200 OK')],
    ['a short status', head('X-A: b', 'HTTP/1.1 20 OK')],
    ['a status out of range', head('X-A: b', 'HTTP/1.1 600 OK')],
  ])('is refused with %s', (_what, text) => {
    expect(readAnswerHead(text, 'GET')).toBeNull()
  })
})

describe('a chunked body', () => {
  const read = (text: string, step: number) => {
    const reader = new ChunkedReader()
    let body = ''
    for (let at = 0; at < text.length; at += step) {
      const { state, end } = reader.read(bytesOf(text.slice(at, at + step)), 0, (data) => (body += data.toString()))
      if (state !== 'more') return { state, body, rest: text.slice(at + end) }
    }
    return { state: 'more', body, rest: '' }
  }

  test.each([1, 2, 3, 100])('is read in pieces of %i, without extensions and trailers', (step) => {
    const text = '3;a="b"\r\nabc\r\n00A;\r\n0123456789\r\n0\r\nX-Cairn-User: root\r\n\r\nHTTP/1.1'
    expect(read(text, step)).toEqual({ state: 'done', body: 'abc0123456789', rest: 'HTTP/1.1' })
  })

  test.each([
    ['no size', '\r\nabc'],
    ['a size of 13 digits', '1000000000000\r\n'],
    ['a prefixed size', '0x3\r\nabc\r\n'],
    ['a signed size', '+3\r\nabc\r\n'],
    ['a blank before the size', ' 3\r\nabc\r\n'],
    ['a blank behind the size', '3 \r\nabc\r\n'],
    ['a bare line feed behind the size', '3\nabc\r\n'],
    ['a bare carriage return behind the size', '3\rabc\r\n'],
    ['a bare line feed in an extension', '3;a\nb\r\nabc\r\n'],
    ['a control character in an extension', '3;\0\r\nabc\r\n'],
    ['an extension of 20 KB', `3;${'a'.repeat(20_000)}\r\nabc\r\n`],
    ['no line end behind the data', '3\r\nabcd\r\n0\r\n\r\n'],
    ['a bare line feed behind the data', '3\r\nabc\n0\r\n\r\n'],
    ['a bare line feed in the trailers', '0\r\nA: b\n\r\n'],
    ['trailers of 20 KB', `0\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`],
    ['a bare carriage return at its end', '0\r\n\rx'],
  ])('is refused with %s', (_what, text) => {
    for (const step of [1, 100_000]) expect(read(text, step).state).toBe('broken')
  })
})

/** Pieces that parsers have disagreed about. */
const evil = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '0',
  '5',
  '\x0b',
  '\x7f',
  '\x80',
  '#',
  'chunked',
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: b\r\n',
  ' HTTP/1.1',
)
const mutated = (messages: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...messages),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 0, 1, 2), evil), { maxLength: 3 }),
    )
    .map(([message, changes]) => {
      let text = message
      for (const [place, removed, added] of changes) {
        const at = place % (text.length + 1)
        text = `${text.slice(0, at)}${added}${text.slice(at + removed)}`
      }
      return text
    })

const marker = 'GET /marker HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n'

describe("whatever is read, Node's parser reads the same", () => {
  test('in requests', async () => {
    const seen: { text: string; isOver: Promise<Buffer> }[] = []
    const server = createServer((message, response) => {
      const isOver = readAll(message)
      seen.push({ text: JSON.stringify([message.method, message.url, message.rawHeaders]), isOver })
      void isOver.then(() => response.end())
    })
    server.on('clientError', (_error, socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    let accepted = 0
    const messages = [
      request('Content-Length: 5\r\nX-A: b c') + 'abcde',
      request('Accept: */*\r\nX-B:\tc ', 'GET /a?b HTTP/1.1'),
      request('Content-Length: 0\r\nConnection: keep-alive', 'DELETE / HTTP/1.1'),
      request('Transfer-Encoding: chunked') + '0\r\n\r\n',
    ]
    await fc.assert(
      fc.asyncProperty(mutated(messages), async (text) => {
        const ours = readPlainRequest(bytesOf(text + marker))
        if (ours === null) return
        accepted += 1
        seen.length = 0
        await new Promise((resolve) => {
          const socket = connect(portOf(server), '127.0.0.1', () => socket.end(bytesOf(text + marker)))
          socket
            .resume()
            .on('error', () => undefined)
            .on('close', resolve)
        })
        expect(seen[0]?.text).toBe(JSON.stringify([ours.method, ours.target, ours.fields]))
        expect(await seen[0]?.isOver).toEqual(Buffer.from(ours.body))
        const next = readPlainRequest(bytesOf(text + marker).subarray(ours.size))
        const nextText = next === null ? seen[1]?.text : JSON.stringify([next.method, next.target, next.fields])
        expect(seen[1]?.text).toBe(nextText)
      }),
      { seed: 20_261, numRuns: 1_500 },
    )
    expect(accepted).toBeGreaterThan(300)
    await new Promise((resolve) => server.close(resolve))
  })

  test('in answers', async () => {
    let text = ''
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(bytesOf(text)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const answerOf = () =>
      new Promise<string | null>((resolve) => {
        const asked = get({ port: portOf(server), host: '127.0.0.1', agent: false }, (answer: IncomingMessage) => {
          readAll(answer).then(
            (body) => resolve(`${answer.statusCode} ${body.toString('latin1')}`),
            () => resolve(null),
          )
        })
        asked.on('error', () => resolve(null))
      })
    const head = 'HTTP/1.1 200 OK\r\nX-A: b\r\n'
    const messages = [
      `${head}Content-Length: 5\r\n\r\nabcde`,
      `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`,
      `${head}\r\nabcde`,
      `HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${head}Content-Length: 0\r\n\r\n`,
    ]
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(mutated(messages), async (mutant) => {
        const passed: Buffer[] = []
        let [status, hasHead] = [0, false]
        const relay = new AnswerRelay({
          method: 'GET',
          cookie: () => null,
          fieldsOf: (answer) => {
            status = answer.status
            return ''
          },
          sink: { text: () => (hasHead = true), bytes: (bytes) => passed.push(Buffer.from(bytes)) },
        })
        const read = relay.read(bytesOf(mutant))
        if (read === 'broken' || (read === 'more' && relay.end() !== 'done')) return
        accepted += 1
        text = mutant
        expect(hasHead).toBe(true)
        const ours = `${status} ${Buffer.concat(passed).toString('latin1')}`
        // What stands behind the answer is an error to Node; here it costs the connection to the instance.
        const mayFail = read === 'done' && !relay.isKept
        expect(mayFail ? [ours, null] : [ours]).toContain(await answerOf())
      }),
      { seed: 20_262, numRuns: 1_500 },
    )
    expect(accepted).toBeGreaterThan(300)
    await new Promise((resolve) => server.close(resolve))
  })
})
