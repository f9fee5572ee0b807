/** A person who opens a private web app in a real browser. */
import { join } from 'node:path'
import { zipFolder } from '@cairn/sdk/node'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DnsServer, eventually } from '@cairn/testkit'
import { ensureChromium } from '../../scripts/ensure-chromium.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

const folder = join(import.meta.dirname, 'fixtures/echo-service')

let server: ServerProcess
let browser: Browser
let url: string
let serviceId: string
let dns: DnsServer
/** Of the service itself; the browser finds it on this machine. */
const domain = 'echo.example.com'
beforeAll(async () => {
  const executablePath = await ensureChromium(() => undefined)
  dns = await DnsServer.open()
  server = await createServerProcess({ CAIRN_DNS_SERVERS: dns.address })
  await server.start()
  const { images, services } = server.client
  const { imageId, buildId } = await images.createImage({ name: 'echo', type: 'webapp' }, await zipFolder(folder))
  await images.waitForBuild(imageId, buildId)
  const { id } = await services.createService({ name: 'echo', imageDetails: { imageId }, serviceType: 'web-app' })
  serviceId = id
  url = (await services.waitForService(id)).url
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${domain} 127.0.0.1`],
  })
})
afterAll(async () => {
  await browser.close()
  await server.dispose()
  await dns.close()
})

it('signs in by a token, comes back to where it wanted to go, and signs out by a button', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${url}/report?year=2026`)
  await page.getByText('Sign in with an account or an API token').waitFor()
  await page.getByLabel('API token').fill('cairn_wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This is no valid token').waitFor()
  await page.getByLabel('API token').fill(server.token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('GET /report?year=2026').waitFor()
  expect(page.url()).toBe(`${url}/report?year=2026`)
  await page.getByText(/x-cairn-user: \S+@/i).waitFor()

  await page.goto(`${url}/.cairn/sign-out`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('This browser is not signed in').waitFor()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Sign in with an account or an API token').waitFor()
})

it('signs in under a domain of the service’s own, once that is proven', async () => {
  const { services } = server.client
  const { record } = await services.addServiceDomain(serviceId, domain)
  const page = await (await browser.newContext()).newPage()
  const own = `http://${domain}:${server.port}/report?year=2026`
  await page.goto(own)
  expect(await page.getByText(' is private. ').count()).toBe(0)
  dns.records.set(record.name, [record.value])
  await services.verifyServiceDomain(serviceId, domain)
  await eventually(async () =>
    expect((await services.listServiceDomains(serviceId)).domains).toMatchObject([{ domain, status: 'active' }]),
  )
  await eventually(async () => {
    await page.goto(own)
    expect(await page.getByText(' is private. ').count()).toBe(1)
  })
  await page.getByLabel('API token').fill(server.token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('GET /report?year=2026').waitFor()
  expect(page.url()).toBe(own)
  // Still signed in at Cairn, but not here: it goes on by a click that names the domain.
  await page.context().clearCookies({ domain })
  await page.goto(own)
  await page.getByRole('button', { name: `Go on to ${domain}:${server.port} as admin@cairn.local` }).click()
  await page.getByText('GET /report?year=2026').waitFor()
  expect(page.url()).toBe(own)
})
