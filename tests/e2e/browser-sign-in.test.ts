/** A person who opens a private web app in a real browser. */
import { join } from 'node:path'
import { zipFolder } from '@cairn/sdk/node'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureChromium } from '../../scripts/ensure-chromium.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

const folder = join(import.meta.dirname, 'fixtures/echo-service')

let server: ServerProcess
let browser: Browser
let url: string
beforeAll(async () => {
  const executablePath = await ensureChromium(() => undefined)
  server = await createServerProcess()
  await server.start()
  const { images, services } = server.client
  const { imageId, buildId } = await images.createImage({ name: 'echo', type: 'webapp' }, await zipFolder(folder))
  await images.waitForBuild(imageId, buildId)
  const { id } = await services.createService({ name: 'echo', imageDetails: { imageId }, serviceType: 'web-app' })
  url = (await services.waitForService(id)).url
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
})
afterAll(async () => {
  await browser.close()
  await server.dispose()
})

it('signs in by a token, comes back to where it wanted to go, and signs out by a button', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${url}/report?year=2026`)
  await page.getByText('Sign in with an API token').waitFor()
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
  await page.getByText('Sign in with an API token').waitFor()
})
