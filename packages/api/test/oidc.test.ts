/** Signing in by a real provider of identities, on loopback. */
import type { Role } from '@cairn/contract'
import { ensureUser } from '@cairn/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createIdentityProvider, type IdentityProviderOptions } from '../src/index.ts'
import { type ApiFixture, createApiFixture } from './api-fixture.ts'
import {
  clientId,
  clientSecret,
  type Person,
  type ProviderServer,
  type ProviderServerOptions,
  startProviderServer,
} from './provider-server.ts'

const publicUrl = 'http://127.0.0.1:7420'

let provider: ProviderServer
let person: Person
let people = 0
let fixture: ApiFixture
let open: ApiFixture

const asked: ProviderServerOptions = {
  publicUrl: () => publicUrl,
  findPerson: () => person,
  whoIsThere: () => person.id,
  endsSessions: true,
}

const options = (): IdentityProviderOptions => ({
  issuer: provider.issuer,
  clientId,
  clientSecret,
  name: 'Example',
  tenantName: 'default',
  roles: null,
  publicUrl,
})
const rules = {
  claim: 'groups',
  rules: [
    { role: 'admin', value: 'platform' },
    { role: 'viewer', value: 'guests' },
  ],
} as const

beforeAll(async () => {
  provider = await startProviderServer(asked)
  fixture = await createApiFixture({ publicUrl, identityProvider: createIdentityProvider(options()) })
  open = await createApiFixture({
    publicUrl,
    identityProvider: createIdentityProvider({ ...options(), roles: rules }),
  })
})
afterAll(async () => {
  await fixture.close()
  await open.close()
  provider.close()
})
beforeEach(() => {
  people += 1
  person = { id: `subject-${people}`, email: `p${people}@example.com`, isChecked: true, groups: [] }
})

interface Seen {
  readonly status: number
  readonly to: string | null
  readonly text: string
  /** Names of the cookies that were set. */
  readonly set: readonly string[]
}

/** A browser: cookies of Cairn and of the provider, kept apart. */
class Browser {
  readonly #jars = { cairn: new Map<string, string>(), provider: new Map<string, string>() }
  readonly #api: ApiFixture

  constructor(api: ApiFixture) {
    this.#api = api
  }

  cookies(of: 'cairn' | 'provider' = 'cairn'): string {
    return [...this.#jars[of]].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(of: 'cairn' | 'provider', fields: readonly string[]): void {
    for (const field of fields) {
      const [name = '', value = ''] = field.split(';', 1)[0]?.split(/=(.*)/s) ?? []
      if (value === '') this.#jars[of].delete(name)
      else this.#jars[of].set(name, value)
    }
  }

  async get(url: string): Promise<Seen> {
    const here = new URL(url, publicUrl)
    if (here.origin === publicUrl) {
      const { statusCode, headers, body } = await this.#api.app.inject({
        url: here.pathname + here.search,
        headers: { cookie: this.cookies() },
      })
      const fields = [headers['set-cookie'] ?? []].flat()
      this.#keep('cairn', fields)
      const set = fields.map((field) => field.split('=')[0] ?? '')
      return { status: statusCode, to: headers.location ?? null, text: body, set }
    }
    const answer = await fetch(here, { redirect: 'manual', headers: { cookie: this.cookies('provider') } })
    this.#keep('provider', answer.headers.getSetCookie())
    const to = answer.headers.get('location')
    const text = await answer.text()
    return { status: answer.status, to: to === null ? null : new URL(to, here).href, text, set: [] }
  }

  /** Follows redirects until the address has a text in it, or there is none; answers where it is then. */
  async follow(url: string, until: string): Promise<string> {
    let at = url
    while (!at.includes(until)) {
      const { status, to, text } = await this.get(at)
      if (to === null) return `${status} ${text}`
      at = to
    }
    return at
  }
}

/** The whole way; answers where the browser is at the end. */
async function signIn(browser: Browser, path = '/workflows/7?tab=runs'): Promise<string> {
  const back = await browser.follow(`/auth/oidc/start?path=${encodeURIComponent(path)}`, '/auth/oidc/callback')
  const { status, to, text } = await browser.get(back)
  return to ?? `${status} ${text}`
}

