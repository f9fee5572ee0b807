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
 * since the start of the newest complete one, also if nobody was there at that time. An instant that lies ahead is of a clock
 * that was set back since: it counts for nothing.
 *
 * @example
 * isBackupDue(policy, { completedStart: null, failedEnd: null }, Date.now()) // true
 */
export function isBackupDue(policy: BackupPolicy, history: BackupHistory, now: number): boolean {
  const { completedStart, failedEnd } = history
  if (failedEnd !== null && now >= failedEnd && now < failedEnd + policy.retryMs) return false
  if (completedStart === null || completedStart > now) return true
  return latestTick(policy.schedule, { after: completedStart, until: now }) !== null
}

/** When the next backup is due if nothing fails until then: epoch milliseconds; null = never. */
export function nextBackup(policy: BackupPolicy, history: BackupHistory, now: number): number | null {
  const { completedStart, failedEnd } = history
  const isFirst = completedStart === null || completedStart > now
  const wanted = isFirst ? now : nextTick(policy.schedule, completedStart)
  if (wanted === null) return null
  const allowed = failedEnd === null || failedEnd > now ? now : failedEnd + policy.retryMs
  return Math.max(wanted, allowed)
}

export interface KeptBackup {
  readonly id: number
  /** What came of restoring it; null = it was not tried. */
  readonly proof: 'proven' | 'failed' | null
}

/**
 * Those that are no longer to be kept. The newest one that was proven stays, however many came after it; while none was, the
 * newest of which nothing bad is known.
 *
 * @param backups complete ones whose files are there, the newest first
 */
export function backupsToRemove(backups: readonly KeptBackup[], keep: number): readonly number[] {
  const lastGood = backups.find(({ proof }) => proof === 'proven') ?? backups.find(({ proof }) => proof === null)
  return backups
    .slice(keep)
    .filter((backup) => backup !== lastGood)
    .map((backup) => backup.id)
}
