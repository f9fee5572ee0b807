import type { Backup } from '@cairn/contract'
import { CairnError } from '@cairn/contract'
import { backupTrouble, nextBackup } from '@cairn/domain'
import { type BackupRecord, listBackups as list, queueBackup, readBackupHistory, readNewestBackups } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'

export const listBackups: Operation<'listBackups'> = async (context, { query }) => {
  const request = pageRequestOf(query)
  const { db } = context.database
  const [page, plan, newest] = await Promise.all([list(db, request), planOf(context), readNewestBackups(db)])
  const trouble = backupTrouble(newest.ended, newest.goodStart)
  return { plan, trouble, backups: page.items.map(backupOf), backupCount: page.total, ...pageKeysOf(page, request) }
}

/** The process with the data directory makes it; this writes down that it is wanted. */
export const makeBackup: Operation<'makeBackup'> = async (context) => {
  if (context.backups === null) {
    throw new CairnError(
      'conflict',
      'this installation makes no backups: set CAIRN_BACKUP_DIRECTORY and start the server again, or with an external database use its own tools',
    )
  }
  const id = await queueBackup(context.database.db, 'request')
  if (id === null) throw new CairnError('conflict', 'a backup is being made: wait until it has ended')
  return { id }
}

async function planOf({ backups, database, clock }: ApiContext) {
  if (backups === null) return null
  const next = nextBackup(backups.policy, await readBackupHistory(database.db), clock.now())
  return {
    schedule: backups.policy.schedule.cron,
    keep: backups.policy.keep,
    isProven: backups.proves,
    nextAt: next === null ? null : new Date(next).toISOString(),
  }
}

const isoOf = (at: Date | null): string | null => at?.toISOString() ?? null

function backupOf(record: BackupRecord): Backup {
  return {
    id: record.id,
    status: record.status,
    startedBy: record.started_by,
    createdAt: record.created_at.toISOString(),
    startedAt: isoOf(record.started_at),
    endedAt: isoOf(record.ended_at),
    file: record.file,
    sizeBytes: record.size_bytes,
    isKept: record.status === 'completed' && record.removed_at === null,
    error: record.error,
    proof:
      record.proof_status === null
        ? null
        : {
            status: record.proof_status,
            endedAt: isoOf(record.proof_ended_at),
            error: record.proof_error,
            rows: record.proof_rows,
            objects: record.proof_objects,
          },
  }
}