const whoIs = (api: ApiFixture, browser: Browser) =>
  api.call('getSession', {
    token: null,
    headers: { cookie: browser.cookies(), host: '127.0.0.1:7420', 'sec-fetch-site': 'same-origin' },
  })

const invite = (role: Role) =>
  fixture.database.transaction((tx) =>
    ensureUser(tx, { tenantId: fixture.tenant.id, email: person.email, name: 'Ann', role, by: 'test' }),
  )

describe('who was invited', () => {
  it('signs in, comes to where they wanted to go, and is in the audit log', async () => {
    const id = await invite('editor')
    const browser = new Browser(fixture)
    expect(await signIn(browser)).toBe('/workflows/7?tab=runs')
    expect(await whoIs(fixture, browser)).toMatchObject({
      status: 200,
      body: { user: { id, email: person.email }, role: 'editor', token: null },
    })
    const { body } = await fixture.call('listAuditEvents', { query: { user: person.email } })
    expect(body['events']).toMatchObject([{ operation: 'createSession', errorCode: null }])
  })

  it('has what the browser kept for the way taken away once', async () => {
    await invite('editor')
    const browser = new Browser(fixture)
    const { set } = await browser.get(await browser.follow('/auth/oidc/start', '/auth/oidc/callback'))
    expect(set).toEqual(['cairn-oidc', 'cairn_session', 'cairn-sign-in'])
  })

  it('is known by the subject afterwards, whatever the e-mail is then', async () => {
    const id = await invite('editor')
    await signIn(new Browser(fixture))
    person = { ...person, email: 'new-name@example.com' }
    const browser = new Browser(fixture)
    await signIn(browser)
    expect((await whoIs(fixture, browser)).body).toMatchObject({ user: { id } })
  })

  it('is not let in by an e-mail that nobody has checked', async () => {
    await invite('admin')
    person = { ...person, isChecked: false }
    const browser = new Browser(fixture)
    expect(await signIn(browser)).toMatch(/^403 .*Nobody has invited you/s)
    expect((await whoIs(fixture, browser)).status).toBe(401)
  })

  it('is not let in as the user of an e-mail that was somebody else’s', async () => {
    await invite('admin')
    await signIn(new Browser(fixture))
    person = { ...person, id: 'somebody-else' }
    expect(await signIn(new Browser(fixture))).toMatch(/^403 .*somebody else/s)
  })

  it('is kept out while disabled', async () => {
    const userId = await invite('editor')
    await fixture.call('updateUser', { params: { userId }, body: { disabled: true } })
    expect(await signIn(new Browser(fixture))).toMatch(/^403 .*disabled/s)
    const { body } = await fixture.call('listAuditEvents', { query: { user: person.email, result: 'refused' } })
    expect(body['events']).toMatchObject([{ operation: 'createSession', errorCode: 'forbidden' }])
  })
})

it('lets nobody in whom nobody has invited', async () => {
  expect(await signIn(new Browser(fixture))).toMatch(/^403 .*Nobody has invited you/s)
})

describe('where the provider gives roles', () => {
  it('makes a user, and changes the role with the next sign-in', async () => {
    person = { ...person, groups: ['guests'] }
    const browser = new Browser(open)
    await signIn(browser)
    expect((await whoIs(open, browser)).body).toMatchObject({ role: 'viewer', user: { name: 'Ann' } })
    person = { ...person, groups: ['guests', 'platform'] }
    await signIn(browser)
    expect((await whoIs(open, browser)).body).toMatchObject({ role: 'admin' })
  })

  it('lets nobody in who has none any more', async () => {
    person = { ...person, groups: ['platform'] }
    await signIn(new Browser(open))
    person = { ...person, groups: [] }
    expect(await signIn(new Browser(open))).toMatch(/^403 .*no role/s)
  })
})

