/** The dashboard of a server of its own, in a browser of its own. */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { buildDashboard } from '../../scripts/dashboard/dashboard-build.ts'
import { ensureChromium } from '../../scripts/ensure-chromium.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

/** Where pictures are left. */
export const pictures = join(import.meta.dirname, '../../.cairn/screenshots')

export interface OpenDashboard {
  readonly server: ServerProcess
  readonly browser: Browser
  dispose(): Promise<void>
}

/** Both started; the caller disposes of them. */
export async function openDashboard(settings: Readonly<Record<string, string>> = {}): Promise<OpenDashboard> {
  const executablePath = await ensureChromium(() => undefined)
  await buildDashboard()
  const server = await createServerProcess(settings)
  try {
    await server.start()
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    return {
      server,
      browser,
      dispose: async () => {
        await browser.close()
        await server.dispose()
      },
    }
  } catch (error) {
    await server.dispose()
    throw error
  }
}

/** What the page complains of from now on; a picture of it may still look well. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (line) => {
    if (line.text().includes('Content Security Policy')) complaints.push(line.text())
  })
  return complaints
}

/** Sends a token from a page that asks for one: the dashboard's, or the one before a service. */
export async function sendToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('API token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Signs in at the dashboard, and waits until it is done. */
export async function signIn(page: Page, token: string): Promise<void> {
  await sendToken(page, token)
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}
