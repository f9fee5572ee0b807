/**
 * Restores a backup aside, starts a PostgreSQL of its own on it, and reads all of it. Leaves nothing behind; what a process
 * that died left is removed by the next call.
 */
import { mkdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Database,
  findSystemUser,
  type ProofResult,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '@cairn/store'
import { clusterPath, keysPath } from './archive-layout.ts'
import { requireSpace, sizeOfTree } from './free-space.ts'
import { openRestored, readEveryDatabase } from './read-restored.ts'
import { DamagedBackupError, type Unpacked, unpackBackup } from './unpack-backup.ts'

/** Says what is wrong with the keys that were restored, held against the database that was; null = nothing. */
export type CheckKeys = (restored: Database, keysDirectory: string) => Promise<string | null>

export interface ProveBackupOptions {
  /** Absolute path of the file. */
  readonly archive: string
  /** Of the installation: objects that it has removed since are not missed. */
  readonly live: Database
  readonly dataDirectory: string
  /** Made, used and removed. The user of the database must be able to reach it. */
  readonly scratch: string
  readonly checkKeys: CheckKeys
  readonly signal: AbortSignal
}

/**
 * @throws what ended the try rather than the backup: `signal`'s reason, a full disk
 */
export async function proveBackup(options: ProveBackupOptions): Promise<ProofResult> {
  await removeScratch(options.scratch)
  try {
    await mkdir(options.scratch, { recursive: true, mode: 0o711 })
    await requireSpace(options.scratch, await sizeOfTree(join(options.dataDirectory, clusterPath)))
    const unpacked = await unpackBackup({
      archive: options.archive,
      directory: await realpath(options.scratch),
      databaseUser: await findSystemUser(),
      isScratch: true,
      signal: options.signal,
    })
    return await readRestored(options, unpacked)
  } catch (error) {
    if (error instanceof DamagedBackupError) return { kind: 'failed', error: error.message }
    throw error
  } finally {
    await removeScratch(options.scratch)
  }
}

/** Ends the server that a process that died may have left in it, too. */
export async function removeScratch(scratch: string): Promise<void> {
  await removeEmbeddedPostgres(join(scratch, 'postgres'))
  await rm(scratch, { recursive: true, force: true, maxRetries: 3 })
}

async function readRestored(options: ProveBackupOptions, { objects }: Unpacked): Promise<ProofResult> {
  const complaints: string[] = []
  const directory = join(options.scratch, 'postgres')
  const postgres = await startEmbeddedPostgres({ directory, log: (line) => complaints.push(line) }).catch(
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  if (typeof postgres === 'string') {
    return { kind: 'failed', error: `the restored database does not start: ${[...complaints, postgres].join('; ')}` }
  }
  // A table that is being read for minutes would keep the installation from stopping.
  const end = (): void => void postgres.stop().catch(() => undefined)
  options.signal.addEventListener('abort', end, { once: true })
  const restored = openRestored(postgres.url)
  try {
    options.signal.throwIfAborted()
    const rows = await readEveryDatabase(postgres.url, restored, options.signal)
    const lost = await lostObjects(options.live, restored, objects)
    if (lost.length > 0) {
      return { kind: 'failed', error: `${lost.length} objects that the database names are missing, ${lost[0]} first` }
    }
    const wrongKeys = await options.checkKeys(restored, join(options.scratch, keysPath))
    return wrongKeys === null ? { kind: 'proven', rows, objects: objects.size } : { kind: 'failed', error: wrongKeys }
  } catch (error) {
    options.signal.throwIfAborted()
    return { kind: 'failed', error: `the restored database cannot be read: ${String(error)}` }
  } finally {
    options.signal.removeEventListener('abort', end)
    await restored.close()
    await postgres.stop()
  }
}

/** Objects that the restored database names, that the backup does not have, and that the installation still has. */
async function lostObjects(live: Database, restored: Database, objects: ReadonlySet<string>): Promise<string[]> {
  const named = await restored.db.selectFrom('stored_object').select('sha256').execute()
  const missing = named.map((row) => row.sha256).filter((sha256) => !objects.has(sha256))
  if (missing.length === 0) return []
  // All of them: they may be more than a statement can name.
  const kept = await live.db.selectFrom('stored_object').select('sha256').execute()
  const stillThere = new Set(kept.map((row) => row.sha256))
  return missing.filter((sha256) => stillThere.has(sha256))
}
