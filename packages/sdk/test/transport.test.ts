import { describe, expect, it } from 'vitest'
import {
  BadRequestError,
  CairnApiError,
  CairnConnectionError,
  CairnTimeoutError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  PayloadTooLargeError,
  type Progress,
  ServerError,
  TooManyRequestsError,
  UnauthorizedError,
  UnprocessableError,
  createClient,
} from '../src/index.ts'
import { type Answer, answerJson, inTurn, startLoopbackServer } from './loopback-server.ts'

const retry = { baseDelayMs: 1, maxDelayMs: 5 }
const image = { id: 1, name: 'i' }
const ok: Answer = (_request, response) => answerJson(response, image)
const busy: Answer = (_request, response) => answerJson(response, { code: 'service_unavailable', detail: 'away' }, 503)
const cutOff: Answer = (_request, response) => response.destroy()
const silent: Answer = () => undefined

const clientOf = (baseUrl: string, more: object = {}) => createClient({ baseUrl, token: 'secret', retry, ...more })

describe('a call', () => {
  it('sends the token as a bearer token, once', async () => {
    await using server = await startLoopbackServer(ok)
    await clientOf(server.baseUrl).images.describeImage(1)
    await createClient({ baseUrl: server.baseUrl, token: 'Bearer secret' }).images.describeImage(1)
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret'])
  })

  it('keeps a path prefix of the address and encodes what goes into the path', async () => {
    await using server = await startLoopbackServer((_request, response) => answerJson(response, { logs: [] }))
    await clientOf(`${server.baseUrl}/cairn/`).images.getBuildLogs(1, 'a:b/../c', { nextToken: 'f/1' })
    expect(server.requests[0]?.url.pathname).toBe('/cairn/image-management/api/v2/images/1/builds/a%3Ab%2F..%2Fc/logs')
    expect(server.requests[0]?.url.searchParams.get('nextToken')).toBe('f/1')
  })

  it('refuses to leave out a part of the path', () => {
    const { services } = clientOf('http://127.0.0.1:1')
    return Promise.all(
      ['', '.', '..'].map((id) => expect(services.describeService(id)).rejects.toThrow('serviceId must be given')),
    )
  })

  it('repeats names of lists in the query and leaves out what is not given', async () => {
    await using server = await startLoopbackServer((_request, response) =>
      answerJson(response, { images: [], pageCount: 1 }),
    )
    await clientOf(server.baseUrl)
      .images.listImages({ status: ['ready', 'in-use'], tags: [] })
      .all()
    expect(server.requests[0]?.url.search).toBe('?status=ready&status=in-use&pageNumber=1')
  })

  it('refuses an address or token that cannot work', () => {
    expect(() => createClient({ baseUrl: 'localhost:7420', token: 'x' })).toThrow('baseUrl must be an http')
    expect(() => createClient({ baseUrl: 'http://localhost', token: ' ' })).toThrow('token must not be empty')
  })

  it('takes an empty answer as an empty object', async () => {
    await using server = await startLoopbackServer((_request, response) => response.writeHead(204).end())
    await expect(clientOf(server.baseUrl).workflows.pauseWorkflow(1)).resolves.toBeUndefined()
  })

  it('says so when something other than Cairn answers', async () => {
    await using server = await startLoopbackServer((_request, response) => response.end('<html>'))
    await expect(clientOf(server.baseUrl).images.describeImage(1)).rejects.toThrow(
      'is baseUrl the address of a Cairn server?',
    )
  })
})

describe('a refusal', () => {
  it.each([
    [400, BadRequestError],
    [401, UnauthorizedError],
    [403, ForbiddenError],
    [404, NotFoundError],
    [409, ConflictError],
    [413, PayloadTooLargeError],
    [422, UnprocessableError],
    [429, TooManyRequestsError],
    [500, ServerError],
    [418, CairnApiError],
  ])('of status %d has its own class', async (status, Refusal) => {
    await using server = await startLoopbackServer((_request, response) => answerJson(response, {}, status))
    await expect(
      clientOf(server.baseUrl).services.createService({ name: 's', imageDetails: { imageId: 1 } }),
    ).rejects.toBeInstanceOf(Refusal)
  })

  it('carries code, request id, fields and the wait', async () => {
    const errors = [{ field: 'steps.a.command', rule: 'is required' }]
    const body = { code: 'queue_full', detail: 'too many runs wait', requestId: 'r-1', errors }
    await using server = await startLoopbackServer((_request, response) =>
      answerJson(response, body, 429, { 'retry-after': '9' }),
    )
    const refused = clientOf(server.baseUrl).workflows.executeWorkflow(1)
    await expect(refused).rejects.toThrow('executeWorkflow was refused with 429: too many runs wait')
    await expect(refused).rejects.toMatchObject({
      name: 'TooManyRequestsError',
      status: 429,
      code: 'queue_full',
      requestId: 'r-1',
      errors,
      retryAfterSeconds: 9,
      operation: 'executeWorkflow',
    })
  })

  it('that is not from Cairn is quoted, without a code', async () => {
    await using server = await startLoopbackServer((_request, response) =>
      response.writeHead(502, { 'x-request-id': 'p' }).end('bad gateway'),
    )
    await expect(clientOf(server.baseUrl).workflows.deleteWorkflow(1)).rejects.toMatchObject({
      message: 'deleteWorkflow was refused with 502: bad gateway',
      code: null,
      requestId: 'p',
    })
  })
})

