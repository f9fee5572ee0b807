import { type Static, Type } from 'typebox'
import { DateFilter, Timestamp } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

/**
 * Which days of the calendar. Without `dateFrom` it begins now, without `dateTo` it ends seven days after its start; it spans
 * at most 31 days.
 */
export const ScheduleCalendarQuery = Type.Object({
  ...pageQuery,
  dateFrom: Type.Optional(DateFilter),
  dateTo: Type.Optional(DateFilter),
})
export type ScheduleCalendarQuery = Static<typeof ScheduleCalendarQuery>

/**
 * When a schedule fires. `firings` and `clockChanges` are in the schedule's zone; the latter are the instants at which its
 * clocks are put forward or back. A paused schedule has no firings. `hasMore` = it fires more often in this time than `firings` tells.
 */
export const ScheduleFirings = Type.Object({
  workflowId: Type.Integer(),
  workflowName: Type.String(),
  cron: Type.String(),
  timezone: Type.String(),
  isPaused: Type.Boolean(),
  firings: Type.Array(Timestamp),
  hasMore: Type.Boolean(),
  clockChanges: Type.Array(Timestamp),
})
export type ScheduleFirings = Static<typeof ScheduleFirings>

export const ScheduleCalendarPage = pageOf({
  dateFrom: Timestamp,
  dateTo: Timestamp,
  schedules: Type.Array(ScheduleFirings),
  schedulesCount: Type.Integer(),
})
export type ScheduleCalendarPage = Static<typeof ScheduleCalendarPage>
