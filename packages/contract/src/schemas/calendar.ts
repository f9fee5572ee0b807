import { type Static, Type } from 'typebox'
import { executionStatuses } from '../statuses.ts'
import { DateFilter, nullable, Timestamp } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'
import { ScheduleTick } from './trigger.ts'

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

/** Without `dateFrom` it begins seven days back. */
export const PastFiringsQuery = Type.Object({
  ...pageQuery,
  dateFrom: Type.Optional(DateFilter),
  dateTo: Type.Optional(DateFilter),
})
export type PastFiringsQuery = Static<typeof PastFiringsQuery>

/**
 * What became of a time of a schedule, of any workflow. `runStatus` is that of the run which was started; null = none was, or it
 * is kept no more.
 */
export const PastFiring = Type.Object({
  workflowId: Type.Integer(),
  workflowName: Type.String(),
  ...ScheduleTick.properties,
  runStatus: nullable(Type.Enum(executionStatuses)),
})
export type PastFiring = Static<typeof PastFiring>

export const PastFiringsPage = pageOf({ firings: Type.Array(PastFiring), firingsCount: Type.Integer() })
export type PastFiringsPage = Static<typeof PastFiringsPage>
