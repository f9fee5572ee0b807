import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '@cairn/store'
import { clusterPath, keysPath, objectsPath, parentPaths, passwordPath } from './archive-layout.ts'
import { ArchiveWriter } from './archive-writer.ts'
import { copyCluster } from './copy-cluster.ts'
import { requireSpace, sizeOfTree } from './free-space.ts'
import { listFiles } from './list-files.ts'

export interface MakeBackupOptions {
  /** Of the embedded server in `dataDirectory`. */
  readonly database: Database
  readonly dataDirectory: string
  /** Where the file goes; made when it is missing. */
  readonly directory: string
  readonly file: string
  readonly signal: AbortSignal
}

/**
 * Copies the database, then the objects, so that each object that the database names is there, then the keys.
 *
 * @returns bytes of the file
 * @throws NoSpaceError before anything is written, when there is no room for all of it
 */
export async function makeBackup(options: MakeBackupOptions): Promise<number> {
  const { dataDirectory, directory, signal } = options
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await requireSpace(directory, await sizeOfBackup(dataDirectory))
  const archive = await ArchiveWriter.open(join(directory, options.file))
  try {
    await addParents(archive, dataDirectory, signal)
    await copyCluster({ database: options.database, cluster: join(dataDirectory, clusterPath), archive, signal })
    for (const path of [passwordPath, objectsPath, keysPath]) {
      const tree = { directory: join(dataDirectory, path), path, isWanted: () => true }
      for await (const entry of listFiles(tree)) await archive.add(entry, signal)
    }
    signal.throwIfAborted()
    return await archive.finish()
  } catch (error) {
    await archive.discard()
    throw error
  }
}

async function sizeOfBackup(dataDirectory: string): Promise<number> {
  const sizes = await Promise.all([clusterPath, objectsPath].map((path) => sizeOfTree(join(dataDirectory, path))))
  return sizes.reduce((total, size) => total + size, 0)
}

async function addParents(archive: ArchiveWriter, dataDirectory: string, signal: AbortSignal): Promise<void> {
  for (const path of parentPaths) {
    const source = join(dataDirectory, path)
    await archive.add({ path, source, kind: 'directory', stats: await lstat(source) }, signal)
  }
}
