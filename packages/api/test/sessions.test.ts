import { hashPassword } from '@cairn/domain'
import { ensureUser } from '@cairn/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, type Call, createApiFixture, makeToken } from './api-fixture.ts'

const password = 'correct horse battery'
let fixture: ApiFixture
let hash: string
let people = 0
let email: string
let userId: string

beforeAll(async () => {
  fixture = await createApiFixture()
  hash = await hashPassword(password)
})
afterAll(() => fixture.close())

beforeEach(async () => {
  people += 1
  email = `ann${people}@example.com`
  const user = { tenantId: fixture.tenant.id, email, name: 'Ann', role: 'editor', by: 'test' } as const
  userId = await fixture.database.transaction((tx) => ensureUser(tx, user))
  await change({ password_hash: hash })
})

const change = (assigned: { role?: 'viewer'; password_hash?: string; disabled_at?: Date }, id = userId) =>
  fixture.database.db.updateTable('tenant_user').set(assigned).where('id', '=', id).execute()

const signIn = (body: object, headers: Record<string, string> = {}) =>
  fixture.call('createSession', { token: null, body, headers })

function cookieOf(answer: Answer): string {
  const fields = answer.headers['set-cookie']
  const own = Array.isArray(fields) ? fields.map(String).find((field) => field.startsWith('cairn_session=')) : undefined
  return own?.split(';')[0] ?? ''
}

const asPage = (cookie: string, headers: Record<string, string> = {}): Call => ({
  token: null,
  headers: { cookie, 'x-cairn-csrf': '1', 'sec-fetch-site': 'same-origin', origin: 'http://localhost:80', ...headers },
})

describe('a browser', () => {
  it('signs in by e-mail and password, in any case, and is known by its cookie', async () => {
    const answer = await signIn({ email: email.toUpperCase(), password })
    const self = { user: { id: userId, email, name: 'Ann' }, role: 'editor', access: 'write', token: null }
    expect(answer).toMatchObject({ status: 200, body: { ...self, tenant: { name: 'default' }, version: '0.0.0' } })
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^cairn_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/),
      expect.stringMatching(/^cairn-sign-in=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/),
    ])
    const known = await fixture.call('getSession', asPage(cookieOf(answer)))
    expect(known).toMatchObject({ status: 200, body: self })
    const made = await fixture.call('createSecret', {
      ...asPage(cookieOf(answer)),
      body: { name: `s${people}`, value: 'value' },
    })
    expect(made.status).toBe(201)
  })

  it('signs in by a token, may then no more than that, and tells its label', async () => {
    const holder = { tenantId: fixture.tenant.id, name: 'robot', role: 'admin', scope: 'read' } as const
    const token = await makeToken(fixture.database, holder)
    const answer = await signIn({ token: ` ${token} ` })
    expect(answer.body).toMatchObject({ role: 'admin', access: 'read', token: 'test' })
    const refused = await fixture.call('createSecret', {
      ...asPage(cookieOf(answer)),
      body: { name: 'a', value: 'value' },
    })
    expect(refused.status).toBe(403)
  })

  it('is signed out, and its cookie opens nothing any more', async () => {
    const cookie = cookieOf(await signIn({ email, password }))
    const ended = await fixture.call('endSession', asPage(cookie))
    expect([ended.status, cookieOf(ended)]).toEqual([200, 'cairn_session='])
    expect((await fixture.call('getSession', asPage(cookie))).status).toBe(401)
  })

  it('gets cookies for https alone where Cairn is reached so', async () => {
    const secure = await createApiFixture({ publicUrl: 'https://cairn.example' })
    const answer = await secure.call('createSession', { token: null, body: { token: secure.tenant.token } })
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-cairn_session=.*; SameSite=Strict; Secure$/),
      expect.stringMatching(/^__Host-cairn-sign-in=.*; SameSite=Lax; Secure$/),
    ])
    await secure.close()
  })
})

describe('a session', () => {
  it('ends when its user is disabled, and knows a change of role at once', async () => {
    const cookie = cookieOf(await signIn({ email, password }))
    await change({ role: 'viewer' })
    expect((await fixture.call('getSession', asPage(cookie))).body).toMatchObject({ role: 'viewer', access: 'read' })
    await change({ disabled_at: new Date() })
    expect((await fixture.call('getSession', asPage(cookie))).status).toBe(401)
    expect((await signIn({ email, password })).status).toBe(401)
  })

  it('ends with the token that opened it', async () => {
    const holder = { tenantId: fixture.tenant.id, name: `robot${people}`, role: 'admin' } as const
    const cookie = cookieOf(await signIn({ token: await makeToken(fixture.database, holder) }))
    const { db } = fixture.database
    const { id } = (await fixture.call('getSession', asPage(cookie))).body['user'] as { id: string }
    await db.updateTable('api_token').set({ revoked_at: new Date() }).where('user_id', '=', id).execute()
    expect((await fixture.call('getSession', asPage(cookie))).status).toBe(401)
  })
})

