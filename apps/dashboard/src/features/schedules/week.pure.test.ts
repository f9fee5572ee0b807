import type { PastFiring } from '@cairn/sdk'
import { describe, expect, it } from 'vitest'
import { calendarOf, daysFrom, firingsOf } from './week.ts'

const local = (day: number, hour: number, minute = 0): number => new Date(2026, 0, day, hour, minute).getTime()
const schedule = (workflowId: number, ...times: number[]) => ({
  workflowId,
  workflowName: `w${workflowId}`,
  cron: '* * * * *',
  timezone: 'UTC',
  isPaused: false,
  firings: times.map((at) => new Date(at).toISOString()),
  hasMore: false,
  clockChanges: [],
})

const fired = (workflowId: number, at: number): PastFiring => ({
  workflowId,
  workflowName: `w${workflowId}`,
  scheduledAt: new Date(at).toISOString(),
  until: null,
  cron: '* * * * *',
  timezone: 'UTC',
  outcome: 'fired',
  executionId: 'd6116a56-6b1d-41b4-a599-fb949f08863f',
  reason: null,
  recordedAt: new Date(at).toISOString(),
  runStatus: 'Success',
})
const coming = (workflowId: number, ...times: number[]) => ({
  workflowId,
  workflowName: `w${workflowId}`,
  firings: times.map((at) => ({ at, workflowId, workflowName: `w${workflowId}`, past: null })),
})

describe('the calendar of schedules', () => {
  it('begins at the midnight before and has a day for each', () => {
    expect(daysFrom(local(5, 13, 30), 3)).toEqual([local(5, 0), local(6, 0), local(7, 0)])
  })

  it('has the firings of a day by their times, each workflow beside the others', () => {
    const firings = firingsOf(
      [schedule(1, local(5, 9), local(5, 8), local(6, 23, 59)), schedule(2, local(5, 8, 15))],
      [],
    )
    const [first, second, third] = calendarOf(firings, daysFrom(local(5, 0), 3))
    expect(first?.entries).toEqual([coming(1, local(5, 8)), coming(2, local(5, 8, 15)), coming(1, local(5, 9))])
    expect([first?.count, second?.count, third?.count]).toEqual([3, 1, 0])
  })

  it('takes what fires often on a day together', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => local(5, hour))
    const [day] = calendarOf(firingsOf([schedule(1, ...hours)], []), daysFrom(local(5, 0), 1))
    expect(day?.entries).toEqual([coming(1, ...hours)])
  })

  it('has what fired before what comes, and once what came in between', () => {
    const past = [fired(1, local(5, 7)), fired(1, local(5, 8))]
    const [day] = calendarOf(firingsOf([schedule(1, local(5, 8), local(5, 9))], past), daysFrom(local(5, 0), 1))
    expect(day?.entries.map(({ firings }) => firings.map(({ at, past: was }) => [at, was?.runStatus]))).toEqual([
      [[local(5, 7), 'Success']],
      [[local(5, 8), 'Success']],
      [[local(5, 9), undefined]],
    ])
  })
})
