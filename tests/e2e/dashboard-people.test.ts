/** An admin who invites somebody, and who was invited, each in a browser of their own. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { complaintsOf, type OpenDashboard, openDashboard, pictures, signIn } from './open-dashboard.ts'
import type { ServerProcess } from './server-process.ts'

const password = 'a password that is long'

let dashboard: OpenDashboard
let server: ServerProcess
let browser: Browser
beforeAll(async () => {
  dashboard = await openDashboard()
  ;({ server, browser } = dashboard)
})
afterAll(() => dashboard.dispose())

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`) })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.screenshot({ path: join(pictures, `${name}-narrow.png`) })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await page.setViewportSize({ width: 1280, height: 800 })
}

it('invites a viewer, who looks and is refused the rest, which the audit log tells', async () => {
  const { id } = await server.client.workflows.createWorkflow({
    name: 'call-home',
    triggers: [],
    watchers: [],
    steps: { call: { type: 'http', method: 'get', url: 'http://127.0.0.1:9/', parents: [] } },
  })
  const admin = await (await browser.newContext({ colorScheme: 'light' })).newPage()
  const viewer = await (await browser.newContext({ colorScheme: 'dark' })).newPage()
  const complaints = [complaintsOf(admin), complaintsOf(viewer)]
  await admin.goto(server.baseUrl)
  await signIn(admin, server.token)
  await admin.getByRole('link', { name: 'People' }).click()
  await admin.getByRole('button', { name: 'Invite' }).click()
  const window = admin.getByRole('dialog')
  await window.getByLabel('E-mail').fill('ann@example.com')
  await window.getByLabel('Name').fill('Ann Perkins')
  await window.getByRole('button', { name: 'Make the link' }).click()
  const link = await admin
    .getByRole('dialog', { name: 'Link for Ann Perkins' })
    .getByText(/\/invitation#/)
    .textContent()
  await admin.getByRole('button', { name: 'Close' }).click()
  await admin.getByRole('row', { name: /Ann Perkins/ }).waitFor()
  await picture(admin, 'people')

  await viewer.goto(link ?? '')
  await viewer.locator('input[type=password]').fill(password)
  await picture(viewer, 'invitation')
  await viewer.getByRole('button', { name: 'Set the password and sign in' }).click()
  await viewer.getByRole('link', { name: 'Ann Perkins viewer' }).click()
  expect(await viewer.getByRole('link', { name: 'People' }).count()).toBe(0)
  await viewer.getByRole('button', { name: 'New token' }).click()
  await viewer.getByLabel('What it is for').fill('laptop')
  await viewer.getByRole('button', { name: 'Make it' }).click()
  await viewer
    .getByRole('dialog', { name: 'Token laptop' })
    .getByText(/^cairn_/)
    .waitFor()
  await viewer.getByRole('button', { name: 'Close' }).click()
  await viewer.getByRole('row', { name: /laptop/ }).waitFor()
  await picture(viewer, 'account')
  await viewer.goto(`${server.baseUrl}/workflows/${id}`)
  const run = viewer.getByRole('button', { name: 'Run', exact: true })
  await run.waitFor()
  expect([await run.isDisabled(), await run.getAttribute('title')]).toEqual([
    true,
    'This takes the role editor; yours is viewer.',
  ])
  const edit = viewer.getByRole('button', { name: 'Edit' })
  expect([await edit.isDisabled(), await edit.getAttribute('title')]).toEqual([
    true,
    'This takes the role editor; yours is viewer.',
  ])
  await picture(viewer, 'viewer')
  await viewer.goto(`${server.baseUrl}/workflows/${id}/edit`)
  await viewer.getByRole('note').getByText('This takes the role editor; yours is viewer.').waitFor()
  const refused = viewer.waitForResponse((answer) => answer.status() === 403)
  await viewer.goto(`${server.baseUrl}/people`)
  await refused
  await viewer.getByRole('alert').getByText(/admin/).waitFor()

  await viewer.goto(`${server.baseUrl}/account`)
  await viewer.getByRole('button', { name: 'Sign out' }).click()
  await viewer.getByRole('tab', { name: 'Password' }).click()
  await viewer.getByLabel('E-mail').fill('ann@example.com')
  await viewer.locator('input[type=password]').fill('something else here')
  await viewer.getByRole('button', { name: 'Sign in' }).click()
  await viewer.getByRole('alert').waitFor()
  await picture(viewer, 'sign-in-refused')

  await admin.getByRole('link', { name: 'Audit log' }).click()
  await admin.getByLabel('E-mail of the user').fill('ann@example.com')
  await admin.getByLabel('Result').selectOption('refused')
  const log = admin.getByRole('region', { name: 'Audit log' })
  await log.getByRole('row', { name: /ann@example\.com.*sign in/ }).waitFor()
  expect(new URL(admin.url()).searchParams.get('result')).toBe('refused')
  const saved = admin.waitForEvent('download')
  await admin.getByRole('link', { name: 'CSV' }).click()
  expect((await saved).suggestedFilename()).toMatch(/\.csv$/)
  await admin.getByLabel('Result').selectOption('')
  await admin.getByLabel('E-mail of the user').fill('')
  await log.getByRole('row', { name: /invite user/ }).waitFor()
  await picture(admin, 'audit')

  await admin.getByRole('link', { name: 'People' }).click()
  await admin
    .getByRole('row', { name: /Ann Perkins/ })
    .getByRole('button', { name: 'Disable' })
    .click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await admin.getByRole('row', { name: /Ann Perkins.*Disabled/ }).waitFor()
  await viewer.locator('input[type=password]').fill(password)
  const keptOut = viewer.waitForResponse(
    (answer) => answer.request().method() === 'POST' && answer.url().includes('/auth/api/v1/session'),
  )
  await viewer.getByRole('button', { name: 'Sign in' }).click()
  expect((await keptOut).status()).toBe(401)
  await viewer.getByRole('alert').waitFor()
  expect(complaints.flat()).toEqual([])
})
