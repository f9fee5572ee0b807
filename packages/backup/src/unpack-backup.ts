/**
 * Always true: nothing is given to the user of the database before everything is written. Whoever has a directory can put a
 * link where the next file is about to be written, and who unpacks may be root.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, lchown, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { syncDirectory } from '@cairn/store'
import { type Extract, extract as createExtract } from 'tar-stream'
import { clusterPath, isBackupPath, objectOfPath } from './archive-layout.ts'

type Entry = Extract extends AsyncIterable<infer Each> ? Each : never

export interface UnpackOptions {
  readonly archive: string
  /** There, and empty. */
  readonly directory: string
  /** Who is to own the files of the database; null = who unpacks. */
  readonly databaseUser: { readonly uid: number; readonly gid: number } | null
  /** True: objects are read and checked, and not written; files need not be on disk. */
  readonly isScratch: boolean
  readonly signal: AbortSignal
}

export interface Unpacked {
  /** Names of the objects whose content is what the name says. */
  readonly objects: ReadonlySet<string>
}

/** The file is no backup, or a damaged one. */
export class DamagedBackupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DamagedBackupError'
  }
}

/**
 * Unpacks a backup as it was on disk; each file is on disk when this resolves, unless it is for scratch. What was unpacked until a failure stays.
 *
 * @throws DamagedBackupError for an entry that a backup does not have, for an object whose content is not what its name
 *   says, and for a file that ends early
 */
export async function unpackBackup(options: UnpackOptions): Promise<Unpacked> {
  const objects = new Set<string>()
  const written: Written[] = []
  const extract = createExtract()
  const reading = pipeline(createReadStream(options.archive), createGunzip(), extract, { signal: options.signal })
  // The loop below sees the same failure.
  reading.catch(() => undefined)
  try {
    for await (const entry of extract) {
      const path = entry.header.name.replace(/\/$/, '')
      if (!isBackupPath(path)) throw new DamagedBackupError(`${options.archive} has the entry ${path}: it is no backup`)
      const sha256 = await unpackEntry(options, entry, path)
      if (sha256 === null || !options.isScratch) written.push(writtenOf(entry, path))
      if (sha256 !== null) objects.add(sha256)
    }
    await reading
    await handOver(options, written)
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof DamagedBackupError || isOfDisk(error)) throw error
    throw new DamagedBackupError(`${options.archive} cannot be read to its end: ${String(error)}`, { cause: error })
  }
  return { objects }
}

/** Of entries that do not fit together, such as two of one name. */
const codesOfEntries: ReadonlySet<unknown> = new Set(['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'])

/** What writing failed by, such as a full disk. */
const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && !('code' in error && codesOfEntries.has(error.code))

interface Written {
  readonly path: string
  /** Of a directory; null = it is a file, and has its own. */
  readonly mode: number | null
}

const writtenOf = ({ header }: Entry, path: string): Written => ({
  path,
  mode: header.type === 'directory' ? header.mode & 0o777 : null,
})

/** What is in a directory comes before it, so that nobody but who unpacks gets into one where something is to be done. */
async function handOver(
  { directory, databaseUser, isScratch }: UnpackOptions,
  written: readonly Written[],
): Promise<void> {
  for (const { path, mode } of written.toReversed()) {
    const target = join(directory, path)
    if (mode !== null && !isScratch) await syncDirectory(target)
    if (mode !== null) await chmod(target, mode)
    const isOfDatabase = path === clusterPath || path.startsWith(`${clusterPath}/`)
    if (databaseUser !== null && isOfDatabase) await lchown(target, databaseUser.uid, databaseUser.gid)
  }
  if (!isScratch) await syncDirectory(directory)
}

/** @returns the object's name if it is one */
async function unpackEntry(options: UnpackOptions, entry: Entry, path: string): Promise<string | null> {
  const { type } = entry.header
  const sha256 = objectOfPath(path)
  const target = join(options.directory, path)
  if (type === 'directory') {
    entry.resume()
    await mkdir(target, { recursive: true, mode: 0o700 })
    return null
  }
  if (type !== 'file') throw new DamagedBackupError(`${options.archive} has ${path} as ${type}: it is no backup`)
  const isWritten = sha256 === null || !options.isScratch
  const hash = isWritten ? await writeEntry(options, entry, target) : await hashEntry(entry)
  if (sha256 !== null && hash !== sha256) {
    throw new DamagedBackupError(`the object ${sha256} of ${options.archive} is damaged`)
  }
  return sha256
}

/** The stream's type does not say that it gives bytes only. */
async function* bytesOf(entry: Entry): AsyncGenerator<Uint8Array> {
  for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk
}

async function hashEntry(entry: Entry): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of bytesOf(entry)) hash.update(piece)
  return hash.digest('hex')
}

async function writeEntry({ isScratch }: UnpackOptions, entry: Entry, target: string): Promise<string> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  const file = await open(target, 'wx', 0o600)
  try {
    for await (const piece of bytesOf(entry)) {
      hash.update(piece)
      await file.writeFile(piece)
    }
    await file.chmod(entry.header.mode & 0o777)
    if (!isScratch) await file.sync()
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}
