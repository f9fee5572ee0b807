import { access, mkdir, readdir, realpath, rename, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findSystemUser, syncDirectory } from '@cairn/store'
import { isGone } from './list-files.ts'
import { unpackBackup } from './unpack-backup.ts'

/** The directory is not one that a backup can be restored into, or there is no such file; the message says what to do. */
export class RestoreRefusedError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RestoreRefusedError'
  }
}

/**
 * Restores a backup into a directory that is empty or not there; a server that is started with it as its data directory
 * goes on from the backup. The directory has its name only once everything is in it.
 *
 * @throws RestoreRefusedError before anything is written
 * @throws DamagedBackupError leaving `<directory>.unfinished`
 * @example
 * await restoreBackup('/backups/cairn-0197c2d0-2026-05-01T02-00-00Z.tgz', '/var/lib/cairn', AbortSignal.timeout(3_600_000))
 */
export async function restoreBackup(archive: string, directory: string, signal: AbortSignal): Promise<void> {
  await access(archive).catch(() => {
    throw new RestoreRefusedError(`${archive} cannot be read: name the file of a backup`)
  })
  const present: readonly string[] = await readdir(directory).catch(() => [])
  if (present.length > 0) {
    throw new RestoreRefusedError(`${directory} is not empty: name a directory that is, or that is not there yet`)
  }
  await mkdir(dirname(directory), { recursive: true })
  const parent = await realpath(dirname(directory))
  const unfinished = `${directory}.unfinished`
  if ((await readdir(unfinished).catch(() => null)) !== null) {
    throw new RestoreRefusedError(`${unfinished} is left of a restore that did not end: remove it first`)
  }
  // It gets its name back by a rename, which is refused in the place of these, and would be only after all the work.
  await rmdir(directory).catch((error: unknown) => {
    if (isGone(error) && !isNoDirectory(error)) return
    throw new RestoreRefusedError(
      `${directory} is a file, a link, or where a disk is mounted: name a directory that is not there yet, such as one in it`,
    )
  })
  await mkdir(unfinished, { mode: 0o755 })
  await unpackBackup({
    archive,
    directory: join(parent, unfinished.slice(dirname(unfinished).length)),
    databaseUser: await findSystemUser(),
    isScratch: false,
    signal,
  })
  await rename(unfinished, directory)
  await syncDirectory(parent)
}

const isNoDirectory = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOTDIR'
