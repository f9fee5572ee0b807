export { type Backups, type BackupsOptions, startBackups } from './start-backups.ts'
export { RestoreRefusedError, restoreBackup } from './restore-backup.ts'
export { DamagedBackupError } from './unpack-backup.ts'
