/**
 * Makes backups when they are due or asked for, and tries each.
 *
 * Always true: one look at a time, and this process is the only one that looks, since it owns the data directory. A backup
 * that is `running` in the table while no look is under way was left by a process that died, or is one's own row in a
 * database that was restored: the file in the directory tells which.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type BackupPolicy, backupsToRemove, type Clock, isBackupDue, type Logger } from '@cairn/domain'
import {
  completeBackup,
  type Database,
  dropProof,
  dropRunningProofs,
  endProof,
  failBackup,
  findQueuedBackup,
  forgetOldBackups,
  listKeptBackups,
  listRunningBackups,
  markBackupRemoved,
  queueBackup,
  readBackupHistory,
  startBackup,
  startProof,
} from '@cairn/store'
import { backupFileName, isBackupFileName } from './archive-layout.ts'
import { unfinishedSuffix } from './archive-writer.ts'
import { makeBackup } from './make-backup.ts'
import { type CheckKeys, proveBackup, removeScratch } from './prove-backup.ts'

export interface BackupsOptions {
  /** Of the embedded server in `dataDirectory`. */
  readonly database: Database
  readonly dataDirectory: string
  readonly directory: string
  readonly policy: BackupPolicy
  /** Whether each is restored aside and read. */
  readonly proves: boolean
  readonly checkKeys: CheckKeys
  readonly installationId: string
  readonly clock: Clock
  readonly logger: Logger
  /** Milliseconds between two looks at whether one is due or asked for. */
  readonly lookEveryMs: number
}

/** Rows of the record beyond this many, of backups that are gone, are forgotten. */
const keptRows = 200

export interface Backups {
  /** Breaks off what is under way, leaving nothing half. */
  stop(): Promise<void>
}

/**
 * @example
 * const backups = startBackups({ directory: '/backups', policy, proves: true, lookEveryMs: 2000, ... })
 */
export function startBackups(options: BackupsOptions): Backups {
  const { logger, database } = options
  const stopping = new AbortController()
  const settled = settleWhatWasLeft(options).catch((error: unknown) => {
    logger.error({ err: error }, 'what an earlier process left of backups could not be settled')
  })
  let looking: Promise<void> | null = null
  const look = async (): Promise<void> => {
    await settled
    const id = await wantedBackup(options)
    if (id !== null) await carryOut(options, id, stopping.signal)
  }
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.warn({ err: error }, 'whether a backup is due could not be told')
      })
      .finally(() => {
        looking = null
      })
  }, options.lookEveryMs).unref()
  return {
    async stop() {
      clearInterval(timer)
      stopping.abort(new Error('the server stopped'))
      await settled
      await looking
      await dropRunningProofs(database.db).catch(() => undefined)
    },
  }
}

async function wantedBackup({ database, policy, clock }: BackupsOptions): Promise<number | null> {
  const queued = await findQueuedBackup(database.db)
  if (queued !== null) return queued
  const history = await readBackupHistory(database.db)
  return isBackupDue(policy, history, clock.now()) ? queueBackup(database.db, 'schedule') : null
}

async function carryOut(options: BackupsOptions, id: number, signal: AbortSignal): Promise<void> {
  const { database, logger, directory } = options
  const file = backupFileName(options.installationId, new Date(options.clock.now()))
  await startBackup(database.db, id, file)
  try {
    const sizeBytes = await makeBackup({ ...options, file, signal })
    await completeBackup(database.db, id, sizeBytes)
    logger.info({ file, sizeBytes }, 'a backup was made')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    logger.error({ err: error, file }, 'a backup failed; it is tried again in a while')
    await failBackup(database.db, id, reason)
    return
  }
  if (options.proves) await prove(options, { id, archive: join(directory, file) }, signal)
  await removeOld(options)
}

async function prove(
  options: BackupsOptions,
  { id, archive }: { readonly id: number; readonly archive: string },
  signal: AbortSignal,
): Promise<void> {
  const { database, logger } = options
  await startProof(database.db, id)
  try {
    const scratch = scratchOf(options.dataDirectory)
    const result = await proveBackup({ ...options, archive, live: database, scratch, signal })
    await endProof(database.db, id, result)
    if (result.kind === 'failed') logger.error({ archive, reason: result.error }, 'a backup cannot be restored')
    else logger.info({ archive, rows: result.rows, objects: result.objects }, 'a backup was restored and read')
  } catch (error) {
    if (signal.aborted) return dropProof(database.db, id)
    logger.error({ err: error, archive }, 'a backup could not be tried')
    await endProof(database.db, id, { kind: 'failed', error: `it could not be tried: ${String(error)}` })
  }
}

const scratchOf = (dataDirectory: string): string => join(dataDirectory, 'proof')

async function removeOld({ database, directory, policy }: BackupsOptions): Promise<void> {
  const kept = await listKeptBackups(database.db)
  const removed = backupsToRemove(
    kept.map(({ id, proof_status }) => ({ id, isProven: proof_status === 'proven' })),
    policy.keep,
  )
  for (const { id, file } of kept.filter((backup) => removed.includes(backup.id))) {
    if (file !== null && isBackupFileName(file)) await rm(join(directory, file), { force: true })
    await markBackupRemoved(database.db, id)
  }
  await forgetOldBackups(database.db, keptRows)
}

async function settleWhatWasLeft(options: BackupsOptions): Promise<void> {
  const { database, directory, logger } = options
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await removeScratch(scratchOf(options.dataDirectory))
  await dropRunningProofs(database.db)
  for (const { id, file } of await listRunningBackups(database.db)) {
    const found = file === null ? null : await stat(join(directory, file)).catch(() => null)
    if (found === null) await failBackup(database.db, id, 'the server ended before it was made')
    else await completeBackup(database.db, id, found.size)
  }
  const own = `cairn-${options.installationId.slice(0, 8)}-`
  const names = await readdir(directory)
  for (const name of names.filter((each) => each.startsWith(own) && each.endsWith(unfinishedSuffix))) {
    logger.info({ name }, 'the rest of a backup that was broken off is removed')
    await rm(join(directory, name), { force: true })
  }
  for (const { id, file } of await listKeptBackups(database.db)) {
    if (file !== null && !names.includes(file)) await markBackupRemoved(database.db, id)
  }
}
