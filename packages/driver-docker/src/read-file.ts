import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { type Call, DriverError, type ReadFileResult } from '@cairn/driver'
import { extract, type Header } from 'tar-stream'
import { type Engine, findContainer } from './containers.ts'

/**
 * Reads one regular file through the engine's archive call, which resolves links of the directories inside the
 * container's own file system, and gives a link at the end as a link. The transfer ends after the first header when
 * that is not a file, or one too large.
 */
export async function readContainerFile(
  engine: Engine,
  name: string,
  request: { readonly path: string; readonly maxBytes: number },
  call: Call,
): Promise<ReadFileResult> {
  const found = await findContainer(engine, name, call)
  if (found === null) throw new DriverError('workload_not_found', `workload ${name} does not exist`)
  if (request.path.includes('\0')) return { kind: 'absent' }
  const path = absolutePath(found.inspect.Config.WorkingDir ?? '', request.path)
  try {
    const query = { path }
    const archive = await engine.client.stream({ method: 'GET', path: `/containers/${found.id}/archive`, query }, call)
    return await readFirstFile(archive, request.maxBytes)
  } catch (error) {
    const failure = engine.client.streamError(error, call)
    if (isAbsence(failure.message)) return { kind: 'absent' }
    throw failure
  }
}

/** `/work` and `out/x` give `/work/out/x`; no `..` remains and no slash at the end. */
export function absolutePath(workingDirectory: string, path: string): string {
  return posix.resolve('/', workingDirectory, path)
}

/** Docker and Podman word a missing file, or a file in place of a directory, in these ways. */
function isAbsence(message: string): boolean {
  return /could not find the file|no such file or directory|file or directory not found|not a directory|could not be found on container/i.test(
    message,
  )
}

async function readFirstFile(archive: Readable, maxBytes: number): Promise<ReadFileResult> {
  const entries = extract()
  archive.on('error', (error) => entries.destroy(error))
  archive.pipe(entries)
  try {
    for await (const entry of entries) {
      const refusal = refuse(entry.header, maxBytes)
      if (refusal !== null) return refusal
      const chunks: Uint8Array[] = []
      for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk)
      return { kind: 'content', bytes: Buffer.concat(chunks) }
    }
    return { kind: 'absent' }
  } finally {
    archive.unpipe(entries)
    archive.destroy()
    entries.destroy()
  }
}

function refuse(header: Header, maxBytes: number): ReadFileResult | null {
  const isFile = header.type === 'file' || header.type === 'contiguous-file'
  if (!isFile) return { kind: 'not_a_file' }
  return (header.size ?? 0) > maxBytes ? { kind: 'too_large' } : null
}
