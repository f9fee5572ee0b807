/** A person who looks at a failed run, and at a service, in a real browser. */
import { join } from 'node:path'
import { zipFolder } from '@cairn/sdk/node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { complaintsOf, type OpenDashboard, openDashboard, pictures, sendToken, signIn } from './open-dashboard.ts'
import type { ServerProcess } from './server-process.ts'

let dashboard: OpenDashboard
let server: ServerProcess
let browser: Browser
beforeAll(async () => {
  dashboard = await openDashboard()
  ;({ server, browser } = dashboard)
})
afterAll(() => dashboard.dispose())

it('signs in, starts a run, shows why its step failed, and retries it', async () => {
  await server.client.workflows.createWorkflow({
    name: 'call-home',
    triggers: [],
    watchers: [],
    steps: { call: { type: 'http', method: 'get', url: 'http://127.0.0.1:9/', parents: [] } },
  })
  const page = await browser.newPage({ colorScheme: 'dark' })
  const broken = complaintsOf(page)
  await page.goto(server.baseUrl)
  await sendToken(page, 'cairn_wrong')
  await page.getByRole('alert').waitFor()
  await signIn(page, server.token)
  await page.getByRole('link', { name: 'Workflows' }).click()
  await page.getByRole('link', { name: 'call-home' }).waitFor()
  await page.screenshot({ path: join(pictures, 'workflows-dark.png') })
  await page.getByRole('link', { name: 'call-home' }).click()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('button', { name: /^Failed call .*127\.0\.0\.1/ }).waitFor()
  await page.screenshot({ path: join(pictures, 'run-graph-dark.png') })
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await page.getByRole('button', { name: 'call' }).waitFor()
  await page.getByRole('tab', { name: 'Table' }).click()
  const steps = page.getByRole('region', { name: 'Steps of the run' })
  await steps.getByText('Failed', { exact: true }).waitFor()
  expect(await steps.textContent()).toContain('127.0.0.1')
  await page.getByLabel('Log of call').getByText('GET http://127.0.0.1:9/').waitFor()
  await page.screenshot({ path: join(pictures, 'run-dark.png') })
  const first = page.url()
  await page.getByRole('button', { name: 'Retry from failed' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Retry from failed' }).click()
  await page.waitForURL((url) => url.pathname !== new URL(first).pathname)
  await page.getByRole('tab', { name: 'Table' }).click()
  await steps.getByText('Failed', { exact: true }).waitFor()
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.screenshot({ path: join(pictures, 'run-narrow.png') })
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(390)
  await page.reload()
  await page.getByRole('navigation', { name: 'Where this is' }).getByRole('link', { name: 'call-home' }).click()
  await page.getByRole('region', { name: 'Runs' }).waitFor()
  await page.screenshot({ path: join(pictures, 'workflow-narrow.png') })
  expect(broken).toEqual([])
})

it('loads itself again when a part of it did not come', async () => {
  const page = await browser.newPage()
  const lost: string[] = []
  await page.route(/\/assets\/(?:index|jsx-runtime)-.*\.(?:js|css)$/, async (route) => {
    const name = new URL(route.request().url()).pathname
    if (lost.includes(name)) return route.continue()
    lost.push(name)
    return route.abort('failed')
  })
  await page.goto(server.baseUrl)
  await page.getByLabel('API token').waitFor()
  expect(lost.length).toBeGreaterThan(1)
  expect(await page.evaluate(() => document.styleSheets.length)).toBeGreaterThan(0)
  await page.close()
})

it('shows a service with its deployments and its log as it grows, and rolls it back', async () => {
  const { images, services } = server.client
  const folder = join(import.meta.dirname, 'fixtures/echo-service')
  const { imageId, buildId } = await images.createImage({ name: 'echo', type: 'webapp' }, await zipFolder(folder))
  await images.waitForBuild(imageId, buildId)
  const body = { name: 'echo', imageDetails: { imageId }, serviceType: 'web-app', access: 'public' } as const
  const { id } = await services.createService(body)
  await services.waitForService(id)
  await services.updateService(id, { parameters: { env: { GREETING: 'two' } } })
  await services.waitForService(id)

  const page = await browser.newPage({ colorScheme: 'light' })
  const broken = complaintsOf(page)
  await page.goto(server.baseUrl)
  await signIn(page, server.token)
  await page.getByRole('link', { name: 'Services' }).click()
  await page.getByRole('link', { name: 'echo', exact: true }).click()
  const deployments = page.getByRole('region', { name: 'Deployments' })
  await deployments.getByText('updated: parameters').waitFor()
  await page.getByLabel('Log of its instances').getByText('listens on').first().waitFor()
  await page.screenshot({ path: join(pictures, 'service-light.png'), fullPage: true })
  await deployments.getByRole('button', { name: 'Roll back' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click()
  await deployments.getByText('rolled back to 1').waitFor()
  await deployments.getByRole('row', { name: /^3 Active/ }).waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await page.screenshot({ path: join(pictures, 'service-narrow.png') })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(broken).toEqual([])
})

it('goes to a line of a log by keyboard, and says so when signing out does not work', async () => {
  const { workflows } = server.client
  const { id } = await workflows.createWorkflow({
    name: 'long-log',
    triggers: [],
    watchers: [],
    steps: { call: { type: 'http', method: 'get', url: 'http://127.0.0.1:9/', parents: [] } },
  })
  const { executionId } = await workflows.executeWorkflow(id)
  await workflows.waitForExecution(id, executionId)
  const page = await browser.newPage()
  const broken = complaintsOf(page)
  const lines = Array.from({ length: 2_000 }, (_, index) => `${index + 1} ${'word '.repeat(index % 90)}`)
  await page.route('**/logs/file?**', (route) => route.fulfill({ contentType: 'text/plain', body: lines.join('\n') }))
  await page.goto(`${server.baseUrl}/workflows/${id}/runs/${executionId}?view=table`)
  await signIn(page, server.token)
  await page.getByRole('tabpanel', { name: 'Table' }).waitFor()
  const log = page.getByRole('log', { name: 'Log of call' })
  const row = log.getByRole('button', { name: 'Line 1500:' })
  const isInView = async (): Promise<boolean> => {
    const [inner, outer] = [await row.boundingBox(), await log.boundingBox()]
    if (inner === null || outer === null) return false
    return inner.y >= outer.y && inner.y + 20 <= outer.y + outer.height
  }
  const field = page.getByLabel('Go to line')
  await field.fill('1500')
  await field.press('Enter')
  await row.waitFor()
  await expect.poll(isInView).toBe(true)
  await page.waitForURL((url) => url.searchParams.get('line') === '1500')
  await page.getByRole('button', { name: 'Wrap long lines' }).click()
  await log.evaluate((box) => box.scrollTo({ top: 0 }))
  await expect.poll(isInView).toBe(false)
  await field.press('Enter')
  await expect.poll(isInView).toBe(true)
  await page.screenshot({ path: join(pictures, 'log-wrapped.png') })

  await page.route('**/auth/api/v1/session', (route) => route.abort())
  await page.getByRole('button', { name: 'Sign out' }).click()
  const still = page.getByRole('dialog', { name: 'You are still signed in' })
  await still.getByRole('alert').waitFor()
  await page.unroute('**/auth/api/v1/session')
  await still.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  expect(broken).toEqual([])
})
