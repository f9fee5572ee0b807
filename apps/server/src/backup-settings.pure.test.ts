import { expect, test } from 'vitest'
import { backupPlanOf, checkBackupSettings } from './compose-backups.ts'
import { ConfigError, readConfig } from './config.ts'

const read = (environment: Readonly<Record<string, string>>) => readConfig(environment, '/srv')

test('a directory for backups is relative to where the server starts', () => {
  expect(read({ CAIRN_BACKUP_DIRECTORY: 'backups' }).backupDirectory).toBe('/srv/backups')
})

test.each(['0 24 * * *', 'nightly', '0 0 31 2 *'])('the schedule %j is refused', (schedule) => {
  expect(() => read({ CAIRN_BACKUP_SCHEDULE: schedule })).toThrow(/^CAIRN_BACKUP_SCHEDULE: must be a cron expression/)
})

test.each([
  ['in the data directory', { CAIRN_DATA_DIR: '/data', CAIRN_BACKUP_DIRECTORY: '/data/backups' }, 'must not be in'],
  ['that is the data directory', { CAIRN_DATA_DIR: '/data', CAIRN_BACKUP_DIRECTORY: '/data' }, 'must not be in'],
  [
    'beside an external database',
    { CAIRN_DATABASE_URL: 'postgres://cairn@db/cairn', CAIRN_BACKUP_DIRECTORY: '/backups' },
    'is for the embedded database',
  ],
])('a directory for backups %s is refused', (_, environment, words) => {
  const settings = read(environment)
  expect(() => checkBackupSettings(settings)).toThrow(ConfigError)
  expect(() => checkBackupSettings(settings)).toThrow(words)
})

test('a directory whose name only begins like that of the data directory is taken', () => {
  const settings = read({ CAIRN_DATA_DIR: '/data', CAIRN_BACKUP_DIRECTORY: '/data-backups' })
  expect(() => checkBackupSettings(settings)).not.toThrow()
})

test('a process without the role engine tells of no backups, since it makes none', () => {
  const environment = { CAIRN_BACKUP_DIRECTORY: '/backups' }
  expect(backupPlanOf(read(environment))).toMatchObject({ proves: true })
  expect(backupPlanOf(read({ ...environment, CAIRN_ROLES: 'api,gateway' }))).toBeNull()
})
