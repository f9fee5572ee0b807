/**
 * Makes backups when they are due or asked for, and tries each.
 *
 * Always true: one look at a time, and this process is the only one that looks, since it owns the data directory. A backup
 * that is `running` in the table while no look is under way was left by a process that died, by a look that the database
 * failed, or is one's own row in a database that was restored: the file in the directory tells which. So the first look, and
 * each one after a look that failed, begins with settling those; none stays `running` and in the way of the next.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type BackupPolicy, backupsToRemove, type Clock, isBackupDue, type Logger } from '@cairn/domain'
import {
  completeBackup,
  type Database,
  dropProof,
  endProof,
  failBackup,
  failRunningProofs,
  findQueuedBackup,
  findUntriedBackup,
  forgetOldBackups,
  listCompletedBackups,
  listKeptBackups,
  listRunningBackups,
  markBackupKept,
  markBackupRemoved,
  queueBackup,
  readBackupHistory,
  requeueBackup,
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
  let isSettled = false
  let looking: Promise<void> | null = null
  const look = async (): Promise<void> => {
    if (!isSettled) await settleWhatWasLeft(options)
    isSettled = true
    const id = await wantedBackup(options)
    if (id !== null) return carryOut(options, id, stopping.signal)
    const untried = options.proves ? await findUntriedBackup(database.db) : null
    if (untried !== null) await prove(options, untried, stopping.signal)
  }
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => {
        isSettled = false
        if (!stopping.signal.aborted) logger.warn({ err: error }, 'a look after backups failed')
      })
      .finally(() => {
        looking = null
      })
  }, options.lookEveryMs).unref()
  return {
    async stop() {
      clearInterval(timer)
      stopping.abort(new Error('the server stopped'))
      await looking
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
  const { database, logger } = options
  const file = await freeFileName(options)
  await startBackup(database.db, id, file)
  try {
    const sizeBytes = await makeBackup({ ...options, file, signal })
    await completeBackup(database.db, id, sizeBytes)
    logger.info({ file, sizeBytes }, 'a backup was made')
  } catch (error) {
    if (signal.aborted) return requeueBackup(database.db, id)
    logger.error({ err: error, file }, 'a backup failed; it is tried again in a while')
    await failBackup(database.db, id, wordsOf(error))
    await forgetOldBackups(database.db, keptRows)
    return
  }
  if (options.proves) await prove(options, { id, file }, signal)
  await removeOld(options)
}

/** Of the first second from now on that no backup is named after: two in a second, or a clock that is set back, take nothing. */
async function freeFileName({ installationId, directory, clock }: BackupsOptions): Promise<string> {
  for (let at = clock.now(); ; at += 1000) {
    const file = backupFileName(installationId, new Date(at))
    if ((await statOrNull(join(directory, file))) === null) return file
  }
}

const statOrNull = (path: string) => stat(path).catch(() => null)

async function prove(
  options: BackupsOptions,
  { id, file }: { readonly id: number; readonly file: string },
  signal: AbortSignal,
): Promise<void> {
  const { database, logger, directory } = options
  const archive = join(directory, file)
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
    await endProof(database.db, id, { kind: 'failed', error: `it could not be tried: ${wordsOf(error)}` })
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const scratchOf = (dataDirectory: string): string => join(dataDirectory, 'proof')

async function removeOld({ database, directory, policy }: BackupsOptions): Promise<void> {
  const kept = await listKeptBackups(database.db)
  const removed = backupsToRemove(
    kept.map(({ id, proof_status }) => ({ id, proof: proof_status === 'running' ? null : proof_status })),
    policy.keep,
  )
  for (const { id, file } of kept.filter((backup) => removed.includes(backup.id))) {
    if (file !== null && isBackupFileName(file)) await rm(join(directory, file), { force: true })
    await markBackupRemoved(database.db, id)
  }
  await forgetOldBackups(database.db, keptRows)
}

/** Needs the database; the directory may be on a disk that is not there. */
async function settleWhatWasLeft(options: BackupsOptions): Promise<void> {
  const { database, directory, logger } = options
  await failRunningProofs(database.db, 'it could not be tried to its end: the server or its database ended meanwhile')
  for (const { id, file } of await listRunningBackups(database.db)) {
    const found = file === null ? null : await statOrNull(join(directory, file))
    if (found === null) await failBackup(database.db, id, 'it was broken off: the server or its database ended')
    else await completeBackup(database.db, id, found.size)
  }
  await removeScratch(scratchOf(options.dataDirectory)).catch((error: unknown) => {
    logger.error({ err: error }, 'what is left of a proof could not be removed')
  })
  const names = await readdir(directory).catch(() => null)
  if (names !== null) await settleFiles(options, names)
}

async function settleFiles(options: BackupsOptions, names: readonly string[]): Promise<void> {
  const { database, directory, logger } = options
  const own = `cairn-${options.installationId.slice(0, 8)}-`
  for (const name of names.filter((each) => each.startsWith(own) && each.endsWith(unfinishedSuffix))) {
    logger.info({ name }, 'the rest of a backup that was broken off is removed')
    await rm(join(directory, name), { force: true })
  }
  for (const { id, file, removed_at } of await listCompletedBackups(database.db)) {
    const isThere = file !== null && names.includes(file)
    if (isThere && removed_at !== null) await markBackupKept(database.db, id)
    if (!isThere && removed_at === null) await markBackupRemoved(database.db, id)
  }
}
