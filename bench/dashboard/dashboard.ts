/**
 * The dashboard in Debian's Chromium: until its screens can be used, and how evenly they move. Beside the frames of each stand
 * those of an empty page in the same browser under the same moves of the mouse: what the browser and the machine can do.
 */
import { type Browser, chromium, type Page } from 'playwright-core'
import { buildDashboard } from '../../scripts/dashboard/dashboard-build.ts'
import { ensureChromium } from '../../scripts/ensure-chromium.ts'
import type { ServerProcess } from '../../tests/e2e/server-process.ts'
import type { Place } from '../place.ts'
import { type Summary, summarise } from '../summary.ts'
import { drag, type Frames, frameTimes, framesOf, type Point, scroll } from './frames.ts'
import { lineCount, makeLongLog, makeWideRun, type SampleRun, stepCount } from './sample-runs.ts'

/** Seconds for which something is moved. */
const moveSeconds = 3

type FrameSeries = 'emptyPage' | 'draggingSomeBoxes' | 'draggingAllBoxes' | 'scrollingTheLog'

export interface DashboardFigures {
  /** Milliseconds from the start of loading the page, for who is signed in. */
  readonly homeUsableMs: Summary
  readonly graphShownMs: Summary
  readonly logReadMs: Summary
  /** Milliseconds from the press. */
  readonly firstErrorMs: Summary
  /** Boxes that were in view while some were dragged, of all. */
  readonly boxesInView: { readonly some: number; readonly all: number }
  readonly frames: Readonly<Record<FrameSeries, Frames>>
  /** Frames in a second, over those of the empty page. */
  readonly ratioToEmptyPage: Readonly<Record<Exclude<FrameSeries, 'emptyPage'>, number>>
}

interface Screens {
  readonly page: Page
  readonly baseUrl: string
  readonly wide: SampleRun
  readonly long: SampleRun
}

const addressOf = (baseUrl: string, { workflowId, executionId }: SampleRun): string =>
  `${baseUrl}/workflows/${workflowId}/runs/${executionId}`

/** Milliseconds from the start of loading until something holds in the page, looked at in every frame. */
async function msUntil(page: Page, address: string, holds: (wanted: string) => boolean, wanted = ''): Promise<number> {
  await page.goto(address, { waitUntil: 'commit' })
  await page.waitForFunction(holds, wanted, { polling: 'raf', timeout: 120_000 })
  return page.evaluate(() => performance.now())
}

const graphIsShown = (): boolean => {
  const box = document.querySelector('[aria-label="Graph of the steps"] button[aria-pressed]')
  return box !== null && box.getBoundingClientRect().width > 1
}
const hasTitle = (wanted: string): boolean =>
  [...document.querySelectorAll('h2')].some((title) => title.textContent === wanted)
const hasText = (wanted: string): boolean => document.body.textContent.includes(wanted)

async function middleOf(page: Page, selector: string): Promise<Point> {
  const box = await page.locator(selector).boundingBox()
  if (box === null) throw new Error(`${selector} is not on the page`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Boxes of the graph that are within its place. */
function boxesInView(page: Page): Promise<number> {
  return page.getByLabel('Graph of the steps').evaluate((graph) => {
    const place = graph.getBoundingClientRect()
    return [...graph.querySelectorAll('button[aria-pressed]')].filter((box) => {
      const { top, left, bottom, right } = box.getBoundingClientRect()
      return right > place.left && left < place.right && bottom > place.top && top < place.bottom
    }).length
  })
}

const graphSelector = '[aria-label="Graph of the steps"]'

/** Zooms out until all boxes are in view. */
async function showAll(page: Page): Promise<number> {
  for (let presses = 0; presses < 20; presses += 1) {
    const count = await boxesInView(page)
    if (count === stepCount) return count
    await page.getByRole('button', { name: 'Zoom Out' }).click()
  }
  return boxesInView(page)
}

async function measureGraph({ page, baseUrl, wide }: Screens) {
  const shownMs = await msUntil(page, addressOf(baseUrl, wide), graphIsShown)
  // The panel under the graph, and its log, come after it.
  await page.waitForTimeout(1_000)
  const middle = await middleOf(page, graphSelector)
  const some = await boxesInView(page)
  const draggingSomeBoxes = await frameTimes(page, () => drag(page, middle, moveSeconds))
  const all = await showAll(page)
  const draggingAllBoxes = await frameTimes(page, () => drag(page, middle, moveSeconds))
  return { shownMs, some, all, draggingSomeBoxes, draggingAllBoxes }
}

/** From the press until a line that tells of an error is drawn. */
function firstErrorMs(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const log = document.querySelector('[role=log]')
    const started = performance.now()
    document.querySelector<HTMLElement>('[aria-label="Go to the first error"]')?.click()
    while (log?.textContent.includes('ValueError') !== true) await new Promise((drawn) => requestAnimationFrame(drawn))
    return performance.now() - started
  })
}

