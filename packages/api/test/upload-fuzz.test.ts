/** Uploads that are damaged in every way that can be thought of: each is answered, none by a fault of the server. */
import { randomUUID } from 'node:crypto'
import { access, readdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, textIn, zipOf } from './api-fixture.ts'

let fixture: ApiFixture
let server: Server
let port: number
let directory: string
let zip: Buffer
let artifactId: string

beforeAll(async () => {
  fixture = await createApiFixture({
    limits: {
      uploadBytes: 100_000,
      uploadTime: { idleMs: 150, totalMs: 2000 },
      drain: { idleMs: 100, totalMs: 500, maxBytes: 1_000_000 },
    },
    prepareDirectory: async (path) => {
      directory = path
      return async () => undefined
    },
  })
  server = createServer((request, response) => fixture.app.routing(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  zip = await zipOf({
    Dockerfile: 'FROM scratch\n',
    'a/b.txt': 'hello '.repeat(200),
    'a/c.zip': 'PK\u0003\u0004no zip',
  })
  const form = new FormData()
  form.set('artifact', new Blob([Uint8Array.from(zip)]), 'artifact.zip')
  form.set('name', 'first')
  artifactId = textIn(await fixture.call('createArtifact', { form }), 'id')
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await fixture.close()
})

const boundary = 'f00dfacef00dfacef00dfacef00dface'

/** As the reference client sends it: the file first, then fields without a type. */
function formBytes(file: Buffer, fields: Readonly<Record<string, string>>): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="artifact"; filename="artifact.zip"\r\nContent-Type: application/zip\r\n\r\n`
  const texts = Object.entries(fields).map(
    ([name, value]) => `\r\n--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`,
  )
  return Buffer.concat([Buffer.from(head), file, Buffer.from(`${texts.join('')}\r\n--${boundary}--\r\n`)])
}

type Change = (bytes: Buffer) => Buffer

/** Places are shares of the length, so that they shrink well and fit every input. */
const share = fc.double({ min: 0, max: 1, noNaN: true })
const some = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes))
const telling = fc
  .constantFrom(
    `--${boundary}`,
    `\r\n--${boundary}\r\n`,
    `--${boundary}--`,
    '\r\n\r\n',
    'Content-Disposition: form-data; name="artifact"; filename="x"',
    'name="__proto__"',
    'PK\u0003\u0004',
    'PK\u0001\u0002',
    'PK\u0005\u0006',
    'PK\u0006\u0006',
    '\u00ff\u00ff\u00ff\u00ff',
    '\0\0\0\0\0\0\0\0',
    '../',
  )
  .map((text) => Buffer.from(text, 'latin1'))
const piece = fc.oneof(some, telling)

const put = (bytes: Buffer, at: number, removed: number, added: Buffer): Buffer => {
  const start = Math.floor(at * bytes.length)
  return Buffer.concat([bytes.subarray(0, start), added, bytes.subarray(Math.min(bytes.length, start + removed))])
}

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(share, piece).map(
    ([at, added]): Change =>
      (bytes) =>
        put(bytes, at, added.length, added),
  ),
  fc.tuple(share, piece).map(
    ([at, added]): Change =>
      (bytes) =>
        put(bytes, at, 0, added),
  ),
  fc.tuple(share, fc.nat(300)).map(
    ([at, count]): Change =>
      (bytes) =>
        put(bytes, at, count, Buffer.alloc(0)),
  ),
  share.map(
    (at): Change =>
      (bytes) =>
        bytes.subarray(0, Math.floor(at * bytes.length)),
  ),
  fc.tuple(share, share).map(
    ([from, to]): Change =>
      (bytes) => {
        const copied = bytes.subarray(Math.floor(from * bytes.length), Math.floor(from * bytes.length) + 200)
        return put(bytes, to, 0, copied)
      },
  ),
)
const changes = fc.array(change, { maxLength: 4 })
const apply = (bytes: Buffer, all: readonly Change[]): Buffer => all.reduce((changed, next) => next(changed), bytes)

const type = fc.oneof(
  { weight: 8, arbitrary: fc.constant(`multipart/form-data; boundary=${boundary}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `multipart/form-data; boundary="${boundary}"`,
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/mixed; boundary=x',
      'application/json',
      `multipart/form-data; boundary=${'x'.repeat(300)}`,
      '',
    ),
  },
)
const fields = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ name: 'fuzz', type: 'workflow', scan: 'true', validate: 'true' }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      fc.constantFrom('name', 'description', 'scan', 'source', 'type', 'buildDetails', 'version', 'x', 'toString'),
      fc.oneof(fc.string(), fc.json(), fc.constantFrom('null', 'true', '[]', '{"source":"upload"}', '\u0000', '1e999')),
    ),
  },
)
const route = fc.constantFrom<readonly [string, () => string]>(
  ['POST', () => '/artifacts/api/v1/artifacts/'],
  ['PUT', () => `/artifacts/api/v1/artifacts/${artifactId}`],
  ['POST', () => '/image-management/api/v2/images/'],
)

