/** What an upload may take of the server, over real connections. */
import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, formOf, zipOf } from './api-fixture.ts'

const run = promisify(execFile)
const limitBytes = 100_000
const drain = { idleMs: 200, totalMs: 2000, maxBytes: 20_000_000 }
const artifacts = '/artifacts/api/v1/artifacts/'

let fixture: ApiFixture
let server: Server
let port: number

beforeAll(async () => {
  fixture = await createApiFixture({
    limits: { uploadBytes: limitBytes, uploadTime: { idleMs: 200, totalMs: 700 }, drain },
  })
  server = createServer((request, response) => fixture.app.routing(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await fixture.close()
})

const boundary = 'limit'
const fileHead = `--${boundary}\r\nContent-Disposition: form-data; name="artifact"; filename="artifact.zip"\r\n\r\n`

interface RawAnswer {
  readonly status: number
  readonly headers: string
  readonly body: unknown
}

/** Sends the headers of an upload, then whatever `send` writes; answers when the server has. */
function upload(headers: Readonly<Record<string, string>>, send: (socket: Socket) => () => void): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    let stop = (): void => undefined
    socket.on('connect', () => {
      const lines = Object.entries({
        host: 'localhost',
        authorization: fixture.tenant.token,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        connection: 'close',
        ...headers,
      }).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`POST ${artifacts} HTTP/1.1\r\n${lines.join('')}\r\n`)
      stop = send(socket)
    })
    socket.on('data', (piece: Buffer) => {
      received += piece.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => {
      stop()
      const [head = '', body = ''] = received.split('\r\n\r\n')
      resolve({ status: Number(head.split(' ')[1]), headers: head.toLowerCase(), body: JSON.parse(body || 'null') })
    })
  })
}

const nothingMore = (): (() => void) => () => undefined

describe('an upload beyond the limit', () => {
  it('is answered 413 before a byte of it is sent when it says how large it is', async () => {
    const answer = await upload({ 'content-length': String(limitBytes + 5_000_000) }, nothingMore)
    expect(answer.status).toBe(413)
    expect(answer.headers).not.toContain('retry-after')
    expect(answer.body).toMatchObject({
      code: 'payload_too_large',
      detail: `the upload is larger than ${limitBytes} bytes (CAIRN_MAX_UPLOAD_BYTES)`,
    })
  })

  it('is answered 413 when it does not say so', async () => {
    const answer = await upload({ 'transfer-encoding': 'chunked' }, (socket) => {
      const piece = fileHead + 'x'.repeat(limitBytes + 1000)
      socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)
      return () => undefined
    })
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } })
  })

  it('is one byte larger than one that is looked at', async () => {
    const codes = []
    for (const bytes of [limitBytes, limitBytes + 1]) {
      const form = formOf({ name: 'edge' }, Buffer.alloc(bytes, 1))
      const sent = { method: 'POST', headers: { authorization: fixture.tenant.token }, body: form }
      const answer = await fetch(`http://127.0.0.1:${port}${artifacts}`, sent)
      codes.push((await answer.json())['code'])
    }
    expect(codes).toEqual(['invalid_archive', 'payload_too_large'])
  })
})

describe('an upload that does not come', () => {
  it('ends with 408 and a closed connection when only its headers are sent again, as the reference client does', async () => {
    const answer = await upload({ 'content-length': '50000', connection: 'keep-alive' }, nothingMore)
    expect(answer).toMatchObject({ status: 408, body: { code: 'request_timeout' } })
    expect(answer.headers).toContain('connection: close')
  })

  it('ends with 408 when it stops half-way, and keeps nothing', async () => {
    const before = await fixture.storedFiles()
    const answer = await upload({ 'content-length': '50000' }, (socket) => {
      socket.write(fileHead + 'x'.repeat(20_000))
      return () => undefined
    })
    expect(answer.status).toBe(408)
    await eventually(async () => expect(await fixture.storedFiles()).toEqual(before))
  })

  it('ends with 408 when it comes byte by byte and never ends', async () => {
    const answer = await upload({ 'content-length': '50000' }, (socket) => {
      socket.write(fileHead)
      const drip = setInterval(() => socket.write('x'), 20)
      return () => clearInterval(drip)
    })
    expect(answer).toMatchObject({ status: 408, body: { code: 'request_timeout' } })
  })
})

it('does not hinder others while many uploads stall', async () => {
  const stalled = Array.from({ length: 100 }, () => upload({ 'content-length': '50000' }, nothingMore))
  const form = formOf({ name: 'quick' }, await zipOf({ a: 'x' }))
  expect((await fixture.call('createArtifact', { form })).status).toBe(201)
  expect(new Set((await Promise.all(stalled)).map(({ status }) => status))).toEqual(new Set([408]))
})

describe.runIf(process.getuid?.() === 0)('when the disk is full', () => {
  let small: ApiFixture
  beforeAll(async () => {
    small = await createApiFixture({
      prepareDirectory: async (directory) => {
        await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory])
        return () => run('umount', [directory])
      },
    })
  })
  afterAll(() => small.close())

  it('says so, keeps nothing, and goes on when there is room', async () => {
    const stored = formOf({ name: 'large' }, Buffer.alloc(2_000_000, 1))
    const refused = await small.call('createArtifact', { form: stored })
    expect([refused.status, refused.body['code']]).toEqual([507, 'storage_full'])
    await eventually(async () => expect(await small.storedFiles()).toEqual([]))
    const form = formOf({ name: 'little' }, await zipOf({ a: 'x' }))
    expect((await small.call('createArtifact', { form })).status).toBe(201)
  })
})
