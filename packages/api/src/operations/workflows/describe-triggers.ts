import type { FirstFiring, WorkflowSummary } from '@cairn/contract'
import { type CronSchedule, nextRuns, zonedTimestamp } from '@cairn/domain'
import type { HookKeys, StoredHook, StoredTrigger } from '@cairn/store'

type TriggerAnswer = WorkflowSummary['triggers'][number]

export interface TriggerMoment {
  /** Epoch milliseconds. */
  readonly now: number
  /** A paused schedule has no next run. */
  readonly isPaused: boolean
  /** How many next runs are told beside the first; 0 in lists. */
  readonly nextRuns: number
  /** Of the hooks that are shown, by their ids. */
  readonly hookKeys: ReadonlyMap<string, HookKeys>
}

/** The triggers as they were written, and when the schedules among them run next. */
export function describeTriggers(triggers: readonly StoredTrigger[], moment: TriggerMoment): TriggerAnswer[] {
  return triggers.map((trigger) =>
    'cron' in trigger ? describeSchedule(trigger, moment) : describeHook(trigger, moment),
  )
}

/** When the schedules fire first. */
export function firstFirings(
  triggers: readonly StoredTrigger[],
  { now, isPaused }: Pick<TriggerMoment, 'now' | 'isPaused'>,
): FirstFiring[] {
  return triggers.flatMap((trigger) => {
    if (!('cron' in trigger)) return []
    const { cron, timezone = 'UTC' } = trigger
    const [next] = isPaused ? [] : nextRuns({ cron, timezone }, now, 1)
    return [{ cron, timezone, next: next === undefined ? null : zonedTimestamp(timezone, next) }]
  })
}

/** The token is shown to who may start the workflow, as that is what it does. One that cannot be opened is left out. */
function describeHook({ webhook, signingSecret }: StoredHook, { hookKeys }: TriggerMoment): TriggerAnswer {
  const keys = hookKeys.get(webhook)
  return {
    ...(keys !== undefined && { webhook: keys.token }),
    ...(signingSecret !== undefined && { signingSecret }),
  }
}

function describeSchedule(trigger: Extract<StoredTrigger, { cron: string }>, moment: TriggerMoment): TriggerAnswer {
  const { timezone = 'UTC' } = trigger
  const schedule: CronSchedule = { cron: trigger.cron, timezone }
  const ticks = moment.isPaused ? [] : nextRuns(schedule, moment.now, Math.max(1, moment.nextRuns))
  const [first] = ticks
  return {
    ...trigger,
    ...(first !== undefined && { scheduled: new Date(first).toISOString() }),
    ...(moment.nextRuns > 0 && { nextRuns: ticks.map((tick) => zonedTimestamp(timezone, tick)) }),
  }
}
