import { describe, expect, it } from 'vitest'
import { type CronSchedule, latestTick, nextRuns, nextTick, ticksBetween, zonedTimestamp } from '../../src/index.ts'

const at = (iso: string): number => Date.parse(iso)

/** The next ticks, as the zone's clocks show them. */
function shown(schedule: CronSchedule, after: string, count: number): string[] {
  return nextRuns(schedule, at(after), count).map((tick) => zonedTimestamp(schedule.timezone, tick))
}

const shortened = (timestamps: readonly string[]): string[] => timestamps.map((text) => text.replace(':00.000', ''))

describe('the times of an expression', () => {
  it.each([
    ['*/20 * * * *', '2026-01-01T00:20', '2026-01-01T00:40', '2026-01-01T01:00'],
    ['0 6 * * 1', '2026-01-05T06:00', '2026-01-12T06:00', '2026-01-19T06:00'],
    ['0 6 * * MON', '2026-01-05T06:00', '2026-01-12T06:00', '2026-01-19T06:00'],
    ['0 6 * * 0', '2026-01-04T06:00', '2026-01-11T06:00', '2026-01-18T06:00'],
    ['0 6 * * 7', '2026-01-04T06:00', '2026-01-11T06:00', '2026-01-18T06:00'],
    ['0 0 6 ? * 1', '2026-01-05T06:00', '2026-01-12T06:00', '2026-01-19T06:00'],
    ['0 0 1 jan-mar ?', '2026-02-01T00:00', '2026-03-01T00:00', '2027-01-01T00:00'],
    ['0 12 L * ?', '2026-01-31T12:00', '2026-02-28T12:00', '2026-03-31T12:00'],
    ['0 12 LW * *', '2026-01-30T12:00', '2026-02-27T12:00', '2026-03-31T12:00'],
    ['0 12 15W * *', '2026-01-15T12:00', '2026-02-16T12:00', '2026-03-16T12:00'],
    ['0 12 * * 5L', '2026-01-30T12:00', '2026-02-27T12:00', '2026-03-27T12:00'],
    ['0 12 * * FRI#2', '2026-01-09T12:00', '2026-02-13T12:00', '2026-03-13T12:00'],
    ['0 12 * * 1#5', '2026-03-30T12:00', '2026-06-29T12:00', '2026-08-31T12:00'],
    // As cron has it: either of the two days will do.
    ['0 0 13 * FRI', '2026-01-02T00:00', '2026-01-09T00:00', '2026-01-13T00:00'],
    ['0 0 29 2 *', '2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00'],
    ['0 0 0 1 1 ? 2027-2031/2', '2027-01-01T00:00', '2029-01-01T00:00', '2031-01-01T00:00'],
  ])('%s', (cron, ...expected) => {
    expect(shortened(shown({ cron, timezone: 'UTC' }, '2026-01-01T00:00:00Z', 3))).toEqual(
      expected.map((time) => `${time}Z`),
    )
  })

  it('come to the second with six fields', () => {
    expect(shown({ cron: '*/30 59 23 * * *', timezone: 'UTC' }, '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-01-01T23:59:00.000Z',
      '2026-01-01T23:59:30.000Z',
      '2026-01-02T23:59:00.000Z',
    ])
  })

  it('end with the last year', () => {
    expect(nextRuns({ cron: '0 0 0 1 1 ? 2027', timezone: 'UTC' }, at('2026-01-01T00:00:00Z'), 5)).toHaveLength(1)
  })

  it.each(['0 0 31 2 *', '0 0 30 2 ?', '0 0 31 2,4,6,9,11 *', '0 0 31W 2 *', '0 0 0 1 1 ? 2020', '0 0 0 29 2 ? 2100'])(
    '%s has none',
    (cron) => expect(nextTick({ cron, timezone: 'Europe/London' }, at('2026-01-01T00:00:00Z'))).toBeNull(),
  )

  it('are none when nothing can be made of expression or zone', () => {
    expect(nextRuns({ cron: '0 24 * * *', timezone: 'UTC' }, 0, 1)).toEqual([])
    expect(nextRuns({ cron: '0 0 * * *', timezone: 'Mars/Olympus' }, 0, 1)).toEqual([])
  })

  it('follow the clocks of the zone', () => {
    expect(shown({ cron: '0 9 * * *', timezone: 'Asia/Kolkata' }, '2026-01-01T00:00:00Z', 1)).toEqual([
      '2026-01-01T09:00:00.000+05:30',
    ])
    expect(nextTick({ cron: '0 9 * * *', timezone: 'Asia/Kolkata' }, at('2026-01-01T00:00:00Z'))).toBe(
      at('2026-01-01T03:30:00Z'),
    )
  })
})

