import { stepLogStream } from '@cairn/domain'
import { readLog } from '@cairn/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AnsweringServer, startAnsweringServer } from './answering-server.ts'
import { httpStep, RunFixture } from './run-fixture.ts'

const canary = 'canary-7f3a'
let fixture: RunFixture
let server: AnsweringServer

beforeEach(async () => {
  server = await startAnsweringServer()
  fixture = await RunFixture.open()
  await fixture.keepSecrets({
    key: canary,
    'client-id': 'the client',
    'client-secret': 'c&s=1',
    multiline: 'line one\nline two',
  })
  fixture.startEngine({ egressAllow: ['127.0.0.1', 'localhost'] })
})
afterEach(async () => {
  await fixture.close()
  server.close()
})

const run = async (step: Partial<Parameters<typeof httpStep>[0]>) => {
  const id = await fixture.run({ call: httpStep({ url: `${server.base}/`, ...step }) })
  const { byName } = await fixture.finished(id)
  const log = await readLog(fixture.database.db, stepLogStream(id, 'call'), { token: null })
  return { step: byName.get('call'), log: log.lines.map(({ text }) => text).join('\n') }
}
const headersOf = (index = 0) => server.seen[index]?.headers ?? {}

describe('secrets of an http step', () => {
  it('become headers', async () => {
    await run({ secretHeaders: { 'X-Key': 'key' }, headers: { 'x-plain': 'p' } })
    expect(headersOf()).toMatchObject({ 'x-key': canary, 'x-plain': 'p' })
  })

  it('are filled into url, headers and payload, under each of their names', async () => {
    await fixture.keepSecrets({ 'sub-key': 'a/b' })
    await run({
      method: 'post',
      url: `${server.base}/{{sub-key}}?k={{key}}`,
      headers: { 'x-a': '{{KEY}}' },
      payload: '{"a": "{{KEY_CUSTOM}}", "b": "{{SUB_KEY_CUSTOM}}"}',
      secrets: ['key', 'sub-key'],
    })
    expect(server.seen[0]).toMatchObject({
      path: `/a%2Fb?k=${canary}`,
      headers: { 'x-a': canary },
      body: `{"a": "${canary}", "b": "a/b"}`,
    })
  })

  it.each([
    ['basic', { type: 'basic', username: 'mé', password: 'key' }, { authorization: `Basic ${btoa8(`mé:${canary}`)}` }],
    ['api-key', { type: 'api-key', apiKey: 'key' }, { 'x-api-key': canary }],
    ['bearer-token', { type: 'bearer-token', bearerToken: 'key' }, { authorization: `Bearer ${canary}` }],
  ] as const)('sign in by %s', async (_case, auth, headers) => {
    expect((await run({ auth })).step?.status).toBe('Success')
    expect(headersOf()).toMatchObject(headers)
  })

  it('stay with their origin when the answer leads elsewhere', async () => {
    const elsewhere = server.base.replace('127.0.0.1', 'localhost')
    server.answers.set('/away', (_request, response) =>
      response.writeHead(307, { location: `${elsewhere}/there` }).end(),
    )
    await run({
      url: `${server.base}/away`,
      secretHeaders: { 'X-Key': 'key' },
      auth: { type: 'api-key', apiKey: 'key' },
    })
    expect(server.seen.map(({ path }) => path)).toEqual(['/away', '/there'])
    expect(headersOf(0)).toMatchObject({ 'x-key': canary, 'x-api-key': canary })
    expect(JSON.stringify(headersOf(1))).not.toContain(canary)
  })

  it('are in no log, output or reason, in whatever form they come back', async () => {
    const pair = Buffer.from(`me:${canary}`).toString('base64')
    server.answers.set(`/${canary}`, (_request, response) => response.end(`you sent ${canary} and ${pair}`))
    const { step, log } = await run({
      url: `${server.base}/{{key}}`,
      auth: { type: 'basic', username: 'me', password: 'key' },
      secrets: ['key'],
      outputParameters: { answer: 'response.txt' },
    })
    expect(step?.outputs).toEqual({ answer: 'you sent *** and ***' })
    expect(log).toContain(`GET ${server.base}/***`)
    const failed = await run({ url: `http://{{key}}.localhost:1/`, secrets: ['key'] })
    expect(failed.step?.reason).not.toContain(canary)
    expect(failed.log).not.toContain(canary)
  })

  it('that no header can hold fail the step without another attempt and without the value', async () => {
    const retry = { maxRetries: 3, delaySeconds: 0, exponentialBackoff: false, exitCodes: null }
    const { step } = await run({ secretHeaders: { 'X-Key': 'multiline' }, retry })
    expect(step).toMatchObject({
      reason: 'the secret for header X-Key must not hold a line break or a NUL character',
      attempt: 1,
    })
    expect(server.seen).toEqual([])
  })
})

function btoa8(text: string): string {
  return Buffer.from(text).toString('base64')
}

