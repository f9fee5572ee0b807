import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Log files that are kept, 10 MB each at most. */
const keptFiles = 8

/** Removes all but the newest log files of the server; their names sort by time. */
export async function pruneServerLogs(cluster: string): Promise<void> {
  const directory = join(cluster, 'log')
  const files = await readdir(directory).catch(() => [])
  const old = files
    .filter((file) => file.startsWith('postgres-'))
    .toSorted()
    .slice(0, -keptFiles)
  await Promise.all(old.map((file) => rm(join(directory, file), { force: true })))
}
