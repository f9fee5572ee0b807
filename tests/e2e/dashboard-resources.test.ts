/** A person who brings a folder to a service, keeps a secret and looks at the week, in a real browser. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { complaintsOf, type OpenDashboard, openDashboard, pictures, signIn } from './open-dashboard.ts'
import type { ServerProcess } from './server-process.ts'

const folder = join(import.meta.dirname, 'fixtures/echo-service')

let dashboard: OpenDashboard
let server: ServerProcess
let browser: Browser
beforeAll(async () => {
  dashboard = await openDashboard()
  ;({ server, browser } = dashboard)
})
afterAll(() => dashboard.dispose())

/** A page of somebody who is signed in, and what it complains of. */
async function signedIn(): Promise<{ readonly page: Page; readonly broken: readonly string[] }> {
  const page = await (await browser.newContext()).newPage()
  const broken = complaintsOf(page)
  await page.goto(server.baseUrl)
  await signIn(page, server.token)
  return { page, broken }
}

it('builds a folder of the browser, shows the log of the build, deploys the image, calls it, changes it and rolls back', async () => {
  const { page, broken } = await signedIn()
  await page.getByRole('link', { name: 'Images' }).click()
  await page.getByRole('button', { name: 'Build an image' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Folder').setInputFiles(folder)
  await dialog.getByText('echo-service', { exact: true }).waitFor()
  await dialog.getByLabel('For').selectOption('api')
  await page.screenshot({ path: join(pictures, 'build-light.png') })
  await dialog.getByRole('button', { name: 'Build', exact: true }).click()
  await page.getByRole('heading', { name: 'echo-service 0.0.1' }).waitFor()
  await page
    .getByLabel(/^Log of build/)
    .getByText('COPY server.pl')
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Deploy' }).click()
  await page.screenshot({ path: join(pictures, 'deploy-light.png') })
  await page.getByRole('dialog').getByRole('button', { name: 'Deploy' }).click()
  await page.getByRole('heading', { name: 'echo-service', exact: true }).waitFor()
  await page.getByText('Available', { exact: true }).first().waitFor()
  await page.getByLabel('Path').fill('/hello')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('200', { exact: true }).waitFor()
  await page.screenshot({ path: join(pictures, 'deployed-light.png') })
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  await page.getByRole('dialog').getByLabel('Variables').fill('MONTHS=12')
  await page.getByRole('dialog').getByRole('button', { name: 'Change' }).click()
  const deployments = page.getByRole('region', { name: 'Deployments' })
  await deployments.getByRole('row', { name: /^2 Active/ }).waitFor()
  await deployments.getByRole('button', { name: 'Roll back' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click()
  await deployments.getByRole('row', { name: /^3 Active .* rolled back to 1/ }).waitFor()
  await page.getByText('deployment 3', { exact: true }).waitFor()
  expect(broken).toEqual([])
  await page.context().close()
})

it('runs a query as it stands in the editor, with a value, and shows its rows', async () => {
  await server.client.queries.putQuery(
    'reports/sales.sql',
    'select {{ DAY }}::date as day, amount from generate_series(1, 5) as amount',
  )
  const { page, broken } = await signedIn()
  await page.goto(`${server.baseUrl}/queries/edit?path=reports/sales.sql`)
  await page.getByLabel('DAY').fill('tomorrow or so')
  await page.getByRole('button', { name: 'Run it' }).click()
  await page.getByText('invalid input syntax for type date').waitFor()
  await page.getByLabel('DAY').fill('2026-11-25')
  await page.getByRole('button', { name: 'Run it' }).click()
  const result = page.getByRole('region', { name: 'Result' })
  await result.getByRole('cell', { name: '2026-11-25' }).first().waitFor()
  expect(await result.getByRole('row').count()).toBe(6)
  await page.screenshot({ path: join(pictures, 'query-light.png') })
  expect(broken).toEqual([])
  await page.context().close()
})

it('keeps a secret, gives it another value and never shows one, shows when schedules fire, and says once what does not exist', async () => {
  await server.client.workflows.createWorkflow({
    name: 'nightly',
    triggers: [{ cron: '0 6 * * *' }],
    watchers: [],
    steps: { call: { type: 'http', method: 'get', url: 'http://127.0.0.1:9/', parents: [] } },
  })
  const { page, broken } = await signedIn()
  await page.getByRole('link', { name: 'Secrets' }).click()
  await page.getByRole('button', { name: 'New secret' }).click()
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
  await page.getByRole('textbox', { name: 'Name' }).fill('db-password')
  await page.getByRole('textbox', { name: 'Value' }).fill('correct horse battery')
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
  const secrets = page.getByRole('region', { name: 'Secrets' })
  await secrets.getByRole('button', { name: 'Rotate' }).click()
  await page.getByRole('textbox', { name: 'Value' }).fill('another long value')
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click()
  await secrets.getByRole('cell', { name: '2', exact: true }).waitFor()
  expect(await page.content()).not.toMatch(/correct horse|another long/)
  await page.getByRole('link', { name: 'Schedules' }).click()
  await page.getByRole('link', { name: 'nightly' }).first().waitFor()
  await page.screenshot({ path: join(pictures, 'schedules-light.png') })
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await page.goto(`${server.baseUrl}/images/999`)
  await page.getByText('image 999 does not exist').first().waitFor()
  expect(await page.getByRole('alert').count()).toBe(1)
  expect(broken).toEqual([])
  await page.context().close()
})
