import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@cairn/testkit'
import fastify, { type FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { observeRequests } from './observe-requests.ts'
import { serveSite } from './serve-site.ts'

let folder: string
let site: string
let app: FastifyInstance

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-site-'))
  site = join(folder, 'site')
  await writeFile(join(folder, 'secret.html'), 'not of the site')
  app = fastify({ routerOptions: { ignoreTrailingSlash: true } })
  observeRequests(app, silentLogger, new Registry())
  serveSite(app, { docs: site, dashboard: join(folder, 'dashboard') }, (host) => !host.startsWith('evil'))
})
afterEach(async () => {
  await app.close()
  await rm(folder, { recursive: true })
})

async function build(version: string): Promise<void> {
  await mkdir(join(site, 'assets'), { recursive: true })
  await writeFile(
    join(site, 'index.html'),
    `<script>go()</script><script src="/docs/assets/app.js"></script>${version}`,
  )
  await writeFile(join(site, 'start.html'), 'start')
  await writeFile(join(site, '404.html'), 'nothing here')
  await writeFile(join(site, 'assets/app.1a2b.js'), 'app')
  await writeFile(join(site, 'notes.exe'), 'of no type of the site')
  await writeFile(join(site, '.sources'), version)
}

it('says how to build the site while it is not built, and shows it as soon as it is', async () => {
  const before = await app.inject('/docs/')
  expect(before.statusCode).toBe(503)
  expect(before.body).toContain('npm run docs')
  await build('one')
  expect((await app.inject('/docs/')).body).toContain('one')
})

it('finds pages without .html, leads /docs to its start, and / to both', async () => {
  await build('one')
  const start = await app.inject('/docs/')
  expect([start.statusCode, start.body]).toEqual([200, expect.stringContaining('one')])
  expect((await app.inject('/docs/start')).body).toBe('start')
  expect((await app.inject('/docs/start?q=%2e%2e')).body).toBe('start')
  expect((await app.inject('/docs')).headers.location).toBe('/docs/')
  expect((await app.inject('/')).body).toContain('href="/docs/"')
  const missing = await app.inject('/docs/nowhere')
  expect([missing.statusCode, missing.body]).toEqual([404, 'nothing here'])
})

it('shows the dashboard at / once it is built, and lets run no script in its page', async () => {
  const dashboard = join(folder, 'dashboard')
  await mkdir(join(dashboard, 'assets'), { recursive: true })
  await writeFile(join(dashboard, 'index.html'), 'the dashboard')
  await writeFile(join(dashboard, 'assets/main.1a2b.js'), 'main')
  await writeFile(join(dashboard, '.sources'), 'one')
  const page = await app.inject('/')
  expect([page.statusCode, page.body]).toEqual([200, 'the dashboard'])
  expect(page.headers['cache-control']).toBe('no-cache')
  expect(page.headers['content-security-policy']).toContain("script-src 'self';")
  const asset = await app.inject('/assets/main.1a2b.js')
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  for (const url of ['/assets/nowhere.js', '/assets/..%2f..%2fsecret.html', '/workflows']) {
    expect((await app.inject(url)).statusCode).toBe(404)
  }
})

it('answers its page where a person opens a screen by its address, and nowhere else', async () => {
  const dashboard = join(folder, 'dashboard')
  await mkdir(dashboard)
  await writeFile(join(dashboard, 'index.html'), 'the dashboard')
  const person = { accept: 'text/html,application/xhtml+xml', 'sec-fetch-mode': 'navigate' }
  const open = async (url: string, headers: Record<string, string>) => (await app.inject({ url, headers })).statusCode
  expect(await open('/workflows/7', person)).toBe(404)
  await writeFile(join(dashboard, '.sources'), 'one')
  const page = await app.inject({ url: '/workflows/7?view=graph', headers: person })
  expect([page.statusCode, page.body, page.headers['cache-control']]).toEqual([200, 'the dashboard', 'no-cache'])
  expect(await open('/workflows/7', { accept: 'text/html' })).toBe(200)
  for (const headers of [{ accept: 'application/json' }, { accept: 'text/html', 'sec-fetch-mode': 'cors' }, {}]) {
    expect(await open('/workflows/7', headers)).toBe(404)
  }
  for (const url of ['/workflows/api/v1/nothing', '/workflows/api', '/assets/nowhere.js', '/api-docs-of-old']) {
    expect(await open(url, person)).toBe(404)
  }
})

it('shows no screen under a name that is not its own', async () => {
  const dashboard = join(folder, 'dashboard')
  await mkdir(dashboard)
  await writeFile(join(dashboard, 'index.html'), 'the dashboard')
  await writeFile(join(dashboard, '.sources'), 'one')
  for (const url of ['/', '/workflows/7']) {
    const headers = { accept: 'text/html', host: 'evil.example' }
    const page = await app.inject({ url, headers })
    expect([page.statusCode, page.body.includes('CAIRN_PUBLIC_URL')]).toEqual([421, true])
  }
})

it('keeps assets, whose names have a hash, for good and asks again for pages', async () => {
  await build('one')
  const asset = await app.inject('/docs/assets/app.1a2b.js')
  expect(asset.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  })
  const page = await app.inject('/docs/start')
  expect(page.headers['cache-control']).toBe('no-cache')
  const again = await app.inject({ url: '/docs/start', headers: { 'if-none-match': String(page.headers['etag']) } })
  expect([again.statusCode, again.body]).toEqual([304, ''])
  const head = await app.inject({ url: '/docs/start', method: 'HEAD' })
  expect([head.statusCode, head.body]).toEqual([200, ''])
})

it('lets run the scripts that stand in the page, and no others', async () => {
  await build('one')
  const policy = String((await app.inject('/docs/')).headers['content-security-policy'])
  // printf 'go()' | openssl dgst -sha256 -binary | base64
  expect(policy).toContain("script-src 'self' 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw=';")
  expect(policy).not.toContain('unsafe-eval')
})

it.each([
  '/docs/../secret.html',
  '/docs/%2e%2e/secret.html',
  '/docs/..%2fsecret.html',
  '/docs/assets/..%2f..%2f..%2fsecret',
  '/docs/%2fetc%2fpasswd',
  '/docs//etc/passwd',
  '/docs/..\\secret.html',
  '/docs/start%00.html',
  '/docs/.sources',
  '/docs/notes.exe',
])('answers nothing that is no file of the site: %s', async (url) => {
  await build('one')
  const answer = await app.inject(url)
  expect(answer.statusCode).toBe(404)
  expect(answer.body).not.toContain('not of the site')
})
