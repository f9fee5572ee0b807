/** What a careless user and an attacker send: a 4xx that names the field and the rule, and nothing left behind. */
import { request } from 'node:http'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawZip } from '../../packages/archive/test/raw-zip.ts'
import { containersOf, createServerProcess, type ServerProcess } from './server-process.ts'

const run = promisify(execFile)
let server: ServerProcess

beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
})
afterAll(() => server.dispose())

interface Answer {
  readonly status: number
  readonly body: {
    readonly detail: string
    readonly code: string
    readonly errors?: readonly { field: string; rule: string }[]
  }
}

async function call(
  path: string,
  init: { method: string; body?: string | FormData; headers?: Record<string, string> },
): Promise<Answer> {
  const response = await fetch(`${server.baseUrl}${path}`, {
    ...init,
    headers: { authorization: server.token, ...init.headers },
  })
  return { status: response.status, body: await response.json() }
}

function createImage(zip: Uint8Array, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const form = new FormData()
  form.append('artifact', new Blob([new Uint8Array(zip)], { type: 'application/zip' }), 'artifact.zip')
  for (const [name, value] of Object.entries({ name: 'hostile', type: 'workflow', ...fields })) form.append(name, value)
  return call('/image-management/api/v2/images/', { method: 'POST', body: form })
}

function createWorkflow(steps: object): Promise<Answer> {
  return call('/workflows/api/v1/workflows/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bad', steps }),
  })
}

async function storedBytes(): Promise<string> {
  const { stdout } = await run('find', [server.dataDirectory, '-path', '*objects*', '-type', 'f'])
  return stdout
}

const dockerfile = { name: 'Dockerfile', content: Buffer.from('FROM debian:bookworm-slim\n') }

describe('archives', () => {
  it.each([
    ['a path out of the archive', [dockerfile, { name: '../x', content: Buffer.from('x') }], '../x'],
    ['a symbolic link', [dockerfile, { name: 'link', content: Buffer.from('/etc/passwd'), mode: 0o120777 }], 'link'],
  ])('refuses %s and names the entry', async (_, entries, name) => {
    const before = await storedBytes()
    const answer = await createImage(rawZip(entries))
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_archive', detail: expect.stringContaining(name) },
    })
    await eventually(async () => expect(await storedBytes()).toBe(before))
  })

  it('refuses a bomb of 1 GB in 1 MB and keeps nothing of it', async () => {
    const before = await storedBytes()
    const packed = deflateRawSync(Buffer.alloc(2 ** 30), { level: 9 })
    const answer = await createImage(rawZip([dockerfile, { name: 'bomb', packed, size: 2 ** 30 }]))
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_archive', detail: expect.stringContaining('bomb') },
    })
    await eventually(async () => expect(await storedBytes()).toBe(before))
  })

  it('names the Dockerfile that is not there', async () => {
    const answer = await createImage(rawZip([dockerfile]), {
      buildDetails: JSON.stringify({ dockerfilePath: 'docker/Missing' }),
    })
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('docker/Missing') } })
  })
})

describe('workflows', () => {
  const step = { type: 'http', url: 'https://example.org/' }

  it.each([
    ['a cycle', { a: { ...step, parents: ['b'] }, b: { ...step, parents: ['a'] } }, /a → b → a|b → a → b/],
    ['an unknown parent', { a: { ...step, parents: ['ghost'] } }, /steps\.a\.parents.*ghost/s],
    [
      'an inherited parameter of a step that waits for it',
      {
        a: { ...step, parameters: { inherit: { X: 'late' } } },
        b: { ...step, parents: ['a'], outputParameters: { late: 'x' } },
      },
      /steps\.a\.parameters\.inherit\.X.*a → b → a/s,
    ],
    ['an unknown image', { a: { type: 'standard', imageId: 999_999, command: 'true' } }, /steps\.a\.imageId/],
    ['an unknown step type', { a: { type: 'magic' } }, /steps\.a\.type/],
  ])('refuses %s and names the step', async (_, steps, message) => {
    const answer = await createWorkflow(steps)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).toMatch(message)
  })

  it('refuses a run-time parameter for a step that does not exist', async () => {
    const { id } = await server.client.workflows.createWorkflow({
      name: 'good',
      steps: { a: { ...step, type: 'http' } },
    })
    const answer = await call(`/workflows/api/v1/workflows/${id}/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ params: { stepWise: { ghost: { A: '1' } } } }),
    })
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('ghost') } })
  })
})

describe('requests', () => {
  it('refuses a JSON body of 100 MB before it is read whole', async () => {
    const outcome = await new Promise<number | string>((resolve) => {
      const upload = request({
        host: '127.0.0.1',
        port: server.port,
        method: 'POST',
        path: '/workflows/api/v1/workflows/',
        headers: { authorization: server.token, 'content-type': 'application/json', 'content-length': 100 * 2 ** 20 },
      })
      upload.on('response', (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
        upload.destroy()
      })
      upload.on('error', (error) => resolve(error.message))
      upload.write(Buffer.alloc(2 ** 20, ' '))
    })
    expect(outcome).toBe(413)
  })

  it.each([undefined, 'garbage', 'Bearer nothing', `Bearer cairn_${'A'.repeat(43)}`])(
    'refuses the token %s',
    async (token) => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: token }
      const response = await fetch(`${server.baseUrl}/workflows/api/v1/workflows/`, { headers })
      expect(response.status).toBe(401)
    },
  )
})

describe('engine', () => {
  it('has no container left after all refusals', async () => {
    expect([...(await containersOf(server, 'step')), ...(await containersOf(server, 'service'))]).toEqual([])
  })
})
