/** Every screen of the dashboard in light and dark, held against WCAG by axe, and at the width of a phone. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { zipFolder } from '@cairn/sdk/node'
import { eventually } from '@cairn/testkit'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type OpenDashboard, openDashboard, pictures as allPictures, signIn } from './open-dashboard.ts'
import type { ServerProcess } from './server-process.ts'

const pictures = join(allPictures, 'screens')
const router = join(import.meta.dirname, '../../apps/dashboard/src/router.tsx')
const fixture = join(import.meta.dirname, 'fixtures/echo-service')
const phoneWidth = 390

let dashboard: OpenDashboard
let server: ServerProcess
let page: Page
let addresses: Readonly<Record<string, readonly string[]>>
beforeAll(async () => {
  dashboard = await openDashboard()
  server = dashboard.server
  addresses = await makeOneOfEach()
  page = await (await dashboard.browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
})
afterAll(() => dashboard.dispose())

/** Something of every kind, and the address of every screen by the path that the router gives it. */
async function makeOneOfEach(): Promise<Readonly<Record<string, readonly string[]>>> {
  const { artifacts, images, notifications, queries, secrets, services, workflows } = server.client
  const folder = await zipFolder(fixture)
  const { imageId, versionId, buildId } = await images.createImage({ name: 'echo', type: 'webapp' }, folder)
  await images.waitForBuild(imageId, buildId)
  const image = { name: 'echo', imageDetails: { imageId }, serviceType: 'web-app', access: 'public' } as const
  const { id: serviceId } = await services.createService(image)
  await services.waitForService(serviceId)
  const { id: artifactId } = await artifacts.createArtifact({ name: 'code' }, folder)
  await secrets.createSecret('warehouse-key', 'correct horse battery')
  await queries.putQuery('orders/count.sql', 'select 1')
  const { id } = await workflows.createWorkflow({
    name: 'call-home',
    triggers: [{ cron: '0 5 * * *' }, { webhook: true }],
    watchers: [{ user: 'admin@cairn.local', events: { fail: true } }],
    steps: {
      call: { type: 'http', method: 'get', url: 'http://127.0.0.1:9/', parents: [] },
      after: { type: 'http', method: 'get', url: 'http://127.0.0.1:9/', parents: ['call'] },
    },
  })
  const { executionId } = await workflows.executeWorkflow(id)
  await workflows.waitForExecution(id, executionId)
  const delivery = await eventually(async () => {
    const first = await notifications.listDeliveries({ workflowId: id }).first()
    if (first === null) throw new Error('the watcher was not told yet')
    return first
  })
  const run = `/workflows/${id}/runs/${executionId}`
  return {
    '/': ['/'],
    '/workflows': ['/workflows'],
    '/workflows/new': ['/workflows/new'],
    '/workflows/$workflowId': ['overview', 'grid', 'triggers', 'watchers', 'definition'].map(
      (tab) => `/workflows/${id}?tab=${tab}`,
    ),
    '/workflows/$workflowId/revisions': [`/workflows/${id}/revisions`],
    '/workflows/$workflowId/edit': [`/workflows/${id}/edit`],
    '/workflows/$workflowId/runs/$executionId': [
      `${run}?view=graph&tab=log`,
      `${run}?view=timeline&tab=parameters`,
      `${run}?view=table&tab=why`,
      `${run}?view=log`,
      `${run}?view=decisions`,
    ],
    '/services': ['/services'],
    '/services/$serviceId': [`/services/${serviceId}`],
    '/notifications': ['/notifications'],
    '/notifications/deliveries/$deliveryId': [`/notifications/deliveries/${delivery.id}`],
    '/images': ['/images'],
    '/images/$imageId': [`/images/${imageId}`],
    '/images/$imageId/versions/$versionId': [`/images/${imageId}/versions/${versionId}`],
    '/artifacts': ['/artifacts'],
    '/artifacts/$artifactId': [`/artifacts/${artifactId}`],
    '/secrets': ['/secrets'],
    '/queries': ['/queries'],
    '/queries/edit': ['/queries/edit', '/queries/edit?path=orders/count.sql'],
    '/schedules': ['/schedules'],
    '/system': ['/system'],
    '/people': ['/people'],
    '/audit': ['/audit'],
    '/account': ['/account'],
  }
}

async function settled(): Promise<void> {
  // Only who is signed in has it.
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.locator('h1').first().waitFor()
  await page.waitForFunction(() => document.querySelector('[aria-label="Loading"]') === null)
}

/** Colours are looked at when all of them have changed. */
async function show(colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
}

/** Names of lists that are wider than their place. A table of steps by runs, or of rows of a query, may be. */
function tablesThatScroll(): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('[role=region]:has(> table[role=table])')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map((region) => region.getAttribute('aria-label') ?? ''),
  )
}

/** Serious findings, and what is wider than a phone. */
async function findingsOf(name: string): Promise<readonly string[]> {
  const found: string[] = []
  const picture = name.replaceAll(/[^a-z0-9]+/gi, '-')
  for (const colorScheme of ['light', 'dark'] as const) {
    await show(colorScheme)
    const axe = new AxeBuilder({ page }).setLegacyMode()
    // All that differs when it is dark are the colours.
    const { violations } = await (colorScheme === 'dark' ? axe.withRules(['color-contrast']) : axe).analyze()
    for (const { impact, id, nodes } of violations) {
      const isGrave = impact === 'serious' || impact === 'critical'
      if (isGrave) found.push(`${name} ${colorScheme}: ${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' ')}`)
    }
    await page.screenshot({ path: join(pictures, `${picture}-${colorScheme}.png`) })
  }
  await show('light')
  await page.setViewportSize({ width: phoneWidth, height: 844 })
  const width = await page.evaluate(() =>
    Math.max(document.documentElement.scrollWidth, document.querySelector('main')?.scrollWidth ?? 0),
  )
  if (width > phoneWidth) found.push(`${name}: ${width} pixels wide on a phone`)
  for (const cut of await tablesThatScroll()) found.push(`${name}: the table ${cut} scrolls sideways on a phone`)
  await page.screenshot({ path: join(pictures, `${picture}-narrow.png`) })
  await page.setViewportSize({ width: 1280, height: 900 })
  return found
}

/** Of every screen there is: one that nobody gave an address fails. */
const paths = [...readFileSync(router, 'utf8').matchAll(/ path: '([^']+)'/g)].map(([, path = '']) => path)

it('knows an address of every screen that there is', () => {
  expect(paths.toSorted()).toEqual(Object.keys(addresses).toSorted())
})

it('has no serious finding of axe on the page to sign in', async () => {
  await page.goto(server.baseUrl)
  await page.getByLabel('API token').waitFor()
  expect(await findingsOf('sign-in')).toEqual([])
  await signIn(page, server.token)
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder(/^Go to/).waitFor()
  expect(await findingsOf('search')).toEqual([])
})

it('changes all colours at once for those who want no motion', async () => {
  await page.goto(server.baseUrl)
  await settled()
  await show('light')
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  const moving = await page.evaluate(() => {
    // Computes the new colours, by which transitions would begin.
    document.body.getBoundingClientRect()
    return document.getAnimations().length
  })
  expect(moving).toBe(0)
})

it.each(paths)('has no serious finding of axe on %s, in light and dark, and fits a phone', async (path) => {
  const found: string[] = []
  expect(addresses[path]).toBeDefined()
  for (const address of addresses[path] ?? []) {
    await page.goto(server.baseUrl + address)
    await settled()
    found.push(...(await findingsOf(`${path}${new URL(address, server.baseUrl).search}`)))
  }
  expect(found).toEqual([])
})