describe('a sign-in', () => {
  it.each([
    ['a wrong password', () => ({ email, password: 'another horse battery' })],
    ['nobody', () => ({ email: 'nobody@example.com', password })],
    ['a wrong token', () => ({ token: 'nothing' })],
    ['another tenant', () => ({ email, password, tenant: 'other' })],
  ])('of %s is refused in the same words', async (_case, body) => {
    const answer = await signIn(body())
    expect([answer.status, answer.body['message'], answer.headers['set-cookie']]).toEqual([
      401,
      'this is no valid token, or the e-mail and the password do not fit',
      undefined,
    ])
  })

  it.each([{}, { email: 'a@b.c' }, { token: 't', email: 'a@b.c', password }])('of %j is no sign-in', async (body) => {
    expect((await signIn(body)).status).toBe(400)
  })

  it('finds the tenant by the password where an e-mail is of several', async () => {
    const user = { tenantId: fixture.otherTenant.id, email, name: 'Ann', role: 'viewer', by: 'test' } as const
    const other = await fixture.database.transaction((tx) => ensureUser(tx, user))
    await change({ password_hash: await hashPassword('quite another one') }, other)
    expect((await signIn({ email, password: 'quite another one' })).body).toMatchObject({ tenant: { name: 'other' } })
    expect((await signIn({ email, password })).body).toMatchObject({ tenant: { name: 'default' } })
  })

  it('is limited for each e-mail, also with the right password, and tells when to come back', async () => {
    const limits = { signIns: { byAddress: { perSecond: 0.001, burst: 9 }, byEmail: { perSecond: 0.01, burst: 2 } } }
    const limited = await createApiFixture({ limits })
    const attempt = (body: object) => limited.call('createSession', { token: null, body })
    const wrong = { email: 'ann@example.com', password: 'wrong' }
    expect([(await attempt(wrong)).status, (await attempt(wrong)).status]).toEqual([401, 401])
    const third = await attempt({ ...wrong, email: 'Ann@Example.com' })
    expect(third).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(1)
    for (const _ of Array.from({ length: 6 })) await attempt({ token: 'x' })
    expect((await attempt({ token: limited.tenant.token })).status).toBe(429)
    await limited.close()
  })
})

describe('a page of another origin', () => {
  it.each([
    ['of a service of the same site', { origin: 'http://app.localhost', 'sec-fetch-site': 'same-site' }],
    ['of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['whose browser tells no origin', { origin: 'http://localhost:80', 'sec-fetch-site': 'cross-site' }],
    ['in a sandbox', { origin: 'null' }],
    ['under a name that anybody may have', { origin: 'http://evil.example', host: 'evil.example' }],
    ['without the header of own pages', { 'x-cairn-csrf': '' }],
  ])('%s changes nothing with the session of a browser', async (_case, headers) => {
    const cookie = cookieOf(await signIn({ email, password }))
    const answer = await fixture.call('createSecret', {
      ...asPage(cookie, headers),
      body: { name: 'planted', value: 'value' },
    })
    expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden'])
  })

  it('reads nothing with it either, and signs nobody in', async () => {
    const cookie = cookieOf(await signIn({ email, password }))
    const headers = { origin: 'http://app.localhost', 'sec-fetch-site': 'same-site' }
    expect((await fixture.call('listSecrets', asPage(cookie, headers))).status).toBe(403)
    const answer = await signIn({ token: fixture.tenant.token }, { origin: 'https://evil.example' })
    expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined])
  })

  it('does not use the cookie of the sign-in page at the API', async () => {
    const secret = cookieOf(await signIn({ email, password })).split('=')[1] ?? ''
    expect((await fixture.call('getSession', asPage(`cairn-sign-in=${secret}`))).status).toBe(401)
  })
})

it('lets a token count before a cookie', async () => {
  const cookie = cookieOf(await signIn({ email, password }))
  const call = asPage(cookie)
  expect((await fixture.call('getSession', { ...call, token: 'nothing' })).status).toBe(401)
  expect((await fixture.call('getSession', { ...call, token: fixture.tenant.token })).body).toMatchObject({
    role: 'admin',
  })
})