describe('repeating', () => {
  it('asks again when a read is refused for the moment or cut off', async () => {
    await using server = await startLoopbackServer(inTurn(busy, cutOff, ok))
    await expect(clientOf(server.baseUrl).images.describeImage(1)).resolves.toEqual(image)
    expect(server.requests).toHaveLength(3)
  })

  it('gives up after the last retry with the last error', async () => {
    await using server = await startLoopbackServer(busy)
    await expect(clientOf(server.baseUrl, { retry: { ...retry, retries: 2 } }).images.describeImage(1)).rejects.toThrow(
      'away',
    )
    expect(server.requests).toHaveLength(3)
  })

  it.each([
    ['refused for the moment', busy, ServerError],
    ['cut off', cutOff, CairnConnectionError],
  ])('never sends a write twice that was %s', async (_what, answer, Refusal) => {
    await using server = await startLoopbackServer(inTurn(answer, ok))
    await expect(clientOf(server.baseUrl).workflows.executeWorkflow(1)).rejects.toBeInstanceOf(Refusal)
    expect(server.requests).toHaveLength(1)
  })

  it('says of a write that was cut off that it may have had an effect', async () => {
    await using server = await startLoopbackServer(cutOff)
    await expect(clientOf(server.baseUrl).workflows.executeWorkflow(1)).rejects.toMatchObject({ sent: true })
  })

  it('sends a write again of which nothing reached the server', async () => {
    const gone = await startLoopbackServer(ok)
    await gone[Symbol.asyncDispose]()
    const started = { executionId: 'e' }
    await using stack = new AsyncDisposableStack()
    let attempts = 0
    const restarting: typeof fetch = async (input, init) => {
      attempts += 1
      if (attempts === 2) {
        const answer: Answer = (_request, response) => answerJson(response, started)
        stack.use(await startLoopbackServer(answer, Number(new URL(gone.baseUrl).port)))
      }
      return fetch(input, init)
    }
    const client = clientOf(gone.baseUrl, { fetch: restarting })
    await expect(client.workflows.executeWorkflow(1)).resolves.toEqual(started)
    expect(attempts).toBe(2)
  })

  it('says that a server cannot be reached, and that nothing was sent', async () => {
    const gone = await startLoopbackServer(ok)
    await gone[Symbol.asyncDispose]()
    const call = clientOf(gone.baseUrl).workflows.executeWorkflow(1)
    await expect(call).rejects.toMatchObject({ name: 'CairnConnectionError', sent: false })
    await expect(call).rejects.toThrow(`could not reach ${gone.baseUrl}`)
  })
})

describe('an end before the answer', () => {
  it('by time is its own error', async () => {
    await using server = await startLoopbackServer(silent)
    const call = clientOf(server.baseUrl).images.describeImage(1, { timeoutMs: 20 })
    await expect(call).rejects.toBeInstanceOf(CairnTimeoutError)
    await expect(call).rejects.toThrow('describeImage took longer than 20 ms')
  })

  it('by time spans the waits between attempts', async () => {
    await using server = await startLoopbackServer((_request, response) =>
      answerJson(response, {}, 429, { 'retry-after': '3600' }),
    )
    await expect(clientOf(server.baseUrl).images.describeImage(1, { timeoutMs: 1000 })).rejects.toBeInstanceOf(
      CairnTimeoutError,
    )
    expect(server.requests).toHaveLength(1)
  })

  it('by the signal rejects with its reason', async () => {
    await using server = await startLoopbackServer(silent)
    const controller = new AbortController()
    const call = clientOf(server.baseUrl).images.describeImage(1, { signal: controller.signal })
    const reason = new Error('the user went away')
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    await expect(clientOf(server.baseUrl).images.describeImage(1, { signal: controller.signal })).rejects.toBe(reason)
  })

  it('ends with the signal of its client, also beside one of its own, and is not repeated then', async () => {
    await using server = await startLoopbackServer(() => undefined)
    const client = new AbortController()
    const { images } = createClient({ baseUrl: server.baseUrl, token: 't', signal: client.signal })
    const calls = [images.describeImage(1), images.describeImage(2, { signal: new AbortController().signal })]
    const reason = new Error('the user went away')
    const ended = Promise.allSettled(calls)
    client.abort(reason)
    expect(await ended).toEqual(calls.map(() => ({ status: 'rejected', reason })))
    expect(server.requests.length).toBeLessThanOrEqual(2)
  })
})

