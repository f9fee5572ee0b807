import { createServer } from 'node:http'
import { silentLogger } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSignInPage } from '../src/index.ts'
import { type Answer, aRoute, GatewayRig, portOf } from './gateway-rig.ts'

const holder = { userId: 'ann', tokenId: 'id-right', tenantId: 't-1', userEmail: 'ann@example.com' }
const foreign = { userId: 'eve', tokenId: 'id-foreign', tenantId: 't-2', userEmail: 'eve@example.com' }

let rig: GatewayRig
let cairn: string
beforeEach(async () => {
  rig = await new GatewayRig().open()
  for (const known of [holder, foreign]) rig.signIns.holders.set(known.tokenId, known)
  const page = createSignInPage({
    provider: { name: 'Example', path: '/auth/oidc/start' },
    store: rig.signIns,
    routes: rig.routes,
    domain: 'localhost:7420',
    scheme: 'http',
    signIn: async (proof, { tenant }) => {
      if (proof.kind === 'token' && proof.token === 'often') return { kind: 'limited', retryAfterSeconds: 7 }
      const isRight = proof.kind === 'token' ? proof.token === 'right' : proof.password === 'correct'
      if (!isRight || tenant !== 'default') return { kind: 'refused' }
      const secret = `secret-${crypto.randomUUID()}`
      await rig.signIns.openSession(secret, holder)
      return { kind: 'signed-in', secret }
    },
    logger: silentLogger,
  })
  const server = createServer((request, response) => {
    if (!page.handle(request, response)) response.writeHead(404).end('the API')
  })
  await rig.own(server)
  cairn = `http://127.0.0.1:${portOf(server)}`
  const { instance } = await rig.app((request, response) => response.end(JSON.stringify(request.headers)))
  const app = { access: 'private', serviceType: 'web-app', instances: [instance] } as const
  await rig.setRoutes(
    aRoute({ ...app, domains: ['own.example.com'] }),
    aRoute({ ...app, serviceName: 'other' }),
    aRoute({ ...app, serviceName: 'json', serviceType: 'api' }),
  )
})
afterEach(() => rig.close())

const page = { accept: 'text/html,*/*' }
const cookieOf = (answer: Answer, name: string): string =>
  (answer.headers['set-cookie'] ?? []).find((field) => field.startsWith(`cairn-${name}=`))?.split(';')[0] ?? ''

/** The cookie of the sign-in page. */
const ownCookieOf = ({ headers }: Response): string =>
  headers
    .getSetCookie()
    .find((field) => field.startsWith('cairn-sign-in='))
    ?.split(';')[0] ?? ''

async function begin(path = '/start?a=1', host = 'app.localhost:7420') {
  const answer = await rig.ask({ path, host, headers: page })
  return { answer, state: cookieOf(answer, 'state'), query: new URL(answer.headers.location ?? '').search }
}

const post = (query: string, token: string, headers: Record<string, string> = { origin: cairn }) => {
  const body = new URLSearchParams(query)
  body.set('token', token)
  return fetch(`${cairn}/sign-in`, { method: 'POST', body, redirect: 'manual', headers })
}

async function signIn(path?: string) {
  const begun = await begin(path)
  const sent = new URL((await post(begun.query, 'right')).headers.get('location') ?? '')
  const back = sent.pathname + sent.search
  return { ...begun, sent, back, finished: await rig.ask({ path: back, headers: { ...page, cookie: begun.state } }) }
}

test('the page offers the provider of identities, which comes back to it, also for a domain of the service’s own', async () => {
  const hrefIn = (text: string): string => /<a href="([^"]+)">Sign in with Example<\/a>/.exec(text)?.[1] ?? ''
  for (const host of ['app.localhost:7420', 'own.example.com']) {
    const { query } = await begin('/', host)
    const shown = hrefIn(await (await fetch(`${cairn}/sign-in${query}`)).text())
    const back = new URL(shown, cairn).searchParams.get('path') ?? ''
    expect(new URL(shown, cairn).pathname).toBe('/auth/oidc/start')
    expect(Object.fromEntries(new URL(back, cairn).searchParams)).toEqual(
      Object.fromEntries(new URLSearchParams(query)),
    )
  }
})