interface Attempt {
  readonly method: string
  readonly path: string
  readonly type: string
  readonly body: Buffer
  /** What the length says beyond what is sent; few, as each waits for the idle limit. */
  readonly missingBytes: number
}

/** The status and the body; a body that is no JSON fails. */
function send(attempt: Attempt): Promise<{ readonly status: number; readonly answer: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.on('connect', () => {
      socket.write(
        `${attempt.method} ${attempt.path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n` +
          `authorization: ${fixture.tenant.token}\r\ncontent-type: ${attempt.type}\r\n` +
          `content-length: ${attempt.body.length + attempt.missingBytes}\r\n\r\n`,
      )
      socket.write(attempt.body)
    })
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('utf8')
    })
    socket.on('error', reject)
    socket.on('close', () => {
      const [head = '', body = ''] = received.split('\r\n\r\n', 2)
      resolve({ status: Number(head.split(' ')[1]), answer: JSON.parse(body) })
    })
  })
}

it('answers every damaged upload with a reason, and keeps nothing of what it refuses', async () => {
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        route,
        type,
        fields,
        inZip: changes,
        inBody: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: changes }),
        missingBytes: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(1000) }),
      }),
      async ({ route: [method, path], inZip, inBody, ...rest }) => {
        const body = apply(formBytes(apply(zip, inZip), rest.fields), inBody)
        const { status, answer } = await send({ ...rest, method, path: path(), body })
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        expect(status).toBeGreaterThanOrEqual(200)
        expect(status).toBeLessThan(500)
        expect(status < 400 ? 'no words needed' : answer['detail']).toMatch(/./)
      },
    ),
    { numRuns: 300, seed: 20_261_126 },
  )
  // It reached what is behind the parsing, and was not only refused by it.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([201, 400]))
  const { rows } = await fixture.database.pool.query(
    `select sha256 from artifact_version union select context_sha256 from image_version where context_sha256 is not null`,
  )
  expect((await fixture.storedFiles()).toSorted()).toEqual(
    rows.map(({ sha256 }) => String(sha256)).toSorted((a, b) => (a < b ? -1 : 1)),
  )
})

it('writes nothing under a name from an archive, neither in the store nor outside of it', async () => {
  const id = randomUUID()
  const placeholder = `x/${'y'.repeat(10)}${id}`
  const honest = (await zipOf({ [placeholder]: 'evil' })).toString('latin1')
  const before = await fixture.storedFiles()
  for (const start of ['../../../../', '/tmp//xxxxxx', '..\\..\\..\\..', 'C:\\xxxxxxxxx', 'a/../../../..']) {
    const name = start.padEnd(placeholder.length - id.length, '/').slice(0, placeholder.length - id.length) + id
    const file = Buffer.from(honest.replaceAll(placeholder, name), 'latin1')
    const path = '/artifacts/api/v1/artifacts/'
    const body = formBytes(file, { name: 'hostile' })
    const common = { method: 'POST', type: `multipart/form-data; boundary=${boundary}`, missingBytes: 0 }
    const { status, answer } = await send({ ...common, path, body })
    expect([status, answer['code']]).toEqual([400, 'invalid_archive'])
  }
  expect(await fixture.storedFiles()).toEqual(before)
  for (const place of [tmpdir(), directory, join(directory, 'objects'), join(directory, '..'), process.cwd(), '/tmp']) {
    expect((await readdir(place)).filter((name) => name.includes(id))).toEqual([])
  }
  await expect(access(join('/', id))).rejects.toThrow('ENOENT')
})