describe('an upload', () => {
  const created: Answer = (_request, response) => answerJson(response, { imageId: 1, versionId: 1, buildId: 1 }, 201)

  it('sends the file first, then one part for each field, JSON where the field is no text', async () => {
    await using server = await startLoopbackServer(created)
    const body = { name: 'é', type: 'workflow' as const, version: '1.0.0', buildDetails: { useCache: false } }
    await clientOf(server.baseUrl).images.createImage(body, new Uint8Array([80, 75, 5, 6]))
    const [request] = server.requests
    const boundary = /boundary=(\w{32})$/.exec(request?.headers['content-type'] ?? '')?.[1]
    expect(request?.headers['content-length']).toBe(String(request?.body.length))
    expect(request?.headers['transfer-encoding']).toBeUndefined()
    expect(
      request?.body
        .toString()
        .split(`--${boundary}`)
        .map((part) => part.trim()),
    ).toEqual([
      '',
      'Content-Disposition: form-data; name="artifact"; filename="artifact.zip"\r\nContent-Type: application/zip\r\n\r\nPK\x05\x06',
      'Content-Disposition: form-data; name="name"\r\n\r\né',
      'Content-Disposition: form-data; name="type"\r\n\r\nworkflow',
      'Content-Disposition: form-data; name="version"\r\n\r\n1.0.0',
      'Content-Disposition: form-data; name="buildDetails"\r\n\r\n{"useCache":false}',
      '--',
    ])
  })

  it('without a file has the fields only', async () => {
    await using server = await startLoopbackServer(created)
    await clientOf(server.baseUrl).images.createImage({
      name: 'a',
      type: 'api',
      buildDetails: { source: 'dockerfile', dockerfile: 'FROM x' },
    })
    expect(server.requests[0]?.body.toString()).not.toContain('filename')
  })

  it('reports its progress up to the whole, and the bytes arrive unchanged', async () => {
    await using server = await startLoopbackServer(created)
    const bytes = crypto.getRandomValues(new Uint8Array(60_000))
    const large = new Blob(Array.from({ length: 40 }, () => bytes))
    const seen: Progress[] = []
    await clientOf(server.baseUrl).images.createImage({ name: 'a', type: 'api' }, large, {
      onProgress: (progress) => seen.push(progress),
    })
    const sent = server.requests[0]?.body
    const total = sent?.length ?? 0
    expect(total).toBeGreaterThan(large.size)
    expect(seen.length).toBeGreaterThan(2)
    expect(seen.every(({ phase, totalBytes }) => phase === 'upload' && totalBytes === total)).toBe(true)
    expect(seen.map(({ bytes: done }) => done)).toEqual(seen.map(({ bytes: done }) => done).toSorted((a, b) => a - b))
    expect(seen.at(-1)?.bytes).toBe(total)
    expect(sent?.includes(Buffer.from(await large.arrayBuffer()))).toBe(true)
  })
})

describe('a download', () => {
  it('gives the bytes as chunks and as a stream, with their size', async () => {
    const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(65_000)))
    await using server = await startLoopbackServer((_request, response) =>
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
    )
    const { artifacts } = clientOf(server.baseUrl)
    const chunks: Uint8Array[] = []
    const download = await artifacts.downloadArtifact('a', 2)
    for await (const chunk of download) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
    expect(download.sizeBytes).toBe(bytes.length)
    const { stream } = await artifacts.downloadArtifact('a')
    expect(Buffer.from(await new Response(stream).arrayBuffer()).equals(bytes)).toBe(true)
    expect(server.requests.map(({ url }) => url.pathname)).toEqual([
      '/artifacts/api/v1/artifacts/a/2/download',
      '/artifacts/api/v1/artifacts/a/download',
    ])
  })

  it('of a log goes to the link that the server hands out, without the token', async () => {
    await using server = await startLoopbackServer((request, response) => {
      if (request.url.pathname.endsWith('/file')) response.end('line\n')
      else answerJson(response, { downloadUrl: `${server.baseUrl}/file?signature=s` })
    })
    const { stream } = await clientOf(server.baseUrl).workflows.downloadExecutionLogs(1, 'e', { stepName: 'train' })
    expect(await new Response(stream).text()).toBe('line\n')
    expect(server.requests[0]?.url.search).toBe('?stepName=train')
    expect(server.requests[1]?.headers.authorization).toBeUndefined()
  })

  it('ends with the signal of the caller', async () => {
    await using server = await startLoopbackServer((_request, response) => response.writeHead(200).write('some'))
    const controller = new AbortController()
    const download = await clientOf(server.baseUrl).artifacts.downloadArtifact('a', 1, { signal: controller.signal })
    const reader = download.stream.getReader()
    await reader.read()
    controller.abort(new Error('enough'))
    await expect(reader.read()).rejects.toThrow('enough')
  })
})