describe('when clocks are put forward', () => {
  it.each([
    ['Europe/London', '2026-03-28T12:00Z', '30 1 * * *', ['2026-03-29T02:00+01:00', '2026-03-30T01:30+01:00']],
    ['America/New_York', '2026-03-07T12:00Z', '30 2 * * *', ['2026-03-08T03:00-04:00', '2026-03-09T02:30-04:00']],
    ['Australia/Lord_Howe', '2026-10-03T12:00Z', '10 2 * * *', ['2026-10-04T02:30+11:00', '2026-10-05T02:10+11:00']],
    // A gap at midnight moves the first run of the day.
    ['Africa/Cairo', '2026-04-23T12:00Z', '0 0 * * *', ['2026-04-24T01:00+03:00', '2026-04-25T00:00+03:00']],
    // The whole of 30 December was left out.
    ['Pacific/Apia', '2011-12-29T22:00Z', '0 6 * * *', ['2011-12-31T00:00+14:00', '2011-12-31T06:00+14:00']],
  ])('in %s after %s, %s runs once, at the first minute after the gap', (timezone, after, cron, expected) => {
    expect(shortened(shown({ cron, timezone }, after, 2))).toEqual(expected)
  })

  it('several times that are left out are one run, which is also that of the hour itself', () => {
    const schedule = { cron: '0,30 1-2 * * *', timezone: 'Europe/London' }
    expect(shortened(shown(schedule, '2026-03-29T00:00Z', 3))).toEqual([
      '2026-03-29T02:00+01:00',
      '2026-03-29T02:30+01:00',
      '2026-03-30T01:00+01:00',
    ])
  })

  it.each(['*/30 * * * *', '*/30 0-23 * * *'])('%s goes on as if nothing were', (cron) => {
    expect(shortened(shown({ cron, timezone: 'Europe/London' }, '2026-03-29T00:15Z', 3))).toEqual([
      '2026-03-29T00:30Z',
      '2026-03-29T02:00+01:00',
      '2026-03-29T02:30+01:00',
    ])
  })
})

describe('when clocks are put back', () => {
  it.each([
    ['Europe/London', '2026-10-24T12:00Z', '30 1 * * *', ['2026-10-25T01:30+01:00', '2026-10-26T01:30Z']],
    ['America/New_York', '2026-10-31T12:00Z', '30 1 * * *', ['2026-11-01T01:30-04:00', '2026-11-02T01:30-05:00']],
    ['Australia/Lord_Howe', '2026-04-04T12:00Z', '45 1 * * *', ['2026-04-05T01:45+11:00', '2026-04-06T01:45+10:30']],
    ['America/Havana', '2026-10-31T12:00Z', '30 0 * * *', ['2026-11-01T00:30-04:00', '2026-11-02T00:30-05:00']],
    ['Asia/Beirut', '2026-10-24T12:00Z', '30 23 * * *', ['2026-10-24T23:30+03:00', '2026-10-25T23:30+02:00']],
  ])('in %s after %s, %s runs the first time only', (timezone, after, cron, expected) => {
    expect(shortened(shown({ cron, timezone }, after, 2))).toEqual(expected)
  })

  it('the end of the repeated hours runs, also for one who asks in their second round', () => {
    const schedule = { cron: '*/20 1,2 * * *', timezone: 'Europe/London' }
    const expected = ['2026-10-25T02:00Z', '2026-10-25T02:20Z']
    expect(shortened(shown(schedule, '2026-10-25T00:40Z', 2))).toEqual(expected)
    expect(shortened(shown(schedule, '2026-10-25T01:10Z', 2))).toEqual(expected)
  })

  it('an expression for every hour runs in both rounds', () => {
    expect(shortened(shown({ cron: '30 * * * *', timezone: 'Europe/London' }, '2026-10-24T23:45Z', 4))).toEqual([
      '2026-10-25T01:30+01:00',
      '2026-10-25T01:30Z',
      '2026-10-25T02:30Z',
      '2026-10-25T03:30Z',
    ])
  })

  it('the second round of the last hour of a day counts to that day', () => {
    const schedule = { cron: '30 * 24 10 *', timezone: 'Asia/Beirut' }
    expect(shortened(shown(schedule, '2026-10-24T19:45Z', 3))).toEqual([
      '2026-10-24T23:30+03:00',
      '2026-10-24T23:30+02:00',
      '2027-10-24T00:30+03:00',
    ])
  })
})

describe('ranges of ticks', () => {
  const everySecond = { cron: '* * * * * *', timezone: 'UTC' }
  const year = { after: at('2026-01-01T00:00:00Z'), until: at('2027-01-01T00:00:00Z') }

  it('begin after their start and hold their end', () => {
    const range = { after: at('2026-01-01T00:00:00Z'), until: at('2026-01-01T02:00:00Z') }
    expect(ticksBetween({ cron: '0 * * * *', timezone: 'UTC' }, range, 10)).toEqual([
      at('2026-01-01T01:00:00Z'),
      at('2026-01-01T02:00:00Z'),
    ])
  })

  it('are cut where the caller says', () => {
    expect(ticksBetween(everySecond, year, 3)).toHaveLength(3)
  })

  it.each([
    ['* * * * * *', '2027-01-01T00:00:00Z'],
    ['0 6 * * *', '2026-12-31T06:00:00Z'],
    ['* * 12 1 1 *', '2026-01-01T12:59:59Z'],
    ['0 0 1 1 *', '2027-01-01T00:00:00Z'],
  ])('the last one of %s is found at once', (cron, latest) => {
    expect(latestTick({ cron, timezone: 'UTC' }, year)).toBe(at(latest))
  })

  it('without a tick have no last one', () => {
    expect(
      latestTick({ cron: '0 0 2 1 *', timezone: 'UTC' }, { after: year.after, until: year.after + 1000 }),
    ).toBeNull()
  })
})
