/**
 * Copies the files of a PostgreSQL that runs, by its own protocol for that (documentation of PostgreSQL, "Making a Base
 * Backup Using the Low-Level API"). Files are copied while they change; what makes them one state is the log (WAL) from the
 * start of the backup to its end, so the log of that time must all be in the archive, and `backup_label` with it.
 *
 * Always true: a replication slot of the same session keeps the server from recycling that log; both end with the session,
 * whatever ends it.
 */
import { randomUUID } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '@cairn/store'
import { clusterPath } from './archive-layout.ts'
import type { ArchiveWriter } from './archive-writer.ts'
import { listFiles } from './list-files.ts'

/** Directories that the server wants to find, and whose contents it makes anew. */
const emptied = new Set([
  'log',
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
])

/** Of the running server, or of backups before. */
const leftOut = new Set([
  'backup_label',
  'backup_label.old',
  'backup_manifest',
  'current_logfiles',
  'postmaster.opts',
  'postmaster.pid',
  'tablespace_map',
  'tablespace_map.old',
])

const controlFile = 'global/pg_control'

/** Whether a file of a cluster belongs into a copy of it, by its path below the cluster. The log is copied for itself. */
export function isCopied(relativePath: string): boolean {
  const parts = relativePath.split('/')
  const [first = ''] = parts
  const name = parts.at(-1) ?? ''
  if (parts.length > 1 && emptied.has(first)) return false
  if (parts.length === 1 && leftOut.has(name)) return false
  return !name.startsWith('pgsql_tmp') && !name.startsWith('pg_internal.init') && relativePath !== controlFile
}

/** Whether a segment of the log is one of those from `first` to `last`. Names of one timeline are in order. */
export function isSegmentBetween(name: string, first: string, last: string): boolean {
  return /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last
}

export interface CopyClusterOptions {
  /** Of the server that runs on `cluster`, as its superuser. */
  readonly database: Database
  /** Absolute path. */
  readonly cluster: string
  readonly archive: ArchiveWriter
  readonly signal: AbortSignal
}

/** Adds the cluster to the archive as it is at the end of this call. */
export async function copyCluster({ database, cluster, archive, signal }: CopyClusterOptions): Promise<void> {
  const session = await database.pool.connect()
  try {
    await session.query('select pg_create_physical_replication_slot($1, true, true)', [
      `cairn_backup_${randomUUID().replaceAll('-', '_')}`,
    ])
    const begun = await session.query<{ first: string }>(
      "select pg_walfile_name(pg_backup_start('cairn', fast => true)) as first",
    )
    for await (const entry of listFiles({ directory: cluster, path: clusterPath, isWanted: isCopied })) {
      await archive.add(entry, signal)
    }
    const control = join(cluster, controlFile)
    await archive.add(
      { path: `${clusterPath}/${controlFile}`, source: control, kind: 'file', stats: await lstat(control) },
      signal,
    )
    // The end is the first byte that is not needed any more, which may be in a segment that is not there yet.
    const ended = await session.query<{ label: string; last: string }>(
      'select labelfile as label, pg_walfile_name(lsn - 1) as last from pg_backup_stop(wait_for_archive => false)',
    )
    const { uid, gid } = await lstat(control)
    await archive.addContent(`${clusterPath}/backup_label`, ended.rows[0]?.label ?? '', { uid, gid, mode: 0o600 })
    await copyLog({ cluster, archive, signal }, begun.rows[0]?.first ?? '', ended.rows[0]?.last ?? '')
  } finally {
    // Ends the backup and the slot with the session, also when they ended before.
    session.release(true)
  }
}

async function copyLog(
  { cluster, archive, signal }: Omit<CopyClusterOptions, 'database'>,
  first: string,
  last: string,
): Promise<void> {
  let copied = 0
  const log = { directory: join(cluster, 'pg_wal'), path: `${clusterPath}/pg_wal` }
  for await (const entry of listFiles({ ...log, isWanted: (name) => isSegmentBetween(name, first, last) })) {
    if (entry.kind === 'directory') continue
    await archive.add(entry, signal)
    copied += 1
  }
  if (copied !== segmentsBetween(first, last)) {
    throw new Error(`the log of PostgreSQL from ${first} to ${last} is not all there: ${copied} files were found`)
  }
}

/** A name is a timeline, then the number of 4 GiB and the number of 16 MiB in it, eight digits each. */
const segmentNumber = (name: string): number =>
  Number.parseInt(name.slice(8, 16), 16) * 256 + Number.parseInt(name.slice(16), 16)

const segmentsBetween = (first: string, last: string): number => segmentNumber(last) - segmentNumber(first) + 1
