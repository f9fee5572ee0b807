import type { FieldError, Trigger } from '@cairn/contract'
import { readCron } from './cron-pattern.ts'
import { nextRuns } from './ticks.ts'
import { isTimeZone } from './zone-time.ts'

export interface TriggerRules {
  /** Epoch milliseconds; a new schedule has a time after it. */
  readonly now: number
  /** Seconds that lie between two times of a new schedule at least. */
  readonly leastSeconds: number
  /** Expressions that the workflow has already: a schedule whose last time is over may stay. */
  readonly kept: readonly string[]
}

/** How many of the next times are looked at for the least distance. */
const looksAhead = 100

/** Every rule that the triggers of a body break, by field. Whether a signing secret exists is for the caller to know. */
export function validateTriggers(triggers: readonly Trigger[], rules: TriggerRules): FieldError[] {
  return triggers.flatMap((trigger, index) =>
    [...checkKind(trigger), ...checkTimes(trigger, rules)].map(({ field, rule }) => ({
      field: field === '' ? `triggers.${index}` : `triggers.${index}.${field}`,
      rule,
    })),
  )
}

function checkKind(trigger: Trigger): FieldError[] {
  const isByTime = trigger.cron !== undefined
  const isByCall = trigger.webhook !== undefined && trigger.webhook !== false
  const errors: FieldError[] = []
  if (isByTime && isByCall) {
    errors.push({ field: '', rule: 'has both cron and webhook; make them two triggers' })
  }
  if (trigger.timezone !== undefined && !isByTime) {
    errors.push({ field: 'timezone', rule: 'is for a trigger with cron' })
  }
  if (trigger.signingSecret !== undefined && !isByCall) {
    errors.push({ field: 'signingSecret', rule: 'is for a trigger with webhook' })
  }
  return errors
}

function checkTimes({ cron, timezone = 'UTC' }: Trigger, rules: TriggerRules): FieldError[] {
  if (!isTimeZone(timezone)) {
    return [{ field: 'timezone', rule: 'must be an IANA time zone, e.g. Europe/London' }]
  }
  if (cron === undefined) return []
  const read = readCron(cron)
  if (read.kind === 'refused') return [{ field: 'cron', rule: read.rule }]
  if (rules.kept.includes(cron)) return []
  const ticks = nextRuns({ cron, timezone }, rules.now, looksAhead)
  if (ticks.length === 0) return [{ field: 'cron', rule: 'names no time within the next hundred years' }]
  const distances = ticks.slice(1).map((tick, index) => (tick - (ticks[index] ?? 0)) / 1000)
  const least = Math.min(...distances)
  if (least >= rules.leastSeconds) return []
  const rule = `has times ${least} s apart; this server takes ${rules.leastSeconds} s and more (CAIRN_SCHEDULE_MIN_SECONDS)`
  return [{ field: 'cron', rule }]
}