describe('OAuth client credentials', () => {
  const oauth = () =>
    ({
      type: 'oauth',
      clientId: 'client-id',
      clientSecret: 'client-secret',
      authUrl: `${server.base}/token`,
    }) as const
  const give = (fields: object): void => {
    let number = 0
    server.answers.set('/token', (_request, response) => {
      number += 1
      response.end(JSON.stringify({ access_token: `token-number-${number}`, token_type: 'Bearer', ...fields }))
    })
  }
  const paths = () => server.seen.map(({ path, headers }) => `${path} ${headers.authorization ?? '-'}`)

  it('are sent as a form, and the token is used until shortly before it expires', async () => {
    give({ expires_in: 3600 })
    await run({ auth: oauth() })
    await run({ auth: oauth() })
    expect(paths()).toEqual(['/token -', '/ Bearer token-number-1', '/ Bearer token-number-1'])
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&client_id=the+client&client_secret=c%26s%3D1',
    })
  })

  it('are sent for each request when the token has no lifetime', async () => {
    give({})
    await run({ auth: oauth() })
    await run({ auth: oauth() })
    expect(paths()).toEqual(['/token -', '/ Bearer token-number-1', '/token -', '/ Bearer token-number-2'])
  })

  it('are sent once for steps that start together', async () => {
    give({ expires_in: 3600 })
    const id = await fixture.run(
      Object.fromEntries(
        Array.from({ length: 10 }, (_, index) => [`s${index}`, httpStep({ url: server.base, auth: oauth() })]),
      ),
    )
    expect((await fixture.finished(id)).status).toBe('success')
    expect(server.seen.filter(({ path }) => path === '/token')).toHaveLength(1)
  })

  it('are sent again, once, when a kept token is refused', async () => {
    give({ expires_in: 3600 })
    await run({ auth: oauth() })
    server.answers.set('/', ({ headers }, response) => {
      response.writeHead(headers.authorization === 'Bearer token-number-1' ? 401 : 200).end()
    })
    expect((await run({ auth: oauth() })).step?.status).toBe('Success')
    server.answers.set('/', (_request, response) => response.writeHead(401).end())
    expect((await run({ auth: oauth() })).step?.reason).toBe('HTTP 401')
    expect(paths().slice(2)).toEqual([
      '/ Bearer token-number-1',
      '/token -',
      '/ Bearer token-number-2',
      '/ Bearer token-number-2',
      '/token -',
      '/ Bearer token-number-3',
    ])
  })

  it('are sent anew when the secret has another value', async () => {
    give({ expires_in: 3600 })
    await run({ auth: oauth() })
    await fixture.keepSecrets({ 'other-secret': 'other' })
    await run({ auth: { ...oauth(), clientSecret: 'other-secret' } })
    expect(paths()[3]).toBe('/ Bearer token-number-2')
  })

  it.each([
    [401, { error: 'invalid_client', error_description: 'c&s=1 is wrong' }, 'HTTP 401 (invalid_client)'],
    [400, { error: 'c&s=1' }, 'HTTP 400'],
    [200, { token: 'x' }, 'the answer holds no access_token'],
    [302, {}, 'redirected more than 0 times'],
  ])('that are refused by %s are the reason, without words of the server', async (status, body, words) => {
    server.answers.set('/token', (_request, response) =>
      response.writeHead(status, { location: '/elsewhere' }).end(JSON.stringify(body)),
    )
    const { step, log } = await run({ auth: oauth() })
    expect(step?.reason).toBe(`no access token: ${words}`)
    expect(log).not.toContain('c&s')
    expect(paths()).toEqual(['/token -'])
  })

  it('do not show the token that they are given', async () => {
    give({ expires_in: 3600 })
    server.answers.set('/', ({ headers }, response) => response.end(`you are ${headers.authorization}`))
    const { step } = await run({ auth: oauth(), outputParameters: { answer: 'response.txt' } })
    expect(step?.outputs).toEqual({ answer: 'you are Bearer ***' })
  })
})

describe('retries of an http step', () => {
  const retry = { maxRetries: 2, delaySeconds: 0, exponentialBackoff: false, exitCodes: [1] }

  it.each([500, 503, 408, 425, 429])('follow an answer of %s, whatever exit codes are asked for', async (status) => {
    let asked = 0
    server.answers.set('/', (_request, response) => {
      asked += 1
      response.writeHead(asked === 3 ? 200 : status).end()
    })
    expect((await run({ retry })).step).toMatchObject({ status: 'Success', attempt: 3 })
  })

  it.each([400, 401, 403, 404, 409, 422])('do not follow an answer of %s', async (status) => {
    server.answers.set('/', (_request, response) => response.writeHead(status).end())
    expect((await run({ retry })).step).toMatchObject({ reason: `HTTP ${status}`, attempt: 1 })
  })

  it('follow broken connections and time-outs', async () => {
    server.answers.set('/', (_request, response) => response.destroy())
    expect((await run({ retry })).step).toMatchObject({ status: 'Failed', attempt: 3 })
    server.answers.set('/', () => undefined)
    expect((await run({ retry: { ...retry, maxRetries: 1 }, timeoutSeconds: 1 })).step).toMatchObject({
      reason: 'timed out after 1 s (attempt 2)',
    })
  })

  it('do not follow an address that is refused, a missing parameter, or redirects without end', async () => {
    server.answers.set('/', (_request, response) => response.writeHead(302, { location: '/' }).end())
    for (const url of ['http://169.254.169.254/', `${server.base}/{{nope}}`, server.base]) {
      expect((await run({ url, retry })).step).toMatchObject({ status: 'Failed', attempt: 1 })
    }
  })
})
