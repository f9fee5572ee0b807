import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ZippedFolder } from '@cairn/sdk/node'
import { usageError } from '../errors/cli-error.ts'
import { progressBar } from '../output/progress.ts'
import type { ArtifactFolder } from '../templates/load-file.ts'
import type { Session } from './session.ts'

/**
 * Packs a folder for an upload, with progress; a dry run is told its files, largest first.
 *
 * @throws CliError of exit code 2 when there is no such folder.
 */
export async function packFolder(session: Session, folder: ArtifactFolder): Promise<ZippedFolder> {
  const path = resolve(session.workingDirectory, folder.path)
  const info = await stat(path).catch(() => null)
  if (info?.isDirectory() !== true) {
    throw usageError(`There is no folder ${folder.path} to upload.`, {
      hint: `Paths are relative to the working directory, ${session.workingDirectory}; --artifact-path wins over the file.`,
    })
  }
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
