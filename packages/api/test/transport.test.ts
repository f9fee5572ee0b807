/** What happens around operations, over real connections where it matters. */
import { createServer, request as startRequest, type Server } from 'node:http'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, formOf, zipOf } from './api-fixture.ts'

let fixture: ApiFixture
let server: Server
let baseUrl: string

const time = { idleMs: 200, totalMs: 2000 }

beforeAll(async () => {
  fixture = await createApiFixture({
    limits: {
      uploadBytes: 100_000,
      bodyTime: time,
      uploadTime: time,
      drain: { idleMs: 500, totalMs: 5000, maxBytes: 20_000_000 },
      rate: { perSecond: 1, burst: 1_000_000 },
    },
  })
  server = createServer((request, response) => fixture.app.routing(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  baseUrl = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await fixture.close()
})

const workflows = '/workflows/api/v1/workflows'
const images = '/image-management/api/v2/images/'

/** Sends headers and these pieces of a body, without ending it; answers status and body. */
function sendUnfinished(
  path: string,
  headers: Readonly<Record<string, string>>,
  pieces: readonly (string | Buffer)[],
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const outgoing = startRequest(baseUrl + path, { method: 'POST', headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        outgoing.destroy()
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString(), headers: incoming.headers })
      })
    })
    outgoing.on('error', reject)
    outgoing.flushHeaders()
    for (const piece of pieces) outgoing.write(piece)
  })
}

const authorized = (): { authorization: string } => ({ authorization: fixture.tenant.token })

describe('requests', () => {
  it.each(['/workflows/api/v1/workflows', '/workflows/api/v1/workflows/'])('answers %s', async (url) => {
    expect((await fixture.app.inject({ url, headers: authorized() })).statusCode).toBe(200)
  })

  it.each(['%', 'Bearer %', 'bearer  %'])('takes the token as "%s"', async (form) => {
    const headers = { authorization: form.replace('%', fixture.tenant.token) }
    expect((await fixture.app.inject({ url: workflows, headers })).statusCode).toBe(200)
  })

  it.each(['GET', 'DELETE'])('ignores a body on %s', async (method) => {
    for (const body of ['{}', '', 'nonsense']) {
      const answer = await fetch(`${baseUrl}${workflows}/77`, {
        method: 'DELETE',
        headers: { ...authorized(), 'content-type': 'application/json' },
        body,
      })
      expect([method, answer.status]).toEqual([method, 404])
    }
  })

  it('prefers the literal path over the one with an id', async () => {
    const answer = await fixture.app.inject({ url: `${workflows}/executions/77`, headers: authorized() })
    expect([answer.statusCode, answer.json()['detail']]).toEqual([404, 'workflow 77 does not exist'])
  })

  it.each([
    ['x-peak-requestId', '0d1f3a52-5c1e-4b52-a6e4-0f6a2f1e6b11'],
    ['x-request-id', 'trace:1234.abcd_EF'],
  ])('keeps the request id of %s', async (name, id) => {
    const answer = await fixture.app.inject({ url: workflows, headers: { [name]: id } })
    expect([answer.headers['x-request-id'], answer.json()['requestId']]).toEqual([id, id])
  })

  it('replaces a request id that is no plain token', async () => {
    const answer = await fixture.app.inject({ url: workflows, headers: { 'x-request-id': 'a"}\u001b[31m{"b":"' } })
    expect(answer.json()['requestId']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('sets no cookie and forbids caching', async () => {
    const answer = await fixture.app.inject({ url: workflows, headers: authorized() })
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })

  it.each([
    ['what is no JSON', '{nope', 'the body is not JSON'],
    ['a list', '[]', 'body: must be an object'],
    ['a text', '"x"', 'body: must be an object'],
    ['nothing', '', 'name: is required'],
    ['null', 'null', 'name: is required'],
  ])('refuses %s as a body', async (_case, payload, detail) => {
    const answer = await fixture.app.inject({ method: 'POST', url: workflows, headers: authorized(), payload })
    expect([answer.statusCode, answer.json()['detail']]).toEqual([400, expect.stringContaining(detail)])
  })

  it('survives a body that is nested without end', async () => {
    const nested = '['.repeat(200_000) + ']'.repeat(200_000)
    const headers = authorized()
    for (const payload of [
      nested,
      `{"name":"w","steps":${nested}}`,
      `{"name":"w","steps":{"a":{"parents":${nested}}}}`,
    ]) {
      const answer = await fixture.app.inject({ method: 'POST', url: workflows, headers, payload })
      expect(answer.statusCode).toBe(400)
    }
    const tested = await fixture.app.inject({
      method: 'POST',
      url: '/webapps/api/v1/webapps/none/test',
      headers,
      payload: `{"payload":${nested}}`,
    })
    expect(tested.statusCode).toBe(404)
  })

  it('names every field that breaks a rule', async () => {
    const payload = JSON.stringify({ name: '', steps: { a: { imageId: 'x' } } })
    const answer = await fixture.app.inject({ method: 'POST', url: workflows, headers: authorized(), payload })
    const fields = answer.json()['errors'].map(({ field }: { field: string }) => field)
    expect(fields).toEqual(expect.arrayContaining(['name', 'steps.a.imageId', 'steps.a.command']))
  })

  it('answers a path that cannot be decoded', async () => {
    const answer = await fetch(`${baseUrl}${workflows}/%ff%`, { headers: authorized() })
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: 'invalid_request' })])
  })
})