describe('an answer of the provider', () => {
  let browser: Browser
  let back: string
  beforeEach(async () => {
    await invite('admin')
    browser = new Browser(fixture)
    back = await browser.follow('/auth/oidc/start', '/auth/oidc/callback')
  })
  const stillOut = async (): Promise<void> => expect((await whoIs(fixture, browser)).status).toBe(401)

  it('counts in the browser that asked for it only', async () => {
    const other = new Browser(fixture)
    expect((await other.get(back)).status).toBe(400)
    await other.follow('/auth/oidc/start', '/auth/oidc/callback')
    expect((await other.get(back)).status).toBe(401)
    expect((await whoIs(fixture, other)).status).toBe(401)
    await stillOut()
  })

  it('counts with its own state only', async () => {
    const forged = new URL(back)
    forged.searchParams.set('state', 'another')
    expect((await browser.get(forged.href)).status).toBe(401)
    await stillOut()
  })

  it('counts once, and ends what the browser has kept', async () => {
    const forged = new URL(back)
    forged.searchParams.set('code', 'another')
    expect((await browser.get(forged.href)).status).toBe(401)
    expect((await browser.get(back)).status).toBe(400)
    await stillOut()
  })
})

describe('signing out', () => {
  const signOut = (api: ApiFixture, browser: Browser) => {
    const own = { host: '127.0.0.1:7420', 'sec-fetch-site': 'same-origin', 'x-cairn-csrf': '1' }
    return api.call('endSession', { token: null, headers: { cookie: browser.cookies(), ...own } })
  }

  it('leads to the provider, which knows what to end, and back', async () => {
    await invite('viewer')
    const browser = new Browser(fixture)
    await signIn(browser)
    const { rows } = await fixture.database.pool.query<{ kept: Buffer }>(
      'select provider_token as kept from browser_session order by expires_at desc limit 1',
    )
    const { providerUrl } = (await signOut(fixture, browser)).body
    const url = new URL(String(providerUrl))
    expect(url.origin).toBe(provider.issuer)
    const hint = url.searchParams.get('id_token_hint') ?? ''
    expect(JSON.parse(Buffer.from(hint.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ sub: person.id })
    expect(rows[0]?.kept.includes(hint)).toBe(false)
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${publicUrl}/`)
    expect(await browser.get(url.href)).toMatchObject({ status: 200, text: expect.stringContaining('sign me out') })
    expect((await whoIs(fixture, browser)).status).toBe(401)
  })

  it('leads nowhere for who signed in by a token, and where the provider ends no sessions', async () => {
    const byToken = await fixture.call('createSession', { token: null, body: { token: fixture.tenant.token } })
    const cookie = [byToken.headers['set-cookie']].flat().map((field) => String(field).split(';')[0])
    const asPage = { cookie: cookie.join('; '), host: '127.0.0.1:7420', 'x-cairn-csrf': '1' }
    expect((await fixture.call('endSession', { token: null, headers: asPage })).body).toEqual({ providerUrl: null })
    const endless = await startProviderServer({ ...asked, endsSessions: false })
    const identityProvider = createIdentityProvider({ ...options(), issuer: endless.issuer })
    const other = await createApiFixture({ publicUrl, identityProvider })
    await other.database.transaction((tx) =>
      ensureUser(tx, { tenantId: other.tenant.id, email: person.email, name: 'Ann', role: 'viewer', by: 'test' }),
    )
    const browser = new Browser(other)
    await signIn(browser)
    expect((await signOut(other, browser)).body).toEqual({ providerUrl: null })
    expect((await whoIs(other, browser)).status).toBe(401)
    await other.close()
    endless.close()
  })
})

it('ends nowhere but on this host', async () => {
  await invite('viewer')
  expect(await signIn(new Browser(fixture), '//evil.example/')).toBe('/')
})

it('is offered by name, and nothing is where there is none', async () => {
  const none = await createApiFixture()
  const offered = { name: 'Example', path: '/auth/oidc/start' }
  expect((await fixture.call('getSignInWays', { token: null })).body).toEqual({ provider: offered })
  expect((await none.call('getSignInWays', { token: null })).body).toEqual({ provider: null })
  expect((await none.app.inject({ url: '/auth/oidc/start' })).statusCode).toBe(401)
  await none.close()
})

it('says so when the provider does not answer', async () => {
  const away = await createApiFixture({
    publicUrl,
    identityProvider: createIdentityProvider({ ...options(), issuer: 'http://127.0.0.1:9' }),
  })
  const start = async (): Promise<number> => (await away.app.inject({ url: '/auth/oidc/start' })).statusCode
  expect([await start(), await start()]).toEqual([502, 502])
  await away.close()
})
