/** When a backup is due, and which of those that are there may go. */
import type { CronSchedule } from '../schedule/cron-pattern.ts'
import { latestTick, nextTick } from '../schedule/ticks.ts'

export interface BackupPolicy {
  readonly schedule: CronSchedule
  /** How many complete backups stay, the newest first. At least 1. */
  readonly keep: number
  /** Milliseconds after a failure until it is tried again. */
  readonly retryMs: number
}

/** Instants in epoch milliseconds; null = there was none. */
export interface BackupHistory {
  /** Start of the newest backup that is complete. */
  readonly completedStart: number | null
  /** End of the newest that failed after that one. */
  readonly failedEnd: number | null
}

/**
 * Whether a backup is to be made now. The first one is due at once; from then on one is when a time of the schedule has come
 * since the start of the newest complete one, also if nobody was there at that time.
 *
 * @example
 * isBackupDue(policy, { completedStart: null, failedEnd: null }, Date.now()) // true
 */
export function isBackupDue(policy: BackupPolicy, history: BackupHistory, now: number): boolean {
  if (history.failedEnd !== null && now < history.failedEnd + policy.retryMs) return false
  if (history.completedStart === null) return true
  return latestTick(policy.schedule, { after: history.completedStart, until: now }) !== null
}

/** When the next backup is due if nothing fails until then: epoch milliseconds; null = never. */
export function nextBackup(policy: BackupPolicy, history: BackupHistory, now: number): number | null {
  const wanted = history.completedStart === null ? now : nextTick(policy.schedule, history.completedStart)
  if (wanted === null) return null
  const allowed = history.failedEnd === null ? now : history.failedEnd + policy.retryMs
  return Math.max(wanted, allowed)
}

export interface KeptBackup {
  readonly id: number
  readonly isProven: boolean
}

/**
 * Those that are no longer to be kept. The newest one that was proven stays, however many came after it.
 *
 * @param backups complete ones whose files are there, the newest first
 */
export function backupsToRemove(backups: readonly KeptBackup[], keep: number): readonly number[] {
  const lastProven = backups.find((backup) => backup.isProven)
  return backups
    .slice(keep)
    .filter((backup) => backup !== lastProven)
    .map((backup) => backup.id)
}