describe('a browser that opens a private web app', () => {
  test('signs in on the page of Cairn and comes back to where it wanted to go, with a session of this host', async () => {
    const { answer, sent, finished } = await signIn()
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toMatch(/^http:\/\/cairn\.test:7420\/sign-in\?service=id-app&/)
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^cairn-state=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
    )
    expect(sent.host).toBe('app.localhost:7420')
    expect(finished).toMatchObject({ status: 303, headers: { location: '/start?a=1' } })
    expect(finished.headers['set-cookie']?.[0]).toMatch(
      /^cairn-user=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
    )
    const opened = await rig.ask({
      headers: { cookie: `${cookieOf(finished, 'user')}; own=1`, 'x-cairn-user': 'root', x_cairn_user: 'root' },
    })
    expect(opened.status).toBe(200)
    expect(JSON.parse(opened.body)).toMatchObject({ 'x-cairn-user': 'ann@example.com', cookie: 'own=1' })
    expect(opened.body).not.toContain('root')
    // The session is of one service.
    const cookie = cookieOf(finished, 'user')
    expect((await rig.ask({ host: 'other.localhost', headers: { cookie } })).status).toBe(401)
  })

  test('under a domain of the service’s own comes back there, and never to a domain that is not the service’s', async () => {
    const { query, state } = await begin('/here', 'own.example.com')
    const sent = new URL((await post(query, 'right')).headers.get('location') ?? '')
    expect(sent.host).toBe('own.example.com:7420')
    const back = { path: sent.pathname + sent.search, host: 'own.example.com', headers: { ...page, cookie: state } }
    expect(await rig.ask(back)).toMatchObject({ status: 303, headers: { location: '/here' } })
    // The domain may be another's by now: who is signed in is asked again, and told where the browser would go.
    const signedIn = ownCookieOf(await post(query, 'right'))
    const asked = await fetch(`${cairn}/sign-in${query}`, { redirect: 'manual', headers: { cookie: signedIn } })
    expect([asked.status, await asked.text()]).toEqual([
      200,
      expect.stringContaining('<b>own.example.com:7420</b> is private'),
    ])
    for (const domain of ['evil.example.com', 'OWN.example.com', 'own.example.com@evil.test', '']) {
      const bent = new URLSearchParams(query)
      bent.set('domain', domain)
      const answer = await post(`?${bent.toString()}`, 'right')
      expect([answer.status, answer.headers.get('location')]).toEqual([404, null])
    }
  })

  test('that is signed in already goes on to a domain of the service’s own by one click, and by no link', async () => {
    const { query, state } = await begin('/here', 'own.example.com')
    const cookie = ownCookieOf(await post(query, 'right'))
    const shown = await (await fetch(`${cairn}/sign-in${query}`, { headers: { cookie } })).text()
    expect(shown).toContain('<button>Go on to own.example.com:7420 as ann@example.com</button>')
    const goOn = (headers: Record<string, string>) => post(`${query}&goOn=yes`, '', headers)
    const sent = new URL((await goOn({ origin: cairn, cookie })).headers.get('location') ?? '')
    expect(sent.host).toBe('own.example.com:7420')
    const back = { path: sent.pathname + sent.search, host: 'own.example.com', headers: { ...page, cookie: state } }
    expect(await rig.ask(back)).toMatchObject({ status: 303, headers: { location: '/here' } })
    const link = await fetch(`${cairn}/sign-in${query}&goOn=yes`, { redirect: 'manual', headers: { cookie } })
    const forged = await goOn({ origin: 'http://app.localhost:7420', cookie })
    const nobody = await goOn({ origin: cairn })
    rig.signIns.holders.set(holder.tokenId, { ...holder, tenantId: foreign.tenantId })
    const stranger = await goOn({ origin: cairn, cookie })
    for (const [answer, status] of [
      [link, 200],
      [forged, 403],
      [nobody, 401],
      [stranger, 401],
    ] as const) {
      expect([answer.status, answer.headers.get('location')]).toEqual([status, null])
    }
  })

  test('gets a page whose policy lets browsers name their origin when they send its form', async () => {
    const answer = await fetch(`${cairn}/sign-in${(await begin()).query}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('referrer-policy')).toBe('same-origin')
  })

  test('that is signed in on the page already is sent back at once', async () => {
    const first = await post((await begin()).query, 'right')
    const cookie = ownCookieOf(first)
    const again = await fetch(`${cairn}/sign-in${(await begin()).query}`, { redirect: 'manual', headers: { cookie } })
    expect(again.headers.get('location')).toMatch(/^http:\/\/app\.localhost:7420\/\.cairn\/sign-in\?code=/)
  })

  test('loses its session with its token', async () => {
    const cookie = cookieOf((await signIn()).finished, 'user')
    expect((await rig.ask({ headers: { cookie } })).status).toBe(200)
    rig.signIns.holders.delete('id-right')
    rig.clock.advance(5_001)
    expect((await rig.ask({ headers: { cookie } })).status).toBe(401)
    rig.signIns.isAway = true
    rig.clock.advance(5_001)
    expect((await rig.ask({ headers: { cookie } })).status).toBe(503)
  })

  test('signs in by e-mail and password as well', async () => {
    const { query } = await begin()
    const body = new URLSearchParams(query)
    for (const [name, value] of Object.entries({ token: '', email: ' ann@example.com ', password: 'correct' }))
      body.set(name, value)
    const answer = await fetch(`${cairn}/sign-in`, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { origin: cairn },
    })
    expect(answer.headers.get('location')).toMatch(/^http:\/\/app\.localhost:7420\/\.cairn\/sign-in\?code=/)
    expect(answer.headers.getSetCookie().map((field) => field.split('=')[0])).toEqual([
      'cairn_session',
      'cairn-sign-in',
    ])
  })

  test('is told how long to wait after too many attempts', async () => {
    const answer = await post((await begin()).query, 'often')
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('Try again in 7 seconds')])
  })

  test('gets the form again with a wrong token', async () => {
    const { query } = await begin()
    for (const token of ['wrong', '']) {
      const answer = await post(query, token)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('location')).toBeNull()
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
    expect(rig.signIns.codes.size).toBe(0)
  })
})

describe('a browser that signs out', () => {
  const form = { ...page, origin: 'http://app.localhost:7420' }
  const signOut = (cookie: string, headers: Record<string, string> = form) =>
    rig.ask({ method: 'POST', path: '/.cairn/sign-out', headers: { ...headers, cookie } })

  test('is shown a button, and has no session once it was pressed, here and on the page of Cairn', async () => {
    const begun = await begin()
    const first = await post(begun.query, 'right')
    const own = ownCookieOf(first)
    const sent = new URL(first.headers.get('location') ?? '')
    const finished = await rig.ask({ path: sent.pathname + sent.search, headers: { ...page, cookie: begun.state } })
    const cookie = cookieOf(finished, 'user')
    const shown = await rig.ask({ path: '/.cairn/sign-out', headers: { ...page, cookie } })
    expect(shown).toMatchObject({ status: 200, headers: { 'x-frame-options': 'DENY', 'cache-control': 'no-store' } })
    expect(shown.body).toContain('ann@example.com')
    expect(shown.body).toContain('<form method="post" action="/.cairn/sign-out">')
    expect((await rig.ask({ headers: { cookie } })).status).toBe(200)

    const done = await signOut(cookie)
    expect(done).toMatchObject({ status: 303, headers: { location: '/.cairn/sign-out' } })
    expect(done.headers['set-cookie']).toEqual(['cairn-user=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'])
    expect((await rig.ask({ headers: { cookie } })).status).toBe(401)
    expect((await rig.ask({ path: '/.cairn/sign-out', headers: page })).body).toContain('not signed in')
    const again = await fetch(`${cairn}/sign-in${(await begin()).query}`, {
      redirect: 'manual',
      headers: { cookie: own },
    })
    expect(again.status).toBe(200)
  })

  test.each([
    ['another host of the domain', { origin: 'http://evil.localhost:7420' }],
    ['nobody in particular', {}],
  ])('is not signed out by %s, nor by a link', async (_who, headers) => {
    const cookie = cookieOf((await signIn()).finished, 'user')
    expect((await signOut(cookie, headers)).status).toBe(403)
    expect((await rig.ask({ path: '/.cairn/sign-out', headers: { ...page, cookie } })).status).toBe(200)
    expect((await rig.ask({ headers: { cookie } })).status).toBe(200)
  })

  test('keeps its cookie while the database is away, and is told so', async () => {
    const cookie = cookieOf((await signIn()).finished, 'user')
    rig.signIns.endSession = () => Promise.reject(new Error('away'))
    const answer = await signOut(cookie)
    expect(answer.status).toBe(503)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })
})

describe('what is no navigation', () => {
  test.each([
    ['a script', { accept: '*/*' }],
    ['an image', { accept: 'text/html', 'sec-fetch-mode': 'no-cors' }],
  ])('of %s is answered 401 in words, not redirected', async (_what, headers) => {
    const answer = await rig.ask({ headers })
    expect(answer.status).toBe(401)
    expect(answer.body).toContain('in a browser to sign in')
  })

  test('of a form that posts is answered 401', async () => {
    expect((await rig.ask({ method: 'POST', headers: page })).status).toBe(401)
  })

  test('to an api is a matter of tokens alone', async () => {
    const answer = await rig.ask({ host: 'json.localhost', headers: page })
    expect(answer.status).toBe(401)
    const session = { serviceId: 'id-json', tokenId: 'id-right' }
    rig.signIns.sessions.set('planted', session)
    expect((await rig.ask({ host: 'json.localhost', headers: { cookie: 'cairn-user=planted' } })).status).toBe(401)
  })
})

describe('an attack on the sign-in', () => {
  test('code replay: a code is good once', async () => {
    const { back, state, finished } = await signIn()
    expect(finished.status).toBe(303)
    expect(await rig.ask({ path: back, headers: { cookie: state } })).toMatchObject({ status: 403 })
  })

  test("login forgery: another browser's code, or one without the state cookie, opens nothing", async () => {
    const [victim, attacker] = [await begin(), await begin()]
    const sent = new URL((await post(attacker.query, 'right')).headers.get('location') ?? '')
    const path = sent.pathname + sent.search
    for (const headers of [{}, { cookie: victim.state }, { cookie: 'cairn-state=' }]) {
      const answer = await rig.ask({ path, headers })
      expect(answer.status).toBe(403)
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
  })

  test('a code of one service opens no other', async () => {
    const { query, state } = await begin()
    const sent = new URL((await post(query, 'right')).headers.get('location') ?? '')
    const path = sent.pathname + sent.search
    expect((await rig.ask({ host: 'other.localhost', path, headers: { cookie: state } })).status).toBe(403)
    expect((await rig.ask({ path, headers: { cookie: state } })).status).toBe(403)
  })

  test('session fixation: the session is never one that the client brought', async () => {
    const begun = await begin()
    const sent = new URL((await post(begun.query, 'right')).headers.get('location') ?? '')
    const cookie = `${begun.state}; cairn-user=planted`
    const finished = await rig.ask({ path: sent.pathname + sent.search, headers: { cookie } })
    expect(finished.status).toBe(303)
    expect((await rig.ask({ headers: { cookie: 'cairn-user=planted' } })).status).toBe(401)
  })

  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/a b',
    '/x\r\nSet-Cookie: a=b',
    '/.cairn/sign-in?code=x',
  ])('open redirect: %j leads to the start of the service', async (path) => {
    const { query, state } = await begin('/')
    const asked = new URLSearchParams(query)
    asked.set('path', path)
    const sent = new URL((await post(asked.toString(), 'right')).headers.get('location') ?? '')
    expect(sent.host).toBe('app.localhost:7420')
    const finished = await rig.ask({ path: sent.pathname + sent.search, headers: { cookie: state } })
    expect(finished.headers.location).toBe('/')
  })

  test('a form of another site, or none of the page, is refused', async () => {
    const { query } = await begin()
    for (const headers of [{ origin: 'https://evil.example' }, {}] as Record<string, string>[]) {
      expect((await post(query, 'right', headers)).status).toBe(403)
    }
    expect((await fetch(`${cairn}/sign-in?service=id-none&state=x`)).status).toBe(404)
    expect((await post(`${query}&pad=${'x'.repeat(20_000)}`, 'right')).status).toBe(413)
  })

  test('another host of the domain cannot use the session of a browser, nor open its WebSocket', async () => {
    const cookie = cookieOf((await signIn()).finished, 'user')
    const asIf = (headers: Record<string, string>) => rig.ask({ headers: { cookie, ...headers } })
    expect((await asIf({ origin: 'http://app.localhost:7420' })).status).toBe(200)
    expect((await asIf({ origin: 'http://evil.localhost:7420' })).status).toBe(401)
    expect((await asIf({ origin: 'null' })).status).toBe(401)
    expect((await asIf({ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(401)
    const upgrade = (origin: string) =>
      rig.raw(
        `GET / HTTP/1.1\r\nHost: app.localhost:7420\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: ${cookie}\r\n\r\n`,
      )
    expect(await upgrade('http://evil.localhost:7420')).toMatch(/^HTTP\/1\.1 401 /)
  })
})