async function measureLog({ page, baseUrl, long }: Screens) {
  const readMs = await msUntil(page, addressOf(baseUrl, long), hasText, `${lineCount.toLocaleString('en-GB')} lines`)
  const errorMs = await firstErrorMs(page)
  await page.getByRole('log').scrollIntoViewIfNeeded()
  const middle = await middleOf(page, '[role=log]')
  return { readMs, errorMs, scrolling: await frameTimes(page, () => scroll(page, middle, moveSeconds)) }
}

async function measureRound(screens: Screens) {
  const { page, baseUrl } = screens
  await page.goto('about:blank')
  const emptyPage = await frameTimes(page, () => drag(page, { x: 600, y: 400 }, moveSeconds))
  const homeMs = await msUntil(page, baseUrl, hasTitle, 'Ended last')
  return { emptyPage, homeMs, graph: await measureGraph(screens), log: await measureLog(screens) }
}

type Round = Awaited<ReturnType<typeof measureRound>>

function figuresOf(rounds: readonly Round[]): DashboardFigures {
  const frames = {
    emptyPage: framesOf(rounds.flatMap(({ emptyPage }) => emptyPage)),
    draggingSomeBoxes: framesOf(rounds.flatMap(({ graph }) => graph.draggingSomeBoxes)),
    draggingAllBoxes: framesOf(rounds.flatMap(({ graph }) => graph.draggingAllBoxes)),
    scrollingTheLog: framesOf(rounds.flatMap(({ log }) => log.scrolling)),
  }
  const ratio = (series: FrameSeries): number =>
    Math.round((100 * frames[series].perSecond) / frames.emptyPage.perSecond) / 100
  return {
    homeUsableMs: summarise(rounds.map(({ homeMs }) => homeMs)),
    graphShownMs: summarise(rounds.map(({ graph }) => graph.shownMs)),
    logReadMs: summarise(rounds.map(({ log }) => log.readMs)),
    firstErrorMs: summarise(rounds.map(({ log }) => log.errorMs)),
    boxesInView: { some: rounds[0]?.graph.some ?? 0, all: rounds[0]?.graph.all ?? 0 },
    frames,
    ratioToEmptyPage: {
      draggingSomeBoxes: ratio('draggingSomeBoxes'),
      draggingAllBoxes: ratio('draggingAllBoxes'),
      scrollingTheLog: ratio('scrollingTheLog'),
    },
  }
}

async function signedInPage(browser: Browser, { baseUrl, token }: ServerProcess): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  await page.goto(baseUrl)
  await page.getByLabel('API token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  return page
}

export async function measureDashboard(place: Place): Promise<DashboardFigures> {
  const executablePath = await ensureChromium(() => undefined)
  await buildDashboard()
  const server = await place.server()
  await server.start()
  const wide = await makeWideRun(server.client, server.baseUrl)
  const long = await makeLongLog(server.client)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const screens = { page: await signedInPage(browser, server), baseUrl: server.baseUrl, wide, long }
    const rounds: Round[] = []
    for (let round = 0; round < place.rounds; round += 1) rounds.push(await measureRound(screens))
    return figuresOf(rounds)
  } finally {
    await browser.close()
  }
}
