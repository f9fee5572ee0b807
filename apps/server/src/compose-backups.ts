import { sep } from 'node:path'
import { type Backups, startBackups } from '@cairn/backup'
import type { BackupPlan } from '@cairn/api'
import type { Clock, Logger } from '@cairn/domain'
import type { Database } from '@cairn/store'
import { ConfigError } from './config.ts'
import { checkSecretKeys } from './secret-keys.ts'
import type { Settings } from './settings.ts'

const retryMs = 3_600_000
const lookEveryMs = 2000

/** What the API tells of backups, and what they are made by; null = none are made, as by a process that is no engine. */
export function backupPlanOf(settings: Settings): BackupPlan | null {
  if (settings.backupDirectory === null || !settings.roles.includes('engine')) return null
  const schedule = { cron: settings.backupSchedule, timezone: 'UTC' }
  return { policy: { schedule, keep: settings.backupKeep, retryMs }, proves: settings.backupProof === 'on' }
}

/** @throws ConfigError when backups are asked for that could not be made, or would be lost with what they are of */
export function checkBackupSettings(settings: Settings): void {
  const { backupDirectory: directory, dataDirectory } = settings
  if (directory === null) return
  if (settings.databaseUrl !== null) {
    throw new ConfigError([
      'CAIRN_BACKUP_DIRECTORY: is for the embedded database; take backups of an external one by its own tools, as docs/operations.md says, and leave this unset',
    ])
  }
  if (directory === dataDirectory || directory.startsWith(`${dataDirectory}${sep}`)) {
    throw new ConfigError([
      `CAIRN_BACKUP_DIRECTORY: must not be in the data directory ${dataDirectory}, with which it would be lost`,
    ])
  }
}

export interface ComposeBackupsOptions {
  readonly settings: Settings
  readonly database: Database
  readonly installationId: string
  readonly clock: Clock
  readonly logger: Logger
}

/** null = none are made. */
export function composeBackups(options: ComposeBackupsOptions): Backups | null {
  const { settings } = options
  const plan = backupPlanOf(settings)
  if (plan === null || settings.backupDirectory === null) return null
  return startBackups({
    ...options,
    dataDirectory: settings.dataDirectory,
    directory: settings.backupDirectory,
    ...plan,
    checkKeys: (restored, keys) => checkSecretKeys(restored, settings.secretKeyFile ?? `${keys}${sep}secrets`),
    lookEveryMs,
  })
}
