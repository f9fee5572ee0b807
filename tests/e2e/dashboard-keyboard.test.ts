/** Somebody without a mouse: from the sign-in to the log of a step, by keys alone. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { complaintsOf, type OpenDashboard, openDashboard } from './open-dashboard.ts'
import type { ServerProcess } from './server-process.ts'

/** Presses of Tab from one end of a screen to the other. */
const mostStops = 80

let dashboard: OpenDashboard
let server: ServerProcess
let browser: Browser
beforeAll(async () => {
  dashboard = await openDashboard()
  ;({ server, browser } = dashboard)
})
afterAll(() => dashboard.dispose())

interface Stop {
  readonly name: string
  readonly role: string
  /** What a person does not see of the focus here; null = it is seen. */
  readonly fault: string | null
  readonly isInDialog: boolean
}

/** Where the focus is. */
function stop(page: Page): Promise<Stop> {
  return page.evaluate(() => {
    const at = document.activeElement ?? document.body
    if (at === document.body) return { name: '', role: 'body', fault: null, isInDialog: false }
    const labels = at instanceof HTMLInputElement ? [...(at.labels ?? [])].map((label) => label.textContent) : []
    const name = at.getAttribute('aria-label') ?? labels[0] ?? at.textContent
    const box = at.getBoundingClientRect()
    const { outlineStyle, outlineWidth } = getComputedStyle(at)
    // The caret of a field that has the focus is seen as well.
    const isShown =
      at.matches('input[role=combobox]') || (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0)
    const isIn = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
    const faults = [
      ...(isShown ? [] : ['no outline']),
      ...(box.width > 0 && box.height > 0 && isIn ? [] : ['out of sight']),
    ]
    return {
      name: name.trim().replaceAll(/\s+/g, ' '),
      role: at.getAttribute('role') ?? at.tagName.toLowerCase(),
      fault: faults.length === 0 ? null : faults.join(', '),
      isInDialog: at.closest('dialog') !== null,
    }
  })
}

/** Faults of every stop on the way. */
const faults: string[] = []

async function tab(page: Page): Promise<Stop> {
  await page.keyboard.press('Tab')
  const found = await stop(page)
  if (found.fault !== null) faults.push(`${new URL(page.url()).pathname} ${found.role} "${found.name}": ${found.fault}`)
  return found
}

/** Tab as often as it takes. */
async function tabTo(page: Page, role: string, name: RegExp): Promise<Stop> {
  const passed: string[] = []
  for (let presses = 0; presses < mostStops; presses += 1) {
    const found = await tab(page)
    if (found.role === role && name.test(found.name)) return found
    passed.push(`${found.role} ${found.name}`)
  }
  throw new Error(`no ${role} ${String(name)} is reached by Tab, only: ${[...new Set(passed)].join('; ')}`)
}

it('signs in, finds a workflow, runs it, and reads why its step failed', async () => {
  await server.client.workflows.createWorkflow({
    name: 'call-home',
    steps: { call: { type: 'http', method: 'get', url: 'http://127.0.0.1:9/' } },
  })
  const page = await browser.newPage()
  const broken = complaintsOf(page)
  await page.goto(server.baseUrl)
  await page.getByLabel('API token').waitFor()
  await tabTo(page, 'input', /API token/)
  await page.keyboard.type(server.token)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()

  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect((await tab(page)).name).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  expect((await stop(page)).role).toBe('main')

  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Search everything' }).waitFor()
  await page.keyboard.type('call-home')
  await page.getByRole('option', { name: 'call-home', exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/workflows\/\d+/)
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor()

  await tabTo(page, 'button', /^Run$/)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Run', exact: true }).waitFor()
  const stops: Stop[] = []
  for (let presses = 0; presses < 12; presses += 1) stops.push(await tab(page))
  expect(stops.filter(({ isInDialog, role }) => !isInDialog && role !== 'body')).toEqual([])
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect((await stop(page)).name).toBe('Run')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Run', exact: true }).waitFor()
  await tabTo(page, 'button', /^Run$/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/runs\//)

  await page.getByRole('button', { name: /^Failed call/ }).waitFor()
  await tabTo(page, 'tab', /^Graph/)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  expect((await stop(page)).name).toMatch(/^Table/)
  await tabTo(page, 'button', /^call$/)
  await page.keyboard.press('Enter')
  const log = page.getByLabel('Log of call')
  await log.getByText('GET http://127.0.0.1:9/').waitFor()
  await tabTo(page, 'log', /Log of call/)

  await page.keyboard.press('Control+k')
  const search = page.getByRole('dialog', { name: 'Search everything' })
  await search.waitFor()
  await page.keyboard.press('Escape')
  await search.waitFor({ state: 'detached' })
  expect((await stop(page)).name).toMatch(/Log of call/)
  expect(await page.locator('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').count()).toBe(0)
  expect([faults, broken]).toEqual([[], []])
  await page.close()
})
