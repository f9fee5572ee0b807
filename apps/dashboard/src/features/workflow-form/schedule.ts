import type { WorkflowBody } from '@cairn/sdk'

/** What the form offers, beside a cron of one's own. */
export const presets = [
  ['', 'When somebody starts it'],
  ['*/15 * * * *', 'Every 15 minutes'],
  ['0 * * * *', 'Every hour'],
  ['0 5 * * *', 'Every day at 05:00'],
  ['0 5 * * 1-5', 'Monday to Friday at 05:00'],
  ['0 5 * * 1', 'Every Monday at 05:00'],
  ['0 5 1 * *', 'On the first of the month at 05:00'],
] as const

export interface Schedule {
  /** Empty = none. */
  readonly cron: string
  readonly timezone: string
}

export function scheduleOf({ triggers = [] }: Pick<WorkflowBody, 'triggers'>): Schedule {
  const { cron = '', timezone = 'UTC' } = triggers.find((trigger) => trigger.cron !== undefined) ?? {}
  return { cron, timezone }
}

/** The first schedule changes, other triggers stay. */
export function withSchedule<Fields extends Pick<WorkflowBody, 'triggers'>>(
  fields: Fields,
  schedule: Schedule,
): Fields {
  const { cron, timezone } = schedule
  const triggers = fields.triggers ?? []
  const at = triggers.findIndex((trigger) => trigger.cron !== undefined)
  const others = triggers.filter((_, index) => index !== at)
  if (cron === '') return { ...fields, triggers: others }
  return { ...fields, triggers: [{ cron, ...(timezone !== 'UTC' && { timezone }) }, ...others] }
}
