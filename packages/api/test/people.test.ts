import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, type Call, createApiFixture, makeToken, textIn } from './api-fixture.ts'

const password = 'correct horse battery'
let fixture: ApiFixture
let admin: string
let email: string
let count = 0

beforeAll(async () => {
  fixture = await createApiFixture()
  admin = await ownId(fixture.tenant.token)
})
afterAll(() => fixture.close())
beforeEach(() => {
  count += 1
  email = `ann${count}@example.com`
})

const ownId = async (token: string): Promise<string> => idIn(await fixture.call('getSession', { token }), 'user')

function idIn(answer: Answer, key: string): string {
  const value = answer.body[key]
  if (typeof value !== 'object' || value === null || !('id' in value)) throw new Error(answer.text)
  return String(value.id)
}

const invite = async (role = 'editor') => {
  const answer = await fixture.call('inviteUser', { body: { email, name: 'Ann', role } })
  return { answer, userId: idIn(answer, 'user'), token: new URL(textIn(answer, 'url')).hash.slice(1) }
}

const accept = (token: string, more: object = {}) =>
  fixture.call('acceptInvitation', { token: null, body: { token, password, ...more } })

const signIn = (given = password) => fixture.call('createSession', { token: null, body: { email, password: given } })

const asPage = (signedIn: Answer): Call => {
  const fields: unknown = signedIn.headers['set-cookie']
  const [own = ''] = Array.isArray(fields) ? fields.map(String) : []
  return { token: null, headers: { cookie: own.split(';')[0] ?? '', 'x-cairn-csrf': '1' } }
}

const statusOf = async (answer: Promise<Answer>): Promise<readonly unknown[]> => {
  const { status, body } = await answer
  return [status, body['code']]
}

describe('an invitation', () => {
  it('is a link that sets the password once and signs in, and stands in no path or query', async () => {
    const { answer, userId, token } = await invite()
    expect(answer).toMatchObject({ status: 201, body: { user: { email, status: 'invited', hasPassword: false } } })
    expect(textIn(answer, 'url')).toMatch(/^http:\/\/127\.0\.0\.1:7420\/invitation#[\w-]{43}$/)
    expect((await signIn()).status).toBe(401)
    const accepted = await accept(token, { name: 'Ann of Example' })
    expect(accepted).toMatchObject({
      status: 200,
      body: { user: { id: userId, name: 'Ann of Example' }, role: 'editor' },
    })
    expect((await fixture.call('getSession', asPage(accepted))).status).toBe(200)
    expect((await signIn()).status).toBe(200)
    expect(await statusOf(accept(token))).toEqual([401, 'unauthorized'])
    const described = await fixture.call('describeUser', { params: { userId } })
    expect(described.body).toMatchObject({ status: 'active', hasPassword: true, lastSeenAt: expect.any(String) })
  })

  it('is mailed where there is a mail server that may, and its link is kept sealed until then', async () => {
    const mailing = await createApiFixture({ mailDomains: ['example.com'] })
    const body = { email, name: 'Ann', role: 'editor' }
    const answer = await mailing.call('inviteUser', { body })
    const waiting = { status: 'pending', error: null }
    expect(answer.body).toMatchObject({ mailed: true, user: { invitationMail: waiting } })
    expect(mailing.hinted).toContain('work')
    const { rows } = await mailing.database.pool.query<{ kept: Buffer }>('select link as kept from invitation_mail')
    const token = new URL(textIn(answer, 'url')).hash.slice(1)
    expect(rows.map(({ kept }) => kept.includes(token))).toEqual([false])
    const [elsewhere, unwanted] = await Promise.all([
      mailing.call('inviteUser', { body: { ...body, email: 'bob@elsewhere.example' } }),
      mailing.call('inviteUser', { body: { ...body, email: 'robot@example.com', mail: false } }),
    ])
    const not = { mailed: false, user: { invitationMail: null } }
    expect([elsewhere.body, unwanted.body]).toMatchObject([not, not])
    await mailing.close()
    expect((await invite()).answer.body).toMatchObject(not)
  })

  it('is one of a kind: two who use it at once do not both set a password', async () => {
    const { token } = await invite()
    const statuses = (await Promise.all([accept(token), accept(token)])).map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401])
  })

  it('ends when another is made, which also replaces a password that was forgotten and ends its sessions', async () => {
    const { userId, token } = await invite()
    const session = await accept(token)
    const renewed = await fixture.call('renewInvitation', { params: { userId } })
    const again = await fixture.call('renewInvitation', { params: { userId } })
    const hashOf = (answer: Answer): string => new URL(textIn(answer, 'url')).hash.slice(1)
    expect((await accept(hashOf(renewed))).status).toBe(401)
    expect((await accept(hashOf(again), { password: 'another horse battery' })).status).toBe(200)
    expect((await fixture.call('getSession', asPage(session))).status).toBe(401)
    expect([(await signIn()).status, (await signIn('another horse battery')).status]).toEqual([401, 200])
  })

  it('of a user who was disabled opens nothing', async () => {
    const { userId, token } = await invite()
    await fixture.call('updateUser', { params: { userId }, body: { disabled: true } })
    expect((await accept(token)).status).toBe(401)
    expect(await statusOf(fixture.call('renewInvitation', { params: { userId } }))).toEqual([409, 'conflict'])
  })

  it.each([
    ['a name for an e-mail', { email: 'ann', role: 'viewer' }, 'invalid_request'],
    ['two addresses', { email: 'a@b.c,d@e.f', role: 'viewer' }, 'invalid_request'],
    ['an unknown role', { email: 'ann@x.y', role: 'owner' }, 'invalid_request'],
    ['an e-mail that is taken, in other letters', { email: 'DEFAULT@example.com', role: 'viewer' }, 'name_taken'],
  ])('is refused with %s', async (_case, body, code) => {
    expect(await statusOf(fixture.call('inviteUser', { body }))).toEqual([400, code])
  })

  it('asks for a password of 12 characters', async () => {
    const { token } = await invite()
    expect((await accept(token, { password: 'short' })).status).toBe(400)
  })
})

