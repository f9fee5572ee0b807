import type { CronSchedule } from './cron-pattern.ts'
import { type TickRange, ticksBetween } from './ticks.ts'

/** Firings that a page of the calendar tells in all: finding one costs tens of microseconds, on the thread that answers. */
const mostOnPage = 5000
/** Every hour of a week. */
const mostOfSchedule = 168

/** How many firings of each schedule a page of so many schedules tells. At least one. */
export function firingsPerSchedule(schedules: number): number {
  return Math.min(mostOfSchedule, Math.max(1, Math.floor(mostOnPage / Math.max(1, schedules))))
}

export interface Firings {
  /** Epoch milliseconds, in order. */
  readonly ticks: readonly number[]
  /** The range holds more. */
  readonly hasMore: boolean
}

/** The first `most` times of a schedule in a range. */
export function firingsBetween(schedule: CronSchedule, range: TickRange, most: number): Firings {
  const ticks = ticksBetween(schedule, range, most + 1)
  return { ticks: ticks.slice(0, most), hasMore: ticks.length > most }
}
