import { Zip, ZipDeflate } from 'fflate'
import ignore from 'ignore'
import type { FolderFile } from './folder-files.ts'

/** Versions of code are none of an image, and its history may hold what is not to leave the machine. */
const alwaysLeftOut = ['.git/']

/** The files that go into the zip: those that `.dockerignore` of the folder leaves out do not. */
export async function filesToZip(files: readonly FolderFile[]): Promise<readonly FolderFile[]> {
  const rules = files.find(({ path }) => path === '.dockerignore')
  const ignored = ignore()
    .add(alwaysLeftOut)
    .add(rules === undefined ? '' : await rules.file.text())
  return files.filter(({ path }) => path === '.dockerignore' || !ignored.ignores(path))
}

/**
 * A zip of the files, packed piece by piece so that the page goes on answering.
 *
 * @param onProgress told how many bytes of the files were packed
 */
export async function zipFiles(files: readonly FolderFile[], onProgress: (bytes: number) => void): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  const finished = Promise.withResolvers<void>()
  const zip = new Zip((error, piece, isLast) => {
    if (error !== null) return finished.reject(error)
    pieces.push(new Uint8Array(piece))
    if (isLast) finished.resolve()
  })
  let bytes = 0
  for (const { path, file } of files) {
    const entry = new ZipDeflate(path, { level: 6 })
    zip.add(entry)
    const reader = file.stream().getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      entry.push(next.value)
      bytes += next.value.length
      onProgress(bytes)
    }
    entry.push(new Uint8Array(0), true)
  }
  zip.end()
  await finished.promise
  return new Blob(pieces, { type: 'application/zip' })
}
