/**
 * Twelve journeys of one person through the dashboard, in a real browser, on real containers: from the first sign-in to a
 * refusal. Each goes on where the one before ended, and leaves a picture.
 */
import { join } from 'node:path'
import { HttpReceiver } from '@cairn/testkit'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  complaintsOf,
  type OpenDashboard,
  openDashboard,
  pictures as allPictures,
  sendToken,
  signIn,
} from './open-dashboard.ts'
import type { ServerProcess } from './server-process.ts'

const pictures = join(allPictures, 'journeys')
const folder = join(import.meta.dirname, 'fixtures/echo-service')

let dashboard: OpenDashboard
let server: ServerProcess
let browser: Browser
let context: BrowserContext
let page: Page
/** Where a step publishes to: it refuses until `isOpen`. */
let target: HttpReceiver
let isOpen = false
let broken: readonly string[]

beforeAll(async () => {
  dashboard = await openDashboard({ CAIRN_FREEZE_AFTER_SECONDS: '1', CAIRN_SLEEP_AFTER_SECONDS: '1' })
  ;({ server, browser } = dashboard)
  target = await HttpReceiver.open()
  target.answer = (_call, response) => response.writeHead(isOpen ? 200 : 500).end('published')
  context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
  page = await context.newPage()
  broken = complaintsOf(page)
})
afterAll(async () => {
  await dashboard.dispose()
  await target.close()
})

const picture = (name: string) => page.screenshot({ path: join(pictures, `${name}.png`) })
const main = (label: string) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: label })
const dialog = () => page.getByRole('dialog')

it('1. signs in for the first time and is shown where to begin', async () => {
  await page.goto(server.baseUrl)
  await signIn(page, server.token)
  await page.getByRole('heading', { name: 'Nothing is here yet' }).waitFor()
  await picture('01-signed-in')
  expect(broken).toEqual([])
})

it('2. drops a folder and sees the image being built', async () => {
  await main('Images').click()
  await page.getByRole('button', { name: 'Build an image' }).click()
  await dialog().getByLabel('Folder').setInputFiles(folder)
  await dialog().getByLabel('Name').fill('price-api')
  await dialog().getByLabel('For').selectOption('webapp')
  await dialog().getByRole('button', { name: 'Build', exact: true }).click()
  await page.getByRole('heading', { name: 'price-api 0.0.1' }).waitFor()
  await page
    .getByLabel(/^Log of build/)
    .getByText('COPY server.pl')
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Deploy' }).waitFor()
  await picture('02-image-built')
  expect(broken).toEqual([])
})

it('3. makes a workflow in a form', async () => {
  await main('Workflows').click()
  await page.getByRole('link', { name: 'New workflow' }).click()
  await page.getByLabel('Name', { exact: true }).fill('nightly-prices')
  await page.getByLabel('Runs', { exact: true }).selectOption({ label: 'Every day at 05:00' })
  const first = page.getByRole('region', { name: /^Step / }).first()
  await first.getByLabel('Image').selectOption({ label: 'price-api 0.0.1' })
  await first.getByLabel('Command').fill('for part in 1 2 3 4; do echo "price list $part"; sleep 0.5; done')
  await first.getByLabel('Step', { exact: true }).fill('load')
  await page.getByRole('button', { name: 'Add a request' }).click()
  const second = page.getByRole('region', { name: /^Step / }).nth(1)
  await second.getByLabel('Address').fill(`${target.url}/prices`)
  await second.getByLabel('Step', { exact: true }).fill('publish')
  await page.getByText('It can be saved as it is.').waitFor()
  await picture('03-workflow-form')
  await page.getByRole('button', { name: 'Create the workflow' }).click()
  await page.getByRole('heading', { name: 'nightly-prices' }).waitFor()
  expect(broken).toEqual([])
})

it('4. watches a run live', async () => {
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await dialog().getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('button', { name: /^Running load/ }).waitFor()
  await page.getByLabel('Log of load').getByText('price list 2').waitFor()
  await picture('04-run-live')
  await page.getByRole('button', { name: /^Succeeded load/ }).waitFor()
  expect(broken).toEqual([])
})

it('5. finds the step that failed, and why', async () => {
  await page.getByRole('button', { name: /^Failed publish/ }).click()
  const step = page.getByRole('region', { name: 'Step publish' })
  await step.getByText('500').first().waitFor()
  await picture('05-failed-step')
  expect(broken).toEqual([])
})

it('6. retries from what failed', async () => {
  isOpen = true
  const before = page.url()
  await page.getByRole('button', { name: 'Retry from failed' }).click()
  await dialog().getByRole('button', { name: 'Retry from failed' }).click()
  await page.waitForURL((url) => url.pathname !== new URL(before).pathname)
  await page.getByRole('button', { name: /^Succeeded publish/ }).waitFor()
  await picture('06-retried')
  expect(broken).toEqual([])
})

