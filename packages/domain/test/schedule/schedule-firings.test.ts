import { describe, expect, it } from 'vitest'
import { clockChanges, firingsBetween, firingsPerSchedule } from '../../src/index.ts'

const at = (text: string): number => Date.parse(text)

describe('the firings that a calendar tells', () => {
  it('are those of the range, and say when there are more', () => {
    const hourly = { cron: '0 * * * *', timezone: 'UTC' }
    const day = { after: at('2026-03-01T00:00:00Z') - 1, until: at('2026-03-01T23:59:59Z') }
    const all = firingsBetween(hourly, day, 24)
    expect([all.ticks[0], all.ticks.length, all.hasMore]).toEqual([at('2026-03-01T00:00:00Z'), 24, false])
    const cut = firingsBetween(hourly, day, 23)
    expect([cut.ticks.at(-1), cut.ticks.length, cut.hasMore]).toEqual([at('2026-03-01T22:00:00Z'), 23, true])
  })

  it.each([
    [0, 168],
    [25, 168],
    [29, 168],
    [30, 166],
    [1000, 5],
    [10_000, 1],
  ])('on a page of %i schedules are at most %i of each', (schedules, most) => {
    expect(firingsPerSchedule(schedules)).toBe(most)
  })
})

describe('changes of the clock', () => {
  it.each([
    ['Europe/London', '2026-03-23T00:00:00Z', '2026-03-30T00:00:00Z', ['2026-03-29T01:00:00.000Z']],
    ['Europe/London', '2026-10-19T00:00:00Z', '2026-10-26T00:00:00Z', ['2026-10-25T01:00:00.000Z']],
    ['Europe/London', '2026-04-01T00:00:00Z', '2026-04-30T00:00:00Z', []],
    ['UTC', '2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z', []],
  ])('in %s from %s to %s are %j', (zone, from, to, expected) => {
    const changes = clockChanges(zone, { after: at(from), until: at(to) })
    expect(changes.map((change) => new Date(change).toISOString())).toEqual(expected)
  })

  it('are all found where a zone leaves its time for less than a month and comes back', () => {
    const changes = clockChanges('Africa/Casablanca', {
      after: at('2026-02-10T00:00:00Z'),
      until: at('2026-03-28T00:00:00Z'),
    })
    expect(changes.map((change) => new Date(change).toISOString())).toEqual([
      '2026-02-15T02:00:00.000Z',
      '2026-03-22T02:00:00.000Z',
    ])
  })

  it('count at the end of the range and not at its start', () => {
    const change = at('2026-03-29T01:00:00Z')
    expect(clockChanges('Europe/London', { after: change - 1, until: change })).toEqual([change])
    expect(clockChanges('Europe/London', { after: change, until: change + 1 })).toEqual([])
  })
})
