import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideTicks, nextOfAll, type ScheduleState, ticksBetween } from '../../src/index.ts'

const at = (time: string): number => Date.parse(`2026-01-01T${time}Z`)
const hour = 3_600_000

const hourly = (handledUntil: string): ScheduleState => ({
  cron: '0 * * * *',
  timezone: 'UTC',
  handledUntil: at(handledUntil),
})
const schedule = { cron: '0 * * * *', timezone: 'UTC' }

describe('ticks that have come', () => {
  it('are none before their time', () => {
    const states = [hourly('06:00')]
    expect(decideTicks(states, at('06:59:59.999'), hour)).toEqual({ start: null, missed: [], states })
  })

  it('run at their time', () => {
    expect(decideTicks([hourly('06:00')], at('07:00'), hour)).toEqual({
      start: { schedule, tick: at('07:00') },
      missed: [],
      states: [hourly('07:00')],
    })
  })

  it('run once, also when the clock was put back since', () => {
    const { states } = decideTicks([hourly('06:00')], at('07:00'), hour)
    expect(decideTicks(states, at('06:59'), hour)).toEqual({ start: null, missed: [], states })
    expect(decideTicks(states, at('07:30'), hour)).toEqual({ start: null, missed: [], states })
    expect(nextOfAll(states, at('05:00'))).toBe(at('08:00'))
  })

  it('are missed but for the last one when several came', () => {
    const decided = decideTicks([hourly('03:00')], at('06:59'), hour)
    expect(decided.start?.tick).toBe(at('06:00'))
    expect(decided.missed.map(({ tick, until }) => [tick, until])).toEqual([
      [at('04:00'), null],
      [at('05:00'), null],
    ])
    expect(decided.missed[0]?.reason).toBe(
      'not started in time, as when no engine runs; of the times that passed only the last, 2026-01-01T06:00:00.000Z, was run',
    )
    expect(decided.states).toEqual([hourly('06:00')])
  })

  it('are all missed when the last one is over its grace time', () => {
    const decided = decideTicks([hourly('03:00')], at('05:30'), hour / 4)
    expect(decided.start).toBeNull()
    expect(decided.missed.map(({ tick }) => tick)).toEqual([at('04:00'), at('05:00')])
    expect(decided.missed[0]?.reason).toContain('more than the grace time of 900 s ago')
    expect(decided.states).toEqual([hourly('05:00')])
  })

  it('are told of by their first and last when there are more than a hundred', () => {
    const everySecond = { cron: '* * * * * *', timezone: 'UTC', handledUntil: at('00:00') }
    const decided = decideTicks([everySecond], at('10:00'), hour)
    expect(decided.start?.tick).toBe(at('10:00'))
    expect(decided.missed).toMatchObject([{ tick: at('00:00:01'), until: at('09:59:59') }])
  })
})

describe('several schedules of one workflow', () => {
  const every20 = { cron: '*/20 * * * *', timezone: 'UTC', handledUntil: at('06:00') }

  it('have one run for a time that they share', () => {
    const decided = decideTicks([hourly('06:40'), { ...every20, handledUntil: at('06:40') }], at('07:00'), hour)
    expect(decided.start?.tick).toBe(at('07:00'))
    expect(decided.missed).toEqual([])
    expect(decided.states.map(({ handledUntil }) => handledUntil)).toEqual([at('07:00'), at('07:00')])
  })

  it('have one run for all that passed, the newest', () => {
    const decided = decideTicks([hourly('06:00'), every20], at('07:30'), hour)
    expect(decided.start).toEqual({ schedule: { cron: '*/20 * * * *', timezone: 'UTC' }, tick: at('07:20') })
    expect(decided.missed.map(({ tick }) => tick)).toEqual([at('06:20'), at('06:40'), at('07:00')])
  })
})

it('however often one looks, each tick runs or is missed, once', () => {
  const looks = fc.array(fc.integer({ min: -3 * hour, max: 12 * hour }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(looks, fc.integer({ min: 0, max: 4 * hour }), (steps, graceMs) => {
      let states: readonly ScheduleState[] = [hourly('00:00')]
      let now = at('00:00')
      let latest = now
      const ran: number[] = []
      const missed: number[] = []
      for (const step of steps) {
        now += step
        latest = Math.max(latest, now)
        const decided = decideTicks(states, now, graceMs)
        if (decided.start !== null) ran.push(decided.start.tick)
        missed.push(...decided.missed.map(({ tick }) => tick))
        states = decided.states
      }
      expect([...ran, ...missed].toSorted((a, b) => a - b)).toEqual(
        ticksBetween(schedule, { after: at('00:00'), until: latest }, 1000),
      )
    }),
    { numRuns: 40 },
  )
})
