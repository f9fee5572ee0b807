/** Schedules at random, held against a scan of every minute that reads the clocks on its own. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type CronSchedule, latestTick, nextTick, ticksBetween } from '../../src/index.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Zones with the instants at which their clocks change. */
const changes = [
  ['Europe/London', '2026-03-29T01:00Z'],
  ['Europe/London', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['America/Havana', '2026-11-01T05:00Z'],
  ['Asia/Beirut', '2026-10-24T21:00Z'],
  ['Asia/Kathmandu', '2026-06-01T00:00Z'],
] as const

interface Fields {
  readonly minutes: readonly number[]
  /** null = every hour. */
  readonly hours: readonly number[] | null
  readonly days: readonly number[] | null
}

const fields: fc.Arbitrary<Fields> = fc.record({
  minutes: fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 6 }),
  hours: fc.option(fc.uniqueArray(fc.nat(23), { minLength: 1, maxLength: 12 })),
  days: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 20 })),
})

const cronOf = ({ minutes, hours, days }: Fields): string =>
  `${minutes.join(',')} ${hours?.join(',') ?? '*'} ${days?.join(',') ?? '*'} * *`

/** What the zone's clocks show at each minute, as minutes since the epoch of that date in UTC. */
function wallMinutes(zone: string, from: number, count: number): number[] {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  return Array.from({ length: count }, (_, index) => {
    const parts = new Map(clock.formatToParts(from + index * minuteMs).map(({ type, value }) => [type, Number(value)]))
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = (
      ['year', 'month', 'day', 'hour', 'minute'] as const
    ).map((part) => parts.get(part))
    return Date.UTC(year, month - 1, day, hour, minute) / minuteMs
  })
}

function matches({ minutes, hours, days }: Fields, wallMinute: number): boolean {
  const wall = new Date(wallMinute * minuteMs)
  return (
    minutes.includes(wall.getUTCMinutes()) &&
    (hours?.includes(wall.getUTCHours()) ?? true) &&
    (days?.includes(wall.getUTCDate()) ?? true)
  )
}

/** The rule of ticks.ts, minute by minute. */
function scan(wanted: Fields, { from, walls }: Stretch): number[] {
  const seen = new Set<number>()
  const ticks = new Set<number>()
  for (const [index, wall] of walls.entries()) {
    const instant = from + index * minuteMs
    const before = walls[index - 1] ?? wall - 1
    const leftOut = wanted.hours === null ? 0 : Math.max(0, wall - before - 1)
    const due = [wall, ...Array.from({ length: leftOut }, (_, skipped) => before + 1 + skipped)]
    const isNew = wanted.hours === null || !seen.has(wall)
    if (isNew && due.some((minute) => matches(wanted, minute))) ticks.add(instant)
    seen.add(wall)
  }
  return [...ticks]
}

interface Stretch {
  readonly timezone: string
  /** Instant of the first of {@link Stretch.walls}. */
  readonly from: number
  readonly walls: readonly number[]
}

/** Two and a half days around each change. */
const stretches: readonly Stretch[] = changes.map(([timezone, iso]) => {
  const from = Date.parse(iso) - 40 * hourMs
  return { timezone, from, walls: wallMinutes(timezone, from, 60 * 60) }
})

it('ticks are those of a scan of every minute around a change of the clocks', () => {
  fc.assert(
    fc.property(fc.constantFrom(...stretches), fc.nat(30 * 60), fields, (stretch, start, wanted) => {
      const { timezone, from } = stretch
      // Not from the first minute: what a gap before it leaves out is not known.
      const range = { after: from + start * minuteMs, until: from + (60 * 60 - 1) * minuteMs }
      const expected = scan(wanted, stretch).filter((tick) => tick > range.after)
      expect(ticksBetween({ cron: cronOf(wanted), timezone }, range, 10_000)).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

const schedule: fc.Arbitrary<{ readonly schedule: CronSchedule; readonly start: number }> = fc
  .record({ change: fc.constantFrom(...changes), wanted: fields, minutesOff: fc.integer({ min: -3000, max: 3000 }) })
  .map(({ change: [timezone, iso], wanted, minutesOff }) => ({
    schedule: { cron: cronOf(wanted), timezone },
    start: Date.parse(iso) + minutesOff * minuteMs,
  }))

it('a tick lies strictly after the instant asked for, and asking from anywhere before it finds the same', () => {
  fc.assert(
    fc.property(schedule, fc.integer({ min: 1, max: 100 * hourMs }), ({ schedule: given, start }, earlier) => {
      const tick = nextTick(given, start)
      if (tick === null) return
      expect(tick).toBeGreaterThan(start)
      expect(nextTick(given, tick - 1)).toBe(tick)
      expect(nextTick(given, Math.floor((start + tick) / 2))).toBe(tick)
      const before = nextTick(given, start - earlier)
      expect(before === null || before <= start ? tick : before).toBe(tick)
    }),
    { numRuns: 80 },
  )
})

it('the last tick of a range is the last of its list', () => {
  fc.assert(
    fc.property(schedule, fc.integer({ min: 0, max: 72 * hourMs }), ({ schedule: given, start }, length) => {
      const range = { after: start, until: start + length }
      expect(latestTick(given, range)).toBe(ticksBetween(given, range, 100_000).at(-1) ?? null)
    }),
    { numRuns: 30 },
  )
})
