import { chmod, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { extract as createExtract, type Header } from 'tar-stream'

/** The same for every file, so that equal trees are equal directories. */
const modifiedAt = new Date(0)

/**
 * Writes files and directories of a tar that {@link zipToTar} made into an empty directory, with their modes. The names
 * were checked by it; nothing that is there already is written to, so a name that came twice fails.
 *
 * @returns the bytes of all files
 * @throws what `source` throws, and what the file system does; what was written by then stays
 */
export async function unpackTar(
  source: AsyncIterable<Uint8Array>,
  directory: string,
  signal: AbortSignal,
): Promise<number> {
  const extract = createExtract()
  const input = Readable.from(source, { objectMode: false })
  input.on('error', (error) => extract.destroy(error))
  input.pipe(extract)
  let bytes = 0
  try {
    for await (const entry of extract) {
      signal.throwIfAborted()
      const { type, name, size } = entry.header
      if (type === 'directory') await mkdir(join(directory, name))
      else if (type === 'file') await writeEntry(join(directory, name), entry.header, entry)
      else throw new Error(`the tar has an entry of the type ${type}: ${name}`)
      bytes += size
      // What was not read of it would hold up what follows.
      entry.resume()
    }
    return bytes
  } finally {
    input.destroy()
    extract.destroy()
  }
}

async function writeEntry(path: string, { mode }: Header, content: AsyncIterable<unknown>): Promise<void> {
  await using file = await open(path, 'wx', mode)
  for await (const chunk of content) {
    // The stream's type does not say that it gives bytes only.
    if (chunk instanceof Uint8Array) await file.writeFile(chunk)
  }
  await chmod(path, mode)
  await file.utimes(modifiedAt, modifiedAt)
}
