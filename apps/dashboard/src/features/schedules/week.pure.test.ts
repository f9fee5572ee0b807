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

describe('the calendar of schedules', () => {
  it('begins at the midnight before and has a day for each', () => {
    expect(daysFrom(local(5, 13, 30), 3)).toEqual([local(5, 0), local(6, 0), local(7, 0)])
  })

  it('has the firings of a day by their times, each workflow beside the others', () => {
    const firings = firingsOf([schedule(1, local(5, 9), local(5, 8), local(6, 23, 59)), schedule(2, local(5, 8, 15))])
    const [first, second, third] = calendarOf(firings, daysFrom(local(5, 0), 3))
    expect(first?.entries).toEqual([
      { workflowId: 1, workflowName: 'w1', times: [local(5, 8)] },
      { workflowId: 2, workflowName: 'w2', times: [local(5, 8, 15)] },
      { workflowId: 1, workflowName: 'w1', times: [local(5, 9)] },
    ])
    expect([first?.count, second?.count, third?.count]).toEqual([3, 1, 0])
  })

  it('takes what fires often on a day together', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => local(5, hour))
    const [day] = calendarOf(firingsOf([schedule(1, ...hours)]), daysFrom(local(5, 0), 1))
    expect(day?.entries).toEqual([{ workflowId: 1, workflowName: 'w1', times: hours }])
  })
})
