import type { IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GatewayRig, readAll } from './gateway-rig.ts'

let rig: GatewayRig
const seen: { target: string; headers: IncomingMessage['headers'] }[] = []
beforeEach(async () => {
  seen.length = 0
  rig = await new GatewayRig().open()
  await rig.serve(async (request, response) => {
    seen.push({ target: request.url ?? '', headers: request.headers })
    response.end(`read ${(await readAll(request)).length}`)
  })
})
afterEach(() => rig.close())

const inner = 'GET /smuggled HTTP/1.1\r\nHost: app.localhost\r\n\r\n'
const head = (fields: string, first = 'POST / HTTP/1.1'): string =>
  `${first}\r\nHost: app.localhost\r\n${fields}\r\n\r\n`

describe('a request that two parties could read in two ways is refused', () => {
  test.each([
    ['both lengths', head(`Content-Length: ${inner.length + 5}\r\nTransfer-Encoding: chunked`) + `0\r\n\r\n${inner}`],
    ['both lengths, reversed', head('Transfer-Encoding: chunked\r\nContent-Length: 5') + `0\r\n\r\n${inner}`],
    ['two different lengths', head('Content-Length: 0\r\nContent-Length: 44') + inner],
    ['two equal lengths', head('Content-Length: 0\r\nContent-Length: 0') + inner],
    ['a list of lengths', head('Content-Length: 0, 0') + inner],
    ['a signed length', head('Content-Length: +0') + inner],
    ['a hexadecimal length', head('Content-Length: 0x0') + inner],
    ['another coding before chunked', head('Transfer-Encoding: gzip, chunked') + `0\r\n\r\n${inner}`],
    ['chunked that is not last', head('Transfer-Encoding: chunked, identity') + `0\r\n\r\n${inner}`],
    ['an unknown coding', head('Transfer-Encoding: xchunked') + `0\r\n\r\n${inner}`],
    ['a coding on two lines', head('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked') + `0\r\n\r\n${inner}`],
    ['a blank before the colon', head('Content-Length : 44') + inner],
    ['a folded field', head('X-A: b\r\n Content-Length: 44') + inner],
    ['a bare line feed', `POST / HTTP/1.1\nHost: app.localhost\nContent-Length: 0\n\n${inner}`],
    ['a bad chunk size', `${head('Transfer-Encoding: chunked')}0x0\r\n\r\n${inner}`],
    ['two hosts', head('Host: other.localhost\r\nContent-Length: 0') + inner],
    ['no host', `GET / HTTP/1.1\r\n\r\n${inner}`],
    ['an absolute target', head('Content-Length: 0', 'GET http://other.localhost/ HTTP/1.1')],
    ['a NUL in a field', head('X-A: a\0b')],
    ['a carriage return in a field', head('X-A: a\rContent-Length: 44')],
  ])('%s', async (_what, bytes) => {
    const answer = await rig.raw(bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 (400|501) /)
    expect(seen).toEqual([])
  })
})

test('requests in a row on one connection are answered in order, each with its own body', async () => {
  const answer = await rig.raw(
    `${head('Content-Length: 3')}abc${head('Transfer-Encoding: chunked')}2\r\nde\r\n0\r\n\r\n${head('Connection: close', 'GET /last HTTP/1.1')}`,
  )
  expect(answer.match(/read \d/g)).toEqual(['read 3', 'read 2', 'read 0'])
  // Which of two that follow each other reaches the app first is not said.
  expect(seen.map((request) => request.target).toSorted()).toEqual(['/', '/', '/last'])
})

test('a client cannot use Connection to take away what the gateway adds', async () => {
  await rig.raw(head('Connection: close, x-forwarded-for, host, x-forwarded-proto', 'GET / HTTP/1.1'))
  expect(seen[0]?.headers).toMatchObject({
    host: 'app.localhost',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
  })
})

test('a trailer cannot add a field', async () => {
  await rig.raw(
    `${head('Transfer-Encoding: chunked\r\nTrailer: X-Cairn-User\r\nConnection: close')}1\r\na\r\n0\r\nX-Cairn-User: root\r\n\r\n`,
  )
  expect(seen).toHaveLength(1)
  expect(JSON.stringify(seen[0]?.headers)).not.toMatch(/root/i)
})
