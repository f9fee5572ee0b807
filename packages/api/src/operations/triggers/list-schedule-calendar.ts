import { setImmediate } from 'node:timers/promises'
import type { ScheduleFirings } from '@cairn/contract'
import {
  clockChanges,
  firingsBetween,
  firingsPerSchedule,
  isTimeZone,
  type TickRange,
  zonedTimestamp,
} from '@cairn/domain'
import { listSchedules, type ListedSchedule } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { comingWindowOf, pageKeysOf, pageRequestOf } from '../../paging.ts'
import { refusedField } from '../../refusals.ts'

const dayMs = 24 * 3_600_000
const mostDays = 31

export const listScheduleCalendar: Operation<'listScheduleCalendar'> = async (context, { caller, query }) => {
  const { from, to } = comingWindowOf(query, context.clock.now())
  const spanMs = to.getTime() - from.getTime()
  if (spanMs <= 0) throw refusedField('invalid_request', 'dateTo', 'must be after dateFrom')
  if (spanMs > mostDays * dayMs) {
    throw refusedField('invalid_request', 'dateTo', `must be at most ${mostDays} days after dateFrom`)
  }
  const request = pageRequestOf(query)
  const page = await listSchedules(context.database.db, caller.tenantId, request)
  const most = firingsPerSchedule(page.items.length)
  // A time at the very start counts; ranges leave theirs out.
  const range = { after: from.getTime() - 1, until: to.getTime() }
  const schedules: ScheduleFirings[] = []
  for (const schedule of page.items) {
    schedules.push(describeFirings(schedule, range, most))
    // A page of a thousand takes most of a second: other requests are answered in between.
    await setImmediate()
  }
  return {
    dateFrom: from.toISOString(),
    dateTo: to.toISOString(),
    schedules,
    schedulesCount: page.total,
    ...pageKeysOf(page, request),
  }
}

function describeFirings(schedule: ListedSchedule, range: TickRange, most: number): ScheduleFirings {
  const { timezone, isPaused } = schedule
  const { ticks, hasMore } = isPaused ? { ticks: [], hasMore: false } : firingsBetween(schedule, range, most)
  // One that was saved under other rules may name a zone that nothing can be made of.
  const changes = isTimeZone(timezone) ? clockChanges(timezone, range) : []
  return {
    ...schedule,
    firings: ticks.map((tick) => zonedTimestamp(timezone, tick)),
    hasMore,
    clockChanges: changes.map((change) => zonedTimestamp(timezone, change)),
  }
}
