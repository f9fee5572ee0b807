import { realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { lockDirectory } from './directory-lock.ts'
import { stopOrphans } from './stop-orphans.ts'

/**
 * Removes the directory of an embedded PostgreSQL with all its data, after ending a server that was left in it. Nothing
 * happens when there is no such directory.
 *
 * @throws DirectoryInUseError when a live process has it
 */
export async function removeEmbeddedPostgres(directory: string): Promise<void> {
  const path = await realpath(directory).catch(() => null)
  if (path === null) return
  await lockDirectory(path)
  await stopOrphans(join(path, 'cluster'), () => undefined)
  await rm(path, { recursive: true, force: true, maxRetries: 3 })
}
