/** The examples of services, deployed as their READMEs say, in a real browser. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@cairn/testkit'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deployLiveBoard } from '../../examples/live-board/deploy.ts'
import { deployPriceApi } from '../../examples/price-api/deploy.ts'
import { deployShinyApp } from '../../examples/shiny-app/deploy.ts'
import { ensureChromium } from '../../scripts/ensure-chromium.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

/** The base image of R comes from Debian's packages when no cache has it. */
const shinyTimeoutMs = 900_000
const screenshots = join(import.meta.dirname, '../../.cairn/screenshots')
const silently = (): void => undefined

let server: ServerProcess
let browser: Browser
beforeAll(async () => {
  const executablePath = await ensureChromium(silently)
  server = await createServerProcess()
  await server.start()
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
}, shinyTimeoutMs)
afterAll(async () => {
  await browser.close()
  await server.dispose()
})

/** A page of a browser that has been nowhere yet. */
async function openPage(url: string): Promise<{ page: Page; sockets: string[] }> {
  const page = await (await browser.newContext()).newPage()
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  await page.goto(url)
  return { page, sockets }
}

it(
  'shows the Shiny app, which keeps its session over its WebSocket through a redeploy',
  async () => {
    const { id, url } = await deployShinyApp(server.client, silently)
    const { page, sockets } = await openPage(url)
    await page.getByText('Release 1').waitFor()
    await page.getByText('Keep this horizon').click()
    await page.getByText('Kept: 6', { exact: true }).waitFor()
    await mkdir(screenshots, { recursive: true })
    await page.screenshot({ path: join(screenshots, 'shiny-app.png') })

    await server.client.services.updateService(id, { parameters: { env: { RELEASE: '2' } } })
    await server.client.services.waitForService(id)
    const newcomer = await openPage(url)
    await newcomer.page.getByText('Release 2').waitFor()
    await page.getByText('Keep this horizon').click()
    await page.getByText('Kept: 6, 6', { exact: true }).waitFor()
    expect(await page.getByText('Release 1').count()).toBe(1)
    // It is not by chance that it is still there.
    await eventually(async () => {
      const revisions = await server.client.services.listServiceRevisions(id).all()
      expect(revisions.map(({ status }) => status)).toEqual(['active', 'draining'])
      expect(revisions.at(-1)?.reason).toContain('open WebSockets')
    })
    expect(sockets).toEqual([expect.stringMatching(/^ws:\/\/.*\/websocket\/?/)])
  },
  shinyTimeoutMs,
)

it('shows the live board, on which what one browser posts appears in another', async () => {
  const { url } = await deployLiveBoard(server.client, silently)
  const [one, other] = [await openPage(url), await openPage(url)]
  await one.page.getByLabel('Note').fill('hello from the first')
  await one.page.getByText('Post').click()
  const note = other.page.getByText('hello from the first')
  await note.waitFor()
  expect(await note.count()).toBe(1)
})

it('predicts by the API for who has a token, and refuses in words what is no flat', async () => {
  const { url } = await deployPriceApi(server.client, silently)
  const call = { httpMethod: 'post', path: '/' } as const
  const predicted = await server.client.services.testService('price-api', { ...call, payload: { size: 75, rooms: 3 } })
  expect(predicted.responseStatus).toBe(200)
  expect(predicted.responseBody).toMatch(/"price": 26\d\.\d/)
  const refused = await server.client.services.testService('price-api', { ...call, payload: { size: 'large' } })
  expect(refused).toMatchObject({ responseStatus: 400, responseBody: expect.stringContaining('size and rooms') })
  expect(url).toContain('price-api')
})
