/** Settings of backups; part of the table in settings.ts. */
import { resolve } from 'node:path'
import { nextTick, readCron } from '@cairn/domain'
import { integer, oneOf, plain, type Setting } from './setting-kinds.ts'

const directory: Setting<string | null> = {
  ...plain({
    name: 'CAIRN_BACKUP_DIRECTORY',
    default: 'none',
    unit: null,
    doc: 'Directory for backups of the embedded database, the objects and the keys, best on another disk. Absent: none are made. See operations.md.',
  }),
  read: (text, context) => ({ value: text === undefined ? null : resolve(context.workingDirectory, text) }),
}

const defaultSchedule = '0 2 * * *'

const schedule: Setting<string> = {
  ...plain({
    name: 'CAIRN_BACKUP_SCHEDULE',
    default: defaultSchedule,
    unit: null,
    doc: 'When backups are made, as a cron expression in UTC. One that was missed is made as soon as the server runs.',
  }),
  read: (text = defaultSchedule) => {
    const read = readCron(text)
    if (read.kind === 'refused')
      return { rule: `must be a cron expression such as ${defaultSchedule}: it ${read.rule}` }
    const hasTime = nextTick({ cron: text, timezone: 'UTC' }, Date.now()) !== null
    return hasTime ? { value: text } : { rule: 'must be a cron expression with a time that comes' }
  },
}

export const backupSettings = {
  backupDirectory: directory,
  backupSchedule: schedule,
  backupKeep: integer(
    {
      name: 'CAIRN_BACKUP_KEEP',
      default: '7',
      unit: 'backups',
      doc: 'How many backups stay. The newest that could be restored stays in any case.',
    },
    { least: 1, most: 1000 },
  ),
  backupProof: oneOf(
    {
      name: 'CAIRN_BACKUP_PROOF',
      default: 'on',
      unit: null,
      doc: 'Whether each backup is restored aside, in the data directory, and read whole. Takes as much of its disk as the database does, meanwhile.',
    },
    ['on', 'off'],
  ),
}
