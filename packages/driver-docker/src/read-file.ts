import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { type Call, DriverError, type ReadFileResult } from '@cairn/driver'
import { extract, type Header } from 'tar-stream'
import { type Engine, findContainer } from './containers.ts'

/** Links followed before a path is taken for a loop. */
const mostLinks = 16

type Step = ReadFileResult | { readonly kind: 'link'; readonly target: string }

/**
 * Reads one regular file through the engine's archive call. The engine resolves links of directories inside the
 * container's own file system and gives a link at the end as a link (Podman resolves that too), which is followed here
 * by asking again, so it cannot leave the container either. The transfer ends after the first header when that is not
 * a file, or one too large.
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
  let path = absolutePath(found.inspect.Config.WorkingDir ?? '', request.path)
  for (let links = 0; links <= mostLinks; links++) {
    const step = await readStep(engine, found.id, { path, maxBytes: request.maxBytes }, call)
    if (step.kind !== 'link') return step
    path = absolutePath(posix.dirname(path), step.target)
  }
  return { kind: 'not_a_file' }
}

async function readStep(
  engine: Engine,
  id: string,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number },
  call: Call,
): Promise<Step> {
  try {
    const request = { method: 'GET', path: `/containers/${id}/archive`, query: { path } } as const
    return await readFirstFile(await engine.client.stream(request, call), maxBytes)
  } catch (error) {
    const failure = engine.client.streamError(error, call)
    if (isAbsence(failure.message)) return { kind: 'absent' }
    if (/too many (links|levels)/i.test(failure.message)) return { kind: 'not_a_file' }
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

async function readFirstFile(archive: Readable, maxBytes: number): Promise<Step> {
  const entries = extract()
  archive.on('error', (error) => entries.destroy(error))
  archive.pipe(entries)
  try {
    for await (const entry of entries) {
      const other = withoutContent(entry.header, maxBytes)
      if (other !== null) return other
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

function withoutContent(header: Header, maxBytes: number): Step | null {
  if (header.type === 'symlink') return { kind: 'link', target: header.linkname ?? '' }
  const isFile = header.type === 'file' || header.type === 'contiguous-file'
  if (!isFile) return { kind: 'not_a_file' }
  return (header.size ?? 0) > maxBytes ? { kind: 'too_large' } : null
}
