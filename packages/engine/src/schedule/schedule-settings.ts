import type { RunLimits } from '@cairn/store'

export interface ScheduleSettings extends RunLimits {
  /** How late a tick may still run, in milliseconds. */
  readonly graceMs: number
}

export const defaultScheduleSettings: ScheduleSettings = { graceMs: 3_600_000, mostLiveRuns: 10, mostWaitingRuns: 100 }
