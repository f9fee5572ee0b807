/**
 * The times ("ticks", epoch milliseconds) of a cron schedule in its zone. What clocks that are put forward and back mean:
 * - An expression that names hours follows the wall clock. A time that is left out runs at the first minute after the gap
 *   (once, however many times were left out); a time that comes twice runs the first time only.
 * - An expression for every hour follows elapsed time: nothing is made up for hours that are left out, and hours that come
 *   twice run twice, so that "every five minutes" has no hour without a run.
 *
 * Always true: ticks rise strictly, and the next tick after any instant is the same whether one walks there or jumps. An
 * expression or a zone that nothing can be made of (it was saved under other rules) has no ticks.
 */
import { type CronSchedule, readCron, type WallPattern } from './cron-pattern.ts'
import { findClockChange, instantsOf, isTimeZone, offsetAt, wallReached } from './zone-time.ts'

const hourMs = 3_600_000
/** Longer than any repeated stretch of hours. */
const repeatedAtMostMs = 26 * hourMs

/** The first tick after an instant; null = there is none within a hundred years. */
export function nextTick(schedule: CronSchedule, after: number): number | null {
  return nextOf(openSchedule(schedule), after)
}

/**
 * The next ticks after an instant, at most `count`.
 *
 * @example
 * nextRuns({ cron: '0 6 * * MON', timezone: 'Europe/London' }, Date.now(), 5)
 */
export function nextRuns(schedule: CronSchedule, after: number, count: number): number[] {
  return takeTicks(schedule, { after, until: Number.POSITIVE_INFINITY, most: count })
}

export interface TickRange {
  /** Excluded. */
  readonly after: number
  /** Included. */
  readonly until: number
}

/** The ticks of a range in order, the first `most` of them. */
export function ticksBetween(schedule: CronSchedule, range: TickRange, most: number): number[] {
  return takeTicks(schedule, { ...range, most })
}

/** The last tick of a range; null when it has none. Costs the logarithm of the range, whatever it holds. */
export function latestTick(schedule: CronSchedule, range: TickRange): number | null {
  const open = openSchedule(schedule)
  let latest = nextOf(open, range.after)
  if (latest === null || latest > range.until) return null
  let end = range.until
  while (latest < end) {
    const middle: number = Math.floor((latest + end) / 2)
    const later = nextOf(open, middle)
    if (later !== null && later <= range.until) latest = later
    else if (middle === latest) break
    else end = middle
  }
  return latest
}

function takeTicks(schedule: CronSchedule, { after, until, most }: TickRange & { readonly most: number }): number[] {
  const open = openSchedule(schedule)
  const ticks: number[] = []
  for (let next = nextOf(open, after); next !== null && next <= until; next = nextOf(open, next)) {
    if (ticks.length >= most) break
    ticks.push(next)
  }
  return ticks
}

interface OpenSchedule {
  readonly pattern: WallPattern
  readonly zone: string
}

function openSchedule({ cron, timezone }: CronSchedule): OpenSchedule | null {
  const read = readCron(cron)
  return read.kind === 'refused' || !isTimeZone(timezone) ? null : { pattern: read.pattern, zone: timezone }
}

function nextOf(schedule: OpenSchedule | null, after: number): number | null {
  if (schedule === null) return null
  return schedule.pattern.everyHour ? nextByElapsedTime(schedule, after) : nextByWallClock(schedule, after)
}

function nextByWallClock({ pattern, zone }: OpenSchedule, after: number): number | null {
  const wall = pattern.next(wallReached(zone, after))
  if (wall === null) return null
  const found = instantsOf(zone, wall)
  return found.kind === 'gap' ? found.gapEnd : found.instants[0]
}

function nextByElapsedTime(schedule: OpenSchedule, after: number): number | null {
  const { zone } = schedule
  const change = findClockChange(zone, after, after + repeatedAtMostMs)
  const next = nextOfStretch(schedule, after, offsetAt(zone, after))
  if (change === null || (next !== null && next < change)) return next
  return nextOfStretch(schedule, change - 1, offsetAt(zone, change))
}

/** The first tick after an instant from which on the offset holds for {@link repeatedAtMostMs}. */
function nextOfStretch({ pattern, zone }: OpenSchedule, after: number, offset: number): number | null {
  const wall = pattern.next(after + offset)
  if (wall === null) return null
  return wall - offset <= after + repeatedAtMostMs ? wall - offset : firstInstant({ pattern, zone }, wall)
}

/** The instant of a matching wall time, or of the next one that exists. */
function firstInstant({ pattern, zone }: OpenSchedule, wall: number): number | null {
  const found = instantsOf(zone, wall)
  if (found.kind === 'exists') return found.instants[0]
  const later = pattern.next(found.gapEnd + offsetAt(zone, found.gapEnd) - 1)
  return later === null ? null : firstInstant({ pattern, zone }, later)
}
