import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { readLog } from '@cairn/store'
import { stepLogStream } from '@cairn/domain'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { httpStep, RunFixture } from './run-fixture.ts'

let fixture: RunFixture
let server: Server
let base: string
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  base = `http://127.0.0.1:${address.port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(async () => {
  fixture = await RunFixture.open()
  answer = (_request, response) => response.end('ok')
})
afterEach(() => fixture.close())

describe('a run of http steps', () => {
  it('fills parameters into url, headers and payload and keeps the answer as output parameter', async () => {
    const seen: unknown[] = []
    answer = (request, response, body) => {
      seen.push({
        method: request.method,
        url: request.url,
        header: request.headers['x-run'],
        type: request.headers['content-type'],
        body,
      })
      response.end('{"score":1}')
    }
    fixture.startEngine()
    const id = await fixture.run({
      first: httpStep({ url: `${base}/a`, outputParameters: { answer: 'response.txt' } }),
      second: httpStep({
        parents: ['first'],
        method: 'post',
        url: `${base}/q?v={{VALUE}}`,
        headers: { 'x-run': '{{PEAK_EXEC_ID}}' },
        payload: '{"got": {{BODY}}}',
        env: { VALUE: 'a b&c' },
        inherit: { BODY: { step: 'first', output: 'answer' } },
      }),
    })
    expect((await fixture.finished(id)).status).toBe('success')
    expect(seen[1]).toEqual({
      method: 'POST',
      url: '/q?v=a%20b%26c',
      header: id,
      type: 'application/json',
      body: '{"got": {"score":1}}',
    })
  })

  it('fails with the status of an answer of 400 or more', async () => {
    answer = (_request, response) => response.writeHead(500).end('no')
    fixture.startEngine()
    const id = await fixture.run({ call: httpStep({ url: base }) })
    expect((await fixture.finished(id)).byName.get('call')).toMatchObject({ status: 'Failed', reason: 'HTTP 500' })
  })

  it('names a parameter that the step does not have', async () => {
    fixture.startEngine()
    const id = await fixture.run({ call: httpStep({ url: `${base}/{{NOPE}}` }) })
    expect((await fixture.finished(id)).byName.get('call')?.reason).toBe('url: the step has no parameter "NOPE"')
  })

  it('refuses a header that holds a line break once it is filled in', async () => {
    fixture.startEngine()
    const id = await fixture.run({
      call: httpStep({ url: base, headers: { 'x-a': '{{V}}' }, env: { V: 'a\r\nx-b: 1' } }),
    })
    expect((await fixture.finished(id)).byName.get('call')?.reason).toBe(
      'header x-a must not hold a line break or a NUL character',
    )
  })

  it('refuses private addresses, by number, by name and after a redirect, unless they are allowed', async () => {
    fixture.startEngine({ egressAllow: [] })
    const byNumber = await fixture.run({ call: httpStep({ url: base }) })
    const byName = await fixture.run({ call: httpStep({ url: base.replace('127.0.0.1', 'localhost') }) })
    const mapped = await fixture.run({ call: httpStep({ url: base.replace('127.0.0.1', '[::ffff:127.0.0.1]') }) })
    for (const id of [byNumber, byName, mapped]) {
      expect((await fixture.finished(id)).byName.get('call')?.reason).toMatch(/a private or special address/)
    }
  })

  it('follows redirects, checks each target, and gives up after five', async () => {
    answer = (request, response) => {
      const to = request.url === '/private' ? 'http://127.0.0.2:1/' : '/loop'
      response.writeHead(302, { location: to }).end()
    }
    fixture.startEngine()
    const loop = await fixture.run({ call: httpStep({ url: `${base}/loop` }) })
    expect((await fixture.finished(loop)).byName.get('call')?.reason).toBe('redirected more than 5 times')
    const elsewhere = await fixture.run({ call: httpStep({ url: `${base}/private` }) })
    expect((await fixture.finished(elsewhere)).byName.get('call')?.reason).toMatch(
      /^127\.0\.0\.2 is at 127\.0\.0\.2, a private/,
    )
  })

  it('keeps credentials from another origin', async () => {
    const seen: (string | undefined)[] = []
    answer = (request, response) => {
      seen.push(request.headers.authorization)
      if (request.url === '/away')
        response.writeHead(307, { location: `${base.replace('127.0.0.1', 'localhost')}/there` })
      response.end()
    }
    fixture.startEngine({ egressAllow: ['127.0.0.1', 'localhost'] })
    const id = await fixture.run({ call: httpStep({ url: `${base}/away`, headers: { authorization: 'secret' } }) })
    expect((await fixture.finished(id)).status).toBe('success')
    expect(seen).toEqual(['secret', undefined])
  })

  it('times out', async () => {
    answer = () => undefined
    fixture.startEngine()
    const id = await fixture.run({ call: httpStep({ url: base, timeoutSeconds: 1 }) })
    expect((await fixture.finished(id)).byName.get('call')?.reason).toBe('timed out after 1 s')
  })

  it('refuses an answer that does not fit into an output parameter', async () => {
    answer = (_request, response) => response.end('x'.repeat(1024 * 1024 + 1))
    fixture.startEngine()
    const id = await fixture.run({ call: httpStep({ url: base, outputParameters: { answer: 'response.txt' } }) })
    expect((await fixture.finished(id)).byName.get('call')?.reason).toBe('the answer is larger than 1048576 bytes')
  })

  it('logs a line for the request and one for the answer, without query and body', async () => {
    fixture.startEngine()
    const id = await fixture.run({
      call: httpStep({ url: `${base}/path?token=secret`, method: 'post', payload: 'private' }),
    })
    await fixture.finished(id)
    const log = await readLog(fixture.database.db, stepLogStream(id, 'call'), { token: null })
    expect(log.lines.map((line) => line.text)).toEqual([
      `POST ${base}/path`,
      expect.stringMatching(/^200 OK, 2 bytes, \d+ ms$/),
    ])
  })

  it('fails with the cause when nobody answers', async () => {
    fixture.startEngine()
    const id = await fixture.run({ call: httpStep({ url: 'http://127.0.0.1:9/' }) })
    expect((await fixture.finished(id)).byName.get('call')?.reason).toMatch(/^the request failed: .*ECONNREFUSED/)
  })
})
