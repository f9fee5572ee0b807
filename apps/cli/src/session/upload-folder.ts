import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ZippedFolder } from '@cairn/sdk/node'
import { usageError } from '../errors/cli-error.ts'
import { progressBar } from '../output/progress.ts'
import type { Session } from './session.ts'

/** Where the path of a folder begins. */
export interface Base {
  /** For messages, e.g. `the working directory`. */
  readonly what: string
  readonly folder: string
}

/** A folder to upload. */
export interface ArtifactFolder {
  readonly path: string
  readonly ignoreFiles: readonly string[]
  /** The first in which there is such a folder counts. */
  readonly bases: readonly Base[]
}

export const workingDirectoryOf = (session: Session): Base => ({
  what: 'the working directory',
  folder: session.workingDirectory,
})

/** The folder that a file lies in. */
export const folderOfFile = (session: Session, file: string): Base => ({
  what: 'the folder of the file',
  folder: dirname(resolve(session.workingDirectory, file)),
})

/**
 * Packs a folder for an upload, with progress; a dry run is told its files, largest first.
 *
 * @throws CliError of exit code 2 when there is no such folder.
 */
export async function packFolder(session: Session, folder: ArtifactFolder): Promise<ZippedFolder> {
  const path = await findFolder(folder)
  const { zipFolder } = await import('@cairn/sdk/node')
  const zip = await zipFolder(path, {
    ignoreFiles: folder.ignoreFiles,
    signal: session.signal,
    onProgress: ({ bytes }) => session.progress.show(progressBar('packing', bytes, null)),
  })
  session.progress.clear()
  if (session.isDryRun) session.noteUpload(await sizesOf(path, zip.files))
  return zip
}

async function findFolder({ path, bases }: ArtifactFolder): Promise<string> {
  for (const base of bases) {
    const full = resolve(base.folder, path)
    const info = await stat(full).catch(() => null)
    if (info?.isDirectory() === true) return full
  }
  const places = bases.map(({ what, folder }) => `${what}, ${folder}`)
  throw usageError(`There is no folder ${path} to upload.`, {
    hint: `Paths are relative to ${places.join(', or to ')}.`,
  })
}

async function sizesOf(folder: string, files: readonly string[]): Promise<{ path: string; bytes: number }[]> {
  const sized = await Promise.all(files.map(async (path) => ({ path, bytes: (await stat(join(folder, path))).size })))
  return sized.toSorted((a, b) => b.bytes - a.bytes)
}

/** Options of a call that uploads. */
export function uploadOptions(session: Session) {
  return {
    signal: session.signal,
    onProgress: ({ phase, bytes, totalBytes }: { phase: string; bytes: number; totalBytes: number | null }) =>
      session.progress.show(progressBar(phase, bytes, totalBytes)),
  }
}
