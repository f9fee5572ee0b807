import { type Static, Type } from 'typebox'
import { tickOutcomes } from '../statuses.ts'
import { DateFilter, Timestamp, Uuid, filterOf, nullable } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

export const ScheduleHistoryQuery = Type.Object({
  ...pageQuery,
  outcomes: Type.Optional(filterOf(tickOutcomes)),
  dateFrom: Type.Optional(DateFilter),
  dateTo: Type.Optional(DateFilter),
})
export type ScheduleHistoryQuery = Static<typeof ScheduleHistoryQuery>

/**
 * What became of a time of a schedule. `scheduledAt` is in the schedule's zone; `until` is there when the entry stands for
 * all times from `scheduledAt` to it. `reason` says why no run was started, or how late it was.
 */
export const ScheduleTick = Type.Object({
  scheduledAt: Timestamp,
  until: nullable(Timestamp),
  cron: Type.String(),
  timezone: Type.String(),
  outcome: Type.Enum(tickOutcomes),
  executionId: nullable(Uuid),
  reason: nullable(Type.String()),
  recordedAt: Timestamp,
})
export type ScheduleTick = Static<typeof ScheduleTick>

export const ScheduleHistoryPage = pageOf({
  workflowId: Type.Integer(),
  ticks: Type.Array(ScheduleTick),
  ticksCount: Type.Integer(),
})
export type ScheduleHistoryPage = Static<typeof ScheduleHistoryPage>

export const WebhookParams = Type.Object({ webhook: Uuid })
export type WebhookParams = Static<typeof WebhookParams>

/**
 * What a caller of a webhook sends: JSON of any kind, at most 1 MiB. An object with no other keys than `params` and
 * `stepsToRun` is taken as the body of `execute`; anything else is given to every step as the parameter `WEBHOOK_PAYLOAD`,
 * of at most 64 KiB. Nothing at all is fine.
 */
export const WebhookPayload = Type.Unknown()
export type WebhookPayload = Static<typeof WebhookPayload>