describe('users', () => {
  it('are listed by e-mail, with their role and state, of the own tenant alone', async () => {
    await invite('viewer')
    const all = await fixture.call('listUsers', { query: { pageSize: '1000' } })
    const emails = JSON.stringify(all.body)
    expect(emails).toContain(email)
    expect(emails).not.toContain('other@example.com')
    const viewers = await fixture.call('listUsers', { query: { role: 'viewer', status: 'invited', searchTerm: 'ann' } })
    expect(viewers.body['users']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ email, role: 'viewer', status: 'invited', createdBy: 'default@example.com' }),
      ]),
    )
    const none = await fixture.call('listUsers', { query: { searchTerm: email, status: 'disabled' } })
    expect(none.body).toMatchObject({ users: [], userCount: 0 })
  })

  it('lose what they may do with their role, and everything while they are disabled', async () => {
    const { userId, token } = await invite('admin')
    const page = asPage(await accept(token))
    expect((await fixture.call('listUsers', page)).status).toBe(200)
    await fixture.call('updateUser', { params: { userId }, body: { role: 'viewer' } })
    expect((await fixture.call('listUsers', page)).status).toBe(403)
    await fixture.call('updateUser', { params: { userId }, body: { disabled: true } })
    expect((await fixture.call('getSession', page)).status).toBe(401)
    const enabled = await fixture.call('updateUser', { params: { userId }, body: { disabled: false } })
    expect(enabled.body).toMatchObject({ status: 'active', role: 'viewer' })
    // The sessions of before have ended: they may be a thief's.
    expect((await fixture.call('getSession', page)).status).toBe(401)
    expect((await signIn()).status).toBe(200)
  })

  it('who are invited and disabled cannot use the link any more, also when they are enabled again', async () => {
    const { userId, token } = await invite()
    for (const disabled of [true, false]) await fixture.call('updateUser', { params: { userId }, body: { disabled } })
    expect((await accept(token)).status).toBe(401)
  })

  it('who are deleted leave no token and no session that counts', async () => {
    const { userId, token } = await invite()
    const page = asPage(await accept(token))
    const own = textIn(await fixture.call('createToken', { ...page, body: { label: 'l', scope: 'write' } }), 'token')
    expect((await fixture.call('getSession', { token: own })).status).toBe(200)
    expect((await fixture.call('deleteUser', { params: { userId } })).status).toBe(200)
    expect([
      (await fixture.call('getSession', { token: own })).status,
      (await fixture.call('getSession', page)).status,
    ]).toEqual([401, 401])
    expect((await fixture.call('deleteUser', { params: { userId } })).status).toBe(404)
  })

  it.each([{ role: 'editor' }, { disabled: true }])('keep a last admin from %j', async (body) => {
    expect(await statusOf(fixture.call('updateUser', { params: { userId: admin }, body }))).toEqual([409, 'conflict'])
    expect(await statusOf(fixture.call('deleteUser', { params: { userId: admin } }))).toEqual([409, 'conflict'])
  })

  it('keep a last admin whose id is written in capitals', async () => {
    const params = { userId: admin.toUpperCase() }
    expect(await statusOf(fixture.call('deleteUser', { params }))).toEqual([409, 'conflict'])
    expect(await statusOf(fixture.call('updateUser', { params, body: { role: 'viewer' } }))).toEqual([409, 'conflict'])
    expect((await fixture.call('describeUser', { params })).body).toMatchObject({ id: admin })
  })

  it('keep one admin of two who take the role from each other at once', async () => {
    const { userId } = await invite('admin')
    const statuses = await Promise.all(
      [userId, admin].map((id) => fixture.call('updateUser', { params: { userId: id }, body: { role: 'viewer' } })),
    )
    expect(statuses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
    const { db } = fixture.database
    await db.updateTable('tenant_user').set({ role: 'admin' }).where('id', '=', admin).execute()
    await db.deleteFrom('tenant_user').where('id', '=', userId).execute()
  })
})