describe('bodies that are too large', () => {
  it('answers a JSON body of 10 MB with 413 after all of it was sent', async () => {
    const answer = await fetch(baseUrl + workflows, {
      method: 'POST',
      headers: authorized(),
      body: JSON.stringify({ name: 'x'.repeat(10_000_000) }),
    })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([413, null])
    expect(await answer.json()).toMatchObject({ code: 'payload_too_large', detail: expect.stringContaining('2097152') })
  })

  it('answers an upload beyond the limit with 413 and keeps nothing of it', async () => {
    for (const bytes of [200_000, 8_000_000]) {
      const form = formOf({ name: 'a', type: 'workflow' }, Buffer.alloc(bytes, 1))
      const answer = await fetch(baseUrl + images, { method: 'POST', headers: authorized(), body: form })
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([413, null])
      expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('100000') })
      expect(await fixture.storedFiles()).toEqual([])
    }
  })

  it('reads nothing of an upload by nobody, but lets it be sent', async () => {
    const form = formOf({ name: 'a', type: 'workflow' }, Buffer.alloc(5_000_000, 1))
    const answer = await fetch(baseUrl + images, { method: 'POST', body: form })
    expect(answer.status).toBe(401)
    expect(await fixture.storedFiles()).toEqual([])
  })

  it('answers a body that says it is too large at once, and closes when more comes than it drains', async () => {
    const headers = { ...authorized(), 'content-type': 'application/json', 'content-length': '40000000' }
    const outgoing = startRequest(baseUrl + workflows, { method: 'POST', headers })
    const closed = new Promise<void>((resolve) => {
      outgoing.on('error', () => undefined)
      outgoing.on('close', () => resolve())
    })
    const answered = new Promise<number | undefined>((resolve) => {
      outgoing.on('response', (incoming) => {
        incoming.resume()
        resolve(incoming.statusCode)
      })
    })
    outgoing.write('{')
    expect(await answered).toBe(413)
    outgoing.write(Buffer.alloc(21_000_000, 32))
    await closed
  })
})

describe('bodies that do not come', () => {
  it.each([
    ['an upload', images, 'multipart/form-data; boundary=b'],
    ['JSON', workflows, 'application/json'],
  ])('answers %s of which only the headers come with 408', async (_case, path, type) => {
    const headers = { ...authorized(), 'content-type': type, 'content-length': '1000' }
    const answer = await sendUnfinished(path, headers, [])
    expect([answer.status, answer.headers['connection']]).toEqual([408, 'close'])
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'request_timeout' })
  })

  it('keeps nothing of an upload that stops half-way', async () => {
    const start =
      '--b\r\nContent-Disposition: form-data; name="artifact"; filename="artifact.zip"\r\nContent-Type: application/zip\r\n\r\n'
    const headers = { ...authorized(), 'content-type': 'multipart/form-data; boundary=b', 'content-length': '90000' }
    const answer = await sendUnfinished(images, headers, [start, Buffer.alloc(30_000, 1)])
    expect(answer.status).toBe(408)
    await eventually(async () => expect(await fixture.storedFiles()).toEqual([]))
  })

  it('keeps nothing of an upload whose client goes away', async () => {
    const start = '--b\r\nContent-Disposition: form-data; name="artifact"; filename="artifact.zip"\r\n\r\n'
    const headers = { ...authorized(), 'content-type': 'multipart/form-data; boundary=b', 'content-length': '90000' }
    const outgoing = startRequest(baseUrl + images, { method: 'POST', headers })
    outgoing.on('error', () => undefined)
    outgoing.write(start + 'x'.repeat(30_000))
    await eventually(async () => expect(await fixture.storedFiles()).toHaveLength(1))
    outgoing.destroy()
    await eventually(async () => expect(await fixture.storedFiles()).toEqual([]))
  })
})

describe('rates', () => {
  it('slows one token down, not the others, and no uploads', async () => {
    const limited = await createApiFixture({ limits: { rate: { perSecond: 0.001, burst: 2 } } })
    try {
      const statuses = []
      for (let i = 0; i < 3; i++) statuses.push((await limited.call('listWorkflows')).status)
      expect(statuses).toEqual([200, 200, 429])
      const refused = await limited.call('listWorkflows')
      expect(refused.body['code']).toBe('rate_limited')
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
      expect((await limited.call('listWorkflows', { token: limited.otherTenant.token })).status).toBe(200)
      const zip = await zipOf({ Dockerfile: 'FROM scratch' })
      expect((await limited.call('createArtifact', { form: formOf({ name: 'a' }, zip) })).status).toBe(201)
    } finally {
      await limited.close()
    }
  })
})

describe('beside the operations', () => {
  it('is alive and ready', async () => {
    expect((await fixture.app.inject({ url: '/healthz' })).json()).toEqual({ status: 'alive' })
    expect((await fixture.app.inject({ url: '/readyz' })).json()).toEqual({ status: 'ready', checks: {} })
  })

  it('measures operations by their names', async () => {
    await fixture.call('listWorkflows')
    const text = (await fixture.app.inject({ url: '/metrics' })).body
    expect(text).toContain(
      'cairn_http_request_duration_seconds_count{operation="listWorkflows",method="GET",status="200"}',
    )
  })

  it('serves the reference page and everything that it loads', async () => {
    const page = await fetch(`${baseUrl}/api-docs`)
    const html = await page.text()
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy')
    for (const rule of ["default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"]) {
      expect(policy).toContain(rule)
    }
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '')
    expect(sources.length).toBeGreaterThan(0)
    for (const source of sources) {
      const part = await fetch(new URL(source, page.url))
      expect([new URL(part.url).origin, part.status]).toEqual([baseUrl, 200])
      await part.arrayBuffer()
    }
    const document = await fetch(`${baseUrl}/api-docs/openapi.json`)
    expect(await document.json()).toMatchObject({ openapi: '3.1.0', paths: expect.any(Object) })
  })
})
