import { type FileHandle, open } from 'node:fs/promises'
import { pack as createPack, type Pack } from 'tar-stream'
import type { ArchiveCall } from './inspect-zip.ts'
import type { ArchiveLimits } from './limits.ts'
import { readContent } from './read-content.ts'
import { type LocatedEntry, readDirectory } from './read-directory.ts'
import { refuseEntry } from './refuse.ts'

const programMode = 0o755
const fileMode = 0o644
const directoryMode = 0o755
/** The same for every file, so that equal trees give equal bytes and a builder's cache holds. */
const modifiedAt = new Date(0)

export interface ZipToTarCall extends ArchiveCall {
  /** The path in the tar for a file's path in the zip; null leaves the file out. The path itself by default. */
  readonly place?: (path: string) => string | null
}

/**
 * The tree of a zip file as a tar stream: equal trees give equal bytes, whatever the order and times in the zip.
 * Directories come before what is in them, also those that the zip only implies. Owner 0:0; mode 0755 for
 * directories and programs, 0644 else.
 *
 * All names and headers are checked before the first byte comes; a file's content is checked while it comes, so a reader
 * may use nothing until the stream has ended without an error.
 *
 * @throws CairnError `invalid_archive` from the iteration; the signal's reason when aborted.
 */
export async function* zipToTar(path: string, limits: ArchiveLimits, call: ZipToTarCall): AsyncGenerator<Uint8Array> {
  await using file = await open(path, 'r')
  const tree = placeEntries(await readDirectory(file, limits, call.signal), call.place ?? ((name) => name))
  const pack = createPack()
  const filled = fill(pack, file, tree, call.signal).catch((error: unknown) => {
    pack.destroy(error instanceof Error ? error : new Error('the archive could not be read', { cause: error }))
  })
  try {
    // The stream's type does not say that it gives bytes only.
    for await (const chunk of pack) if (chunk instanceof Uint8Array) yield chunk
  } finally {
    pack.destroy()
    await filled
  }
}

/** Null stands for a directory. */
type Tree = ReadonlyMap<string, LocatedEntry | null>

/** In the order of the tar; parents included. */
function placeEntries(entries: readonly LocatedEntry[], place: (path: string) => string | null): Tree {
  const tree = new Map<string, LocatedEntry | null>()
  function put(from: string, to: string, entry: LocatedEntry | null): void {
    const isTaken = tree.has(to) && (entry !== null || tree.get(to) !== null)
    if (isTaken) throw refuseEntry(from, `its place ${JSON.stringify(to)} is taken already`)
    tree.set(to, entry)
  }
  for (const entry of entries) {
    const path = place(entry.path)
    if (path === null) continue
    for (const parent of parentsOf(path)) put(entry.path, parent, null)
    put(entry.path, path, entry.kind === 'directory' ? null : entry)
  }
  return new Map([...tree].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function parentsOf(path: string): string[] {
  const segments = path.split('/')
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'))
}

async function fill(pack: Pack, file: FileHandle, tree: Tree, signal: AbortSignal): Promise<void> {
  for (const [name, entry] of tree) {
    signal.throwIfAborted()
    if (entry === null) await addDirectory(pack, name)
    else await addFile(pack, name, { entry, content: readContent(file, entry, signal) })
  }
  pack.finalize()
}

function addDirectory(pack: Pack, name: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  pack.entry({ name: `${name}/`, type: 'directory', mode: directoryMode, mtime: modifiedAt }, (error) =>
    error ? reject(error) : resolve(),
  )
  return promise
}

interface FileToAdd {
  readonly entry: LocatedEntry
  readonly content: AsyncIterable<Buffer>
}

async function addFile(pack: Pack, name: string, { entry, content }: FileToAdd): Promise<void> {
  const settled = Promise.withResolvers<void>()
  const mode = entry.isExecutable ? programMode : fileMode
  const header = { name, type: 'file', mode, mtime: modifiedAt, size: entry.sizeBytes } as const
  const sink = pack.entry(header, (error) => (error ? settled.reject(error) : settled.resolve()))
  // Both tell what `settled` tells; without a listener they would end the process.
  sink.on('error', () => undefined)
  settled.promise.catch(() => undefined)
  for await (const chunk of content) {
    if (sink.write(chunk)) continue
    const drained = Promise.withResolvers<void>()
    sink.once('drain', () => drained.resolve())
    // A reader that goes away never drains; it settles the entry.
    await Promise.race([drained.promise, settled.promise])
  }
  sink.end(null)
  await settled.promise
}
