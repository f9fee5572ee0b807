/** How evenly a page draws while somebody moves something on it. */
import type { Page } from 'playwright-core'
import { medianOf } from '../summary.ts'

export interface Frames {
  /** Drawn in a second, on average. */
  readonly perSecond: number
  /** Milliseconds between two frames. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** Milliseconds between the frames that the page drew while `act` went on. */
export async function frameTimes(page: Page, act: () => Promise<void>): Promise<readonly number[]> {
  const recording = await page.evaluateHandle(() => {
    const times: number[] = []
    const state = { isOver: false, times }
    const tick = (now: number): void => {
      times.push(now)
      if (!state.isOver) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
    return state
  })
  await act()
  const times = await recording.evaluate((state) => {
    state.isOver = true
    return state.times
  })
  return times.slice(1).map((time, at) => time - (times[at] ?? time))
}

export function framesOf(times: readonly number[]): Frames {
  const sorted = times.toSorted((left, right) => left - right)
  const at = (share: number): number => Math.round((sorted[Math.floor(share * sorted.length)] ?? Number.NaN) * 10) / 10
  const sum = sorted.reduce((total, each) => total + each, 0)
  return {
    perSecond: Math.round((1000 * sorted.length * 10) / sum) / 10,
    p50: Math.round(medianOf(times) * 10) / 10,
    p95: at(0.95),
    p99: at(0.99),
  }
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Milliseconds between two moves of the mouse: as often as a screen draws. */
const moveMs = 16

/** Moves the mouse with its button held, to and fro around `middle`, for some seconds. */
export async function drag(page: Page, middle: Point, seconds: number): Promise<void> {
  const reach = 150
  await page.mouse.move(middle.x, middle.y)
  await page.mouse.down()
  const started = performance.now()
  for (let turn = 0; performance.now() - started < seconds * 1000; turn += 1) {
    const angle = turn / 20
    await page.mouse.move(middle.x + reach * Math.sin(angle), middle.y + (reach / 3) * Math.sin(angle * 1.7))
    await new Promise((resolve) => setTimeout(resolve, moveMs))
  }
  await page.mouse.up()
}

/** Turns the wheel downwards over `place` for some seconds. */
export async function scroll(page: Page, place: Point, seconds: number): Promise<void> {
  await page.mouse.move(place.x, place.y)
  const started = performance.now()
  while (performance.now() - started < seconds * 1000) {
    await page.mouse.wheel(0, 400)
    await new Promise((resolve) => setTimeout(resolve, moveMs))
  }
}