it('7. deploys a service of the image', async () => {
  await main('Images').click()
  await page.getByRole('link', { name: 'price-api' }).first().click()
  await page.getByRole('link', { name: '0.0.1' }).first().click()
  await page.getByRole('button', { name: 'Deploy' }).click()
  await dialog().getByLabel('When nobody uses it').selectOption('yes')
  await dialog().getByRole('button', { name: 'Deploy' }).click()
  await page.getByRole('heading', { name: 'price-api', exact: true }).waitFor()
  await page.getByText('Available', { exact: true }).first().waitFor()
  await page
    .getByRole('region', { name: 'Deployments' })
    .getByRole('row', { name: /^1 Active/ })
    .waitFor()
  await picture('07-service-deployed')
  expect(broken).toEqual([])
})

it('8. opens the private service by signing in', async () => {
  const url = (await page.getByRole('link', { name: 'Open' }).getAttribute('href')) ?? ''
  const guest = await (await browser.newContext()).newPage()
  await guest.goto(url)
  await guest.getByText('Sign in with an account or an API token').waitFor()
  await sendToken(guest, server.token)
  await guest.getByText('hello from').waitFor()
  await guest.screenshot({ path: join(pictures, '08-service-opened.png') })
  await guest.context().close()
  expect(broken).toEqual([])
})

it('9. wakes the service from zero', async () => {
  await page.getByText('Asleep', { exact: true }).first().waitFor()
  const url = (await page.getByRole('link', { name: 'Open' }).getAttribute('href')) ?? ''
  const guest = await context.newPage()
  await guest.goto(url)
  await guest
    .getByText(/Sign in with|hello from/)
    .first()
    .waitFor()
  if (await guest.getByLabel('API token').isVisible()) await sendToken(guest, server.token)
  await guest.getByText('hello from').waitFor()
  await guest.close()
  const wakes = page.getByRole('region', { name: 'Wakes' })
  await wakes.getByText('awake after').first().waitFor()
  await wakes.scrollIntoViewIfNeeded()
  await picture('09-woken')
  expect(broken).toEqual([])
})

it('10. rolls a deployment back', async () => {
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await server.client.services.updateService(id, { parameters: { env: { GREETING: 'other' } } })
  const deployments = page.getByRole('region', { name: 'Deployments' })
  await deployments.getByRole('row', { name: /^2 Active/ }).waitFor()
  await deployments.getByRole('button', { name: 'Roll back' }).click()
  await dialog().getByRole('button', { name: 'Roll back' }).click()
  await deployments.getByRole('row', { name: /^3 Active/ }).waitFor()
  await deployments.getByText('rolled back to 1').waitFor()
  await picture('10-rolled-back')
  expect(broken).toEqual([])
})

it('11. rotates a secret, and sees when the workflow fires', async () => {
  await main('Secrets').click()
  await page.getByRole('button', { name: 'New secret' }).first().click()
  await dialog().getByRole('textbox', { name: 'Name' }).fill('price-feed')
  await dialog().getByRole('textbox', { name: 'Value' }).fill('correct horse battery')
  await dialog().getByRole('button', { name: 'Create' }).click()
  const secrets = page.getByRole('region', { name: 'Secrets' })
  await secrets.getByRole('button', { name: 'Rotate' }).click()
  await dialog().getByRole('textbox', { name: 'Value' }).fill('another long value')
  await dialog().getByRole('button', { name: 'Rotate' }).click()
  await secrets.getByRole('cell', { name: '2', exact: true }).waitFor()
  await picture('11-secret-rotated')
  await main('Schedules').click()
  await page.getByRole('link', { name: 'nightly-prices' }).first().waitFor()
  await picture('11-schedule')
  expect(broken).toEqual([])
})

it('12. is refused to stop a run as a viewer', async () => {
  const { images, people, workflows } = server.client
  const image = await images.listImages({ searchTerm: 'price-api' }).first()
  const { id } = await workflows.createWorkflow({
    name: 'long',
    steps: { wait: { imageId: image?.id ?? 0, command: 'exec sleep 600' } },
  })
  const { executionId } = await workflows.executeWorkflow(id)
  const email = 'viewer@example.com'
  const password = 'four words make it long'
  const { url } = await people.inviteUser({ email, role: 'viewer' })
  await people.acceptInvitation({ token: new URL(url).hash.slice(1), password })

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('tab', { name: 'Password' }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('viewer · default').waitFor()
  await page.goto(`${server.baseUrl}/workflows/${id}/runs/${executionId}`)
  const stop = page.getByRole('button', { name: 'Stop' })
  await stop.waitFor()
  expect(await stop.isDisabled()).toBe(true)
  expect(await stop.getAttribute('title')).toBe('This takes the role editor; yours is viewer.')
  await picture('12-viewer-refused')
  const path = `/workflows/api/v1/workflows/${id}/executions/${executionId}/stop`
  const headers = { 'x-cairn-csrf': '1', origin: server.baseUrl }
  const refused = await context.request.post(`${server.baseUrl}${path}`, { data: {}, headers })
  expect(refused.status()).toBe(403)
  expect((await workflows.getExecutionDetails(id, executionId)).status).toBe('Running')
  await workflows.stopExecution(id, executionId)
  await workflows.waitForExecution(id, executionId).catch(() => undefined)
  expect(broken).toEqual([])
})
