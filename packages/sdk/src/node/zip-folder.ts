/**
 * A folder as the zip of an artifact. The same files give the same bytes: entries sorted by path, files first and then
 * their folders, one fixed timestamp, modes 755 or 644.
 */
import { type ReadStream, createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { artifactBytes } from '../generated/operations.ts'
import type { OnProgress } from '../transport/multipart-body.ts'
import { FolderTooLargeError, InvalidFolderError } from './folder-errors.ts'
import { readIgnoreRules } from './ignore-rules.ts'
import { type FolderFile, foldersOf, listFiles, resolveFolder } from './list-files.ts'

/**
 * Options of {@link zipFolder}.
 *
 * @example
 * const zip = await zipFolder('app', { ignoreFiles: ['.gitignore'], maxBytes: 10 * 1024 * 1024 })
 */
export interface ZipFolderOptions {
  /** Files with gitignore patterns that lie directly in the folder. Default: `.dockerignore`, when it is there. */
  readonly ignoreFiles?: readonly string[] | undefined
  /** Bound of the zip in bytes. Default 50 MiB, as the server's. */
  readonly maxBytes?: number | undefined
  /** Told the size of the zip as it grows. */
  readonly onProgress?: OnProgress | undefined
  /** Ends the packing; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The zip of a folder, in memory.
 *
 * @example
 * const { size, files } = await zipFolder('app')
 */
export class ZippedFolder extends Blob {
  /** The paths that went in, sorted. */
  readonly files: readonly string[]

  constructor(chunks: Uint8Array<ArrayBuffer>[], files: readonly string[]) {
    super(chunks, { type: 'application/zip' })
    this.files = files
  }
}

// The earliest time that a zip can hold. Zips have local times: built from local parts it is the same bytes everywhere.
const timestamp = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true } as const

/** Adds the entries, and reads each file only when its turn comes. `opened` is told of each file that is read. */
function addEntries(zip: ZipFile, files: readonly FolderFile[], opened: (file: ReadStream) => void): void {
  for (const { path, realPath, executable } of files) {
    const options = { ...timestamp, mode: executable ? 0o100755 : 0o100644, compressionLevel: 6 }
    zip.addReadStreamLazy(path, options, (done) => {
      const file = createReadStream(realPath)
      file.on('error', (error) => zip.emit('error', error))
      opened(file)
      done(null, file)
    })
  }
  for (const folder of foldersOf(files)) zip.addEmptyDirectory(folder, { ...timestamp, mode: 0o040755 })
  zip.end()
}

async function collect(zip: ZipFile, check: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>[]> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for await (const chunk of zip.outputStream) {
    const part = new Uint8Array(Buffer.from(chunk))
    chunks.push(part)
    bytes += part.byteLength
    check(bytes)
  }
  return chunks
}

async function writeZip(
  folder: string,
  files: readonly FolderFile[],
  options: ZipFolderOptions,
): Promise<ZippedFolder> {
  const { maxBytes = artifactBytes, onProgress, signal } = options
  const zip = new ZipFile()
  let reading: ReadStream | null = null
  zip.on('error', (error) => {
    if (zip.outputStream instanceof Readable) zip.outputStream.destroy(error)
  })
  addEntries(zip, files, (file) => {
    reading = file
  })
  const check = (bytes: number): void => {
    signal?.throwIfAborted()
    if (bytes > maxBytes) throw new FolderTooLargeError(folder, maxBytes)
    onProgress?.({ phase: 'zip', bytes, totalBytes: null })
  }
  try {
    return new ZippedFolder(
      await collect(zip, check),
      files.map(({ path }) => path),
    )
  } finally {
    destroy(reading)
  }
}

function destroy(file: ReadStream | null): void {
  file?.destroy()
}

/**
 * Packs a folder for `createArtifact` or `createImage`. Hidden files go in, empty folders do not, links are followed as
 * long as they stay inside the folder.
 *
 * @throws InvalidFolderError when the folder or an ignore file cannot be taken, or no file is left.
 * @throws FolderTooLargeError as soon as the zip grows beyond `maxBytes`.
 * @example
 * const zip = await zipFolder('app', { ignoreFiles: ['.dockerignore', '.gitignore'] })
 * await client.artifacts.createArtifact({ name: 'app' }, zip)
 */
export async function zipFolder(folder: string, options: ZipFolderOptions = {}): Promise<ZippedFolder> {
  options.signal?.throwIfAborted()
  const root = await resolveFolder(folder)
  const rules = await readIgnoreRules(root, options.ignoreFiles ?? [])
  const files = await listFiles(root, rules)
  if (files.length === 0) throw new InvalidFolderError(`${folder} holds no file that is not ignored`)
  return writeZip(folder, files, options)
}