describe('a password', () => {
  it('is changed by who knows it, and ends all other sessions of the user', async () => {
    const { token } = await invite()
    const [here, there] = [asPage(await accept(token)), asPage(await signIn())]
    const change = (body: object) => fixture.call('changePassword', { ...here, body })
    expect((await change({ newPassword: 'another horse battery' })).status).toBe(400)
    expect((await change({ currentPassword: 'wrong', newPassword: 'another horse battery' })).status).toBe(400)
    expect((await change({ currentPassword: password, newPassword: 'another horse battery' })).status).toBe(200)
    expect((await fixture.call('getSession', here)).status).toBe(200)
    expect((await fixture.call('getSession', there)).status).toBe(401)
    expect([(await signIn()).status, (await signIn('another horse battery')).status]).toEqual([401, 200])
  })
})

describe('a password that is guessed by who is signed in', () => {
  it('is counted as at a sign-in', async () => {
    const { token } = await invite()
    const page = asPage(await accept(token))
    const change = () =>
      fixture.call('changePassword', {
        ...page,
        body: { currentPassword: 'wrong', newPassword: 'another horse battery' },
      })
    const answers = []
    for (let tried = 0; tried < 12; tried += 1) answers.push((await change()).status)
    expect(answers.at(0)).toBe(400)
    expect(answers.at(-1)).toBe(429)
  })
})

