import { once } from 'node:events'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { CairnError } from '@cairn/contract'
import { extract as createExtract, type Header, pack as createPack, type Pack } from 'tar-stream'

export interface TarChange {
  /** The path in the new tar for a path without `/` at its end; null leaves the entry out. */
  readonly place: (path: string) => string | null
  /** What stands in the place of a file's own content, by its path in the new tar. */
  readonly contents: ReadonlyMap<string, Uint8Array>
  readonly signal: AbortSignal
}

const keptTypes: ReadonlySet<string> = new Set(['file', 'directory', 'symlink'])

/**
 * A tar stream with some of the entries of another, in their order: files, directories, and links that stay inside. Owner
 * 0:0, no times, mode 0755 for directories and programs, 0644 else, so that equal trees give equal bytes.
 *
 * @throws CairnError `invalid_archive` from the iteration for a link that leads out of the tree; what `source` throws
 * @example
 * repackTar(source, { place: (path) => (path.startsWith('app/') ? path.slice(4) : null), contents: new Map(), signal })
 */
export async function* repackTar(source: AsyncIterable<Uint8Array>, change: TarChange): AsyncGenerator<Uint8Array> {
  const pack = createPack()
  const filled = fill(pack, source, change).catch((error: unknown) => {
    pack.destroy(error instanceof Error ? error : new Error('the tar could not be read', { cause: error }))
  })
  try {
    // The stream's type does not say that it gives bytes only.
    for await (const chunk of pack) if (chunk instanceof Uint8Array) yield chunk
  } finally {
    pack.destroy()
    await filled
  }
}

async function fill(pack: Pack, source: AsyncIterable<Uint8Array>, change: TarChange): Promise<void> {
  const extract = createExtract()
  const input = Readable.from(source, { objectMode: false })
  input.on('error', (error) => extract.destroy(error))
  input.pipe(extract)
  try {
    for await (const entry of extract) {
      change.signal.throwIfAborted()
      const path = change.place(entry.header.name.replace(/\/$/, ''))
      const type = entry.header.type ?? 'file'
      if (path !== null && keptTypes.has(type))
        await addEntry(pack, entry, headerOf(entry.header, path, change.contents.get(path)))
      // What was not read of it would hold up what follows.
      entry.resume()
    }
    pack.finalize()
  } finally {
    input.destroy()
    extract.destroy()
  }
}

interface NewEntry {
  readonly header: Partial<Header> & Pick<Header, 'name' | 'type'>
  /** null = that of the entry. */
  readonly content: Uint8Array | null
}

function headerOf(header: Header, path: string, content: Uint8Array | undefined): NewEntry {
  const common = { mtime: new Date(0), uid: 0, gid: 0 }
  if (header.type === 'directory') {
    return { header: { ...common, name: `${path}/`, type: 'directory', mode: 0o755 }, content: null }
  }
  if (header.type === 'symlink') {
    const linkname = checkLink(path, header.linkname ?? '')
    return { header: { ...common, name: path, type: 'symlink', mode: 0o777, linkname }, content: null }
  }
  const mode = ((header.mode ?? 0) & 0o100) === 0 ? 0o644 : 0o755
  const size = content?.length ?? header.size ?? 0
  return { header: { ...common, name: path, type: 'file', mode, size }, content: content ?? null }
}

function checkLink(path: string, target: string): string {
  const place = posix.join(posix.dirname(path), target)
  if (target !== '' && !posix.isAbsolute(target) && place !== '..' && !place.startsWith('../')) return target
  throw new CairnError(
    'invalid_archive',
    `the link ${JSON.stringify(path)} leads to ${JSON.stringify(target)}, out of the build context`,
  )
}

async function addEntry(pack: Pack, entry: AsyncIterable<unknown>, { header, content }: NewEntry): Promise<void> {
  const settled = Promise.withResolvers<void>()
  const sink = pack.entry(header, (error) => (error ? settled.reject(error) : settled.resolve()))
  settled.promise.catch(() => undefined)
  if (header.type === 'file') {
    sink.on('error', () => undefined)
    for await (const chunk of content === null ? entry : [content]) {
      // The stream's type does not say that it gives bytes only.
      if (chunk instanceof Uint8Array && !sink.write(chunk))
        await Promise.race([once(sink, 'drain').catch(() => undefined), settled.promise])
    }
    sink.end(null)
  }
  await settled.promise
}
