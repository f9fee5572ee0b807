import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, get as httpGet, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { DriverError } from '@cairn/driver'
import { afterEach, describe, expect, it } from 'vitest'
import { EngineAgent } from './engine-agent.ts'
import { createEngineClient, type EngineClient } from './engine-client.ts'

const get = { method: 'GET', path: '/x' } as const
const call = () => ({ signal: AbortSignal.timeout(10_000) })
const cleanups: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** An engine that answers as the listener does. */
async function serve(listener: RequestListener): Promise<{ client: EngineClient; server: Server; path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'cairn-client-'))
  const path = join(directory, 'engine.sock')
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  cleanups.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(directory, { recursive: true })
  })
  return { client: createEngineClient({ kind: 'socket', path }), server, path }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof DriverError ? error.code : `no driver error: ${String(error)}`
}

describe('engine client', () => {
  it('sends query, body and method, and reads JSON back', async () => {
    const { client } = await serve((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const seen = { method: request.method, url: request.url, body: Buffer.concat(chunks).toString() }
        response.end(JSON.stringify(seen))
      })
    })
    const query = { all: true, filters: { label: ['a=b'] } }
    const answer = await client.request({ method: 'POST', path: '/x/create', query, body: { A: 1 } }, call())
    const filters = encodeURIComponent('{"label":["a=b"]}')
    expect(answer.body).toEqual({ method: 'POST', url: `/x/create?all=true&filters=${filters}`, body: '{"A":1}' })
  })

  it('is described in one word, however many connections it has, as dockerode does with every request', async () => {
    const { path } = await serve((_, response) => response.end())
    const agent = new EngineAgent()
    const requests = Array.from({ length: 8 }, () => httpGet({ socketPath: path, agent }))
    await Promise.all(requests.map((each) => once(each, 'response')))
    expect(inspect({ agent }, { showHidden: true, depth: null })).toBe('{ agent: EngineAgent }')
    agent.destroy()
  })

  it('gives accepted statuses as answers and turns others into errors with the engine’s words', async () => {
    const { client } = await serve((_, response) => response.writeHead(404).end('{"message":"No such image: x"}'))
    expect(await client.request({ ...get, accept: [404] }, call())).toMatchObject({ status: 404 })
    expect(await codeOf(client.request(get, call()))).toBe('image_not_found')
    expect(await codeOf(client.stream(get, call()))).toBe('image_not_found')
  })

  it('says unavailable when nobody listens and when the engine dies in the middle of an answer', async () => {
    const absent = createEngineClient({ kind: 'socket', path: '/nonexistent/engine.sock' })
    expect(await codeOf(absent.request(get, call()))).toBe('unavailable')
    const { client } = await serve((_, response) => {
      response.writeHead(200)
      response.write('{"Status')
      setImmediate(() => response.destroy())
    })
    expect(await codeOf(client.request(get, call()))).toBe('unavailable')
  })

  it('says timeout when the caller stops waiting for the answer, before and after it began', async () => {
    const { client } = await serve((request, response) => {
      if (request.url === '/begun') response.writeHead(200).write('{')
    })
    for (const path of ['/silent', '/begun']) {
      const controller = new AbortController()
      const work = client.request({ method: 'GET', path }, { signal: controller.signal })
      setTimeout(() => controller.abort(), 20)
      expect(await codeOf(work)).toBe('timeout')
    }
    expect(await codeOf(client.request(get, { signal: AbortSignal.abort() }))).toBe('timeout')
  })

  it('never gives an answer that was aborted between two reads as complete', async () => {
    const { client } = await serve((_, response) => response.end('one chunk, sent whole'))
    const controller = new AbortController()
    const read = async (): Promise<void> => {
      const answer = await client.stream(get, { signal: controller.signal })
      for await (const chunk of answer) if (String(chunk) !== '') controller.abort()
    }
    expect(await codeOf(read())).toBe('timeout')
  })
})