describe('a token', () => {
  it('is told once, may no more than its scope, is listed without its value, and ends when it is revoked', async () => {
    const { token: link } = await invite()
    const page = asPage(await accept(link))
    const made = await fixture.call('createToken', {
      ...page,
      body: { label: 'nightly', scope: 'read', expiresInDays: 90 },
    })
    const token = textIn(made, 'token')
    expect(token).toMatch(/^cairn_[\w-]{43}$/)
    expect((await fixture.call('getSession', { token })).body).toMatchObject({ access: 'read', token: 'nightly' })
    expect((await fixture.call('createSecret', { token, body: { name: 'x', value: 'value' } })).status).toBe(403)
    const listed = await fixture.call('listTokens', page)
    expect(listed.body).toMatchObject({
      tokenCount: 1,
      tokens: [{ label: 'nightly', scope: 'read', userEmail: email, lastUsedAt: expect.any(String) }],
    })
    expect(listed.text).not.toContain(token)
    expect((await fixture.call('revokeToken', { ...page, params: { tokenId: textIn(made, 'id') } })).status).toBe(200)
    expect((await fixture.call('getSession', { token })).status).toBe(401)
    expect((await fixture.call('listTokens', page)).body).toMatchObject({ tokens: [] })
  })

  it('that is limited makes no token, revokes none but itself, and changes no password', async () => {
    const holder = { tenantId: fixture.tenant.id, name: `robot${count}`, role: 'admin' } as const
    const whole = await makeToken(fixture.database, holder)
    const limited = await fixture.call('createToken', { token: whole, body: { label: 'limited', scope: 'run' } })
    const [token, tokenId] = [textIn(limited, 'token'), textIn(limited, 'id')]
    const other = textIn(await fixture.call('createToken', { token: whole, body: { label: 'o', scope: 'run' } }), 'id')
    const refused = [403, 'forbidden']
    expect(await statusOf(fixture.call('createToken', { token, body: { label: 'l', scope: 'write' } }))).toEqual(
      refused,
    )
    expect(await statusOf(fixture.call('revokeToken', { token, params: { tokenId: other } }))).toEqual(refused)
    expect(await statusOf(fixture.call('changePassword', { token, body: { newPassword: password } }))).toEqual(refused)
    expect((await fixture.call('revokeToken', { token, params: { tokenId } })).status).toBe(200)
  })

  it('of another user is seen, made and revoked by an admin alone, within the tenant', async () => {
    const { userId, token: link } = await invite('editor')
    const editor = asPage(await accept(link))
    const body = { label: 'robot', scope: 'run', userId }
    const made = await fixture.call('createToken', { body })
    expect(made.body).toMatchObject({ userEmail: email })
    expect((await fixture.call('listTokens', { query: { userId } })).body).toMatchObject({ tokenCount: 1 })
    expect((await fixture.call('listTokens', { ...editor, query: { userId: admin } })).status).toBe(403)
    expect((await fixture.call('createToken', { ...editor, body: { ...body, userId: admin } })).status).toBe(403)
    const { token } = fixture.otherTenant
    const foreign = { token, params: { tokenId: textIn(made, 'id') } }
    expect([
      (await fixture.call('revokeToken', foreign)).status,
      (await fixture.call('createToken', { token, body })).status,
    ]).toEqual([404, 404])
    const ofAdmin = await fixture.call('createToken', { body: { label: 'own', scope: 'read' } })
    const tokenId = textIn(ofAdmin, 'id')
    expect((await fixture.call('revokeToken', { ...editor, params: { tokenId } })).status).toBe(404)
    expect((await fixture.call('revokeToken', { params: { tokenId: textIn(made, 'id') } })).status).toBe(200)
  })

  it('is not given to another user who repeats the call under the same key', async () => {
    const { token: link } = await invite('editor')
    const page = asPage(await accept(link))
    const headers = { 'idempotency-key': `make-${count}` }
    const body = { label: 'mine', scope: 'read' }
    expect((await fixture.call('createToken', { headers, body })).status).toBe(201)
    const repeated = await fixture.call('createToken', { ...page, headers: { ...page.headers, ...headers }, body })
    expect([repeated.status, repeated.body['token']]).toEqual([422, undefined])
  })

  it('is not given to a limited token of its user that repeats the call under the same key', async () => {
    const { token: link } = await invite('editor')
    const page = asPage(await accept(link))
    const headers = { 'idempotency-key': `limited-${count}` }
    const body = { label: 'mine', scope: 'write' }
    const made = await fixture.call('createToken', { ...page, headers: { ...page.headers, ...headers }, body })
    expect(made.status).toBe(201)
    const limited = await fixture.call('createToken', { ...page, body: { label: 'reads', scope: 'read' } })
    const repeated = await fixture.call('createToken', { token: textIn(limited, 'token'), headers, body })
    expect([repeated.status, repeated.body['token']]).toEqual([422, undefined])
  })
})
