/**
 * Restores a backup aside, starts a PostgreSQL of its own on it, and reads all of it. Leaves nothing behind; what a process
 * that died left is removed by the next call.
 */
import { mkdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Database,
  findSystemUser,
  openDatabase,
  type ProofResult,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '@cairn/store'
import { clusterPath, keysPath } from './archive-layout.ts'
import { requireSpace, sizeOfTree } from './free-space.ts'
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
  const restored = openRestored(postgres.url)
  try {
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
    await restored.close()
    await postgres.stop()
  }
}

const openRestored = (url: string): Database =>
  openDatabase({ url, maxConnections: 1, applicationName: 'cairn-proof', onError: () => undefined })

/** @returns rows of all tables of all databases */
async function readEveryDatabase(url: string, restored: Database, signal: AbortSignal): Promise<number> {
  const { rows } = await restored.pool.query<{ name: string }>(
    'select datname as name from pg_database where datallowconn and not datistemplate order by datname',
  )
  let read = 0
  for (const { name } of rows) {
    const address = new URL(url)
    address.pathname = `/${encodeURIComponent(name)}`
    const database = openRestored(address.href)
    try {
      read += await readEveryTable(database, signal)
    } finally {
      await database.close()
    }
  }
  return read
}

/** Every page of every table, from the table itself: PostgreSQL checks the checksum of each page that it reads. */
async function readEveryTable({ pool }: Database, signal: AbortSignal): Promise<number> {
  const session = await pool.connect()
  try {
    await session.query('set enable_indexonlyscan = off')
    await session.query('set enable_indexscan = off')
    await session.query('set enable_bitmapscan = off')
    const tables = await session.query<{ name: string }>(
      "select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace where relkind in ('r', 'm') order by 1",
    )
    let read = 0
    for (const { name } of tables.rows) {
      signal.throwIfAborted()
      const { rows } = await session.query<{ count: number }>(`select count(*) as count from ${name}`)
      read += rows[0]?.count ?? 0
    }
    return read
  } finally {
    session.release()
  }
}

/** Objects that the restored database names, that the backup does not have, and that the installation still has. */
async function lostObjects(live: Database, restored: Database, objects: ReadonlySet<string>): Promise<string[]> {
  const named = await restored.db.selectFrom('stored_object').select('sha256').execute()
  const missing = named.map((row) => row.sha256).filter((sha256) => !objects.has(sha256))
  if (missing.length === 0) return []
  const kept = await live.db.selectFrom('stored_object').select('sha256').where('sha256', 'in', missing).execute()
  return kept.map((row) => row.sha256)
}
