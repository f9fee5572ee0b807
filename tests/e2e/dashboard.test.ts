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

it('starts one run by one press, however often the browser drops what it sends or what comes back', async () => {
  const { workflows } = server.client
  const { id } = await workflows.createWorkflow({
    name: 'once',
    triggers: [],
    watchers: [],
    steps: { call: { type: 'http', method: 'get', url: `${server.baseUrl}/readyz`, parents: [] } },
  })
  const page = await browser.newPage()
  let sent = 0
  await page.route('**/execute', async (route) => {
    sent += 1
    if (sent === 1) return route.abort('failed')
    // The server has got it, and its answer is lost.
    if (sent === 2) await route.fetch()
    return sent === 2 ? route.abort('connectionreset') : route.continue()
  })
  await page.goto(`${server.baseUrl}/workflows/${id}`)
  await signIn(page, server.token)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('button', { name: /^Succeeded call/ }).waitFor()
  expect(sent).toBe(3)
  const runs = await workflows.listExecutions(id).all()
  expect(runs.map(({ executionId }) => executionId)).toEqual([new URL(page.url()).pathname.split('/').at(-1)])
  await page.close()
})

it('puts a graph into view again when the window narrows, until somebody has moved it', async () => {
  const call = { type: 'http', method: 'get', url: `${server.baseUrl}/readyz` } as const
  const names = ['a', 'b', 'c', 'd', 'e']
  const steps = names.map((name, at) => [name, { ...call, parents: names.slice(Math.max(0, at - 1), at) }] as const)
  const { id } = await server.client.workflows.createWorkflow({ name: 'chain', steps: Object.fromEntries(steps) })
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  await page.goto(`${server.baseUrl}/workflows/${id}`)
  await signIn(page, server.token)
  const graph = page.getByRole('group', { name: 'Graph of the steps' })
  const last = graph.getByRole('button', { name: /^e / })
  const isInView = async (): Promise<boolean> => {
    const [inner, outer] = [await last.boundingBox(), await graph.boundingBox()]
    return inner !== null && outer !== null && inner.x > outer.x && inner.x + inner.width < outer.x + outer.width
  }
  await last.waitFor()
  await expect.poll(isInView).toBe(true)
  await page.setViewportSize({ width: 800, height: 900 })
  await expect.poll(isInView).toBe(true)
  await graph.getByRole('button', { name: 'Zoom In' }).click({ clickCount: 3 })
  await expect.poll(isInView).toBe(false)
  const width = async (): Promise<number | undefined> => (await last.boundingBox())?.width
  const zoomed = await width()
  await page.setViewportSize({ width: 1280, height: 900 })
  // The controls stand at the right: they have moved, so the graph has heard of its new width.
  const rightOf = async (): Promise<number> =>
    (await graph.getByRole('button', { name: 'Zoom In' }).boundingBox())?.x ?? 0
  await expect.poll(rightOf).toBeGreaterThan(1000)
  expect(await width()).toBe(zoomed)
  await page.setViewportSize({ width: 800, height: 900 })
  await expect.poll(isInView).toBe(false)
  await graph.getByRole('button', { name: /^a / }).focus()
  for (const _ of names.slice(1)) await page.keyboard.press('Tab')
  await expect.poll(isInView).toBe(true)
  expect(await last.evaluate((box) => box === document.activeElement)).toBe(true)
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
  // The server looks twice a minute only.
  const point = { instances: 1, cpuCores: 0.1, memoryBytes: 1e8, memoryLimitBytes: 2e8, openRequests: 1 }
  const known = { ...point, requestsPerSecond: 3, failedPerSecond: 1, latencyMs: { p50: 5, p95: 8, p99: 9 } }
  const points = [120_000, 60_000].map((ago) => ({ ...known, at: new Date(Date.now() - ago).toISOString() }))
  await page.route('**/metrics?**', (route) => route.fulfill({ json: { stepSeconds: 60, points } }))
  await page.goto(server.baseUrl)
  await signIn(page, server.token)
  await page.getByRole('link', { name: 'Services' }).click()
  await page.getByRole('link', { name: 'echo', exact: true }).click()
  const deployments = page.getByRole('region', { name: 'Deployments' })
  await deployments.getByText('updated: parameters').waitFor()
  await page.getByLabel('Log of its instances').getByText('listens on').first().waitFor()
  await page.screenshot({ path: join(pictures, 'service-light.png'), fullPage: true })
  const chart = page.getByRole('figure').filter({ hasText: 'Requests' }).locator('canvas').first()
  const drawn = (): Promise<string> => chart.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
  const light = await drawn()
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(drawn).not.toBe(light)
  await page.emulateMedia({ colorScheme: 'light' })
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
