import { open } from 'node:fs/promises'
import type { ArchiveCall } from './inspect-zip.ts'
import type { ArchiveLimits } from './limits.ts'
import { readContent } from './read-content.ts'
import { readDirectory } from './read-directory.ts'

export interface FileToRead {
  /** As {@link ZipEntry} has it. */
  readonly path: string
  readonly maxBytes: number
}

export type ZipFileContent =
  | { readonly kind: 'content'; readonly bytes: Buffer }
  | { readonly kind: 'absent' }
  | { readonly kind: 'too_large' }

/**
 * One small file of a zip, in memory. A directory is `absent`.
 *
 * @param path where the zip file is
 * @throws CairnError `invalid_archive`; the signal's reason when aborted.
 */
export async function readZipFile(
  path: string,
  wanted: FileToRead,
  limits: ArchiveLimits,
  call: ArchiveCall,
): Promise<ZipFileContent> {
  await using file = await open(path, 'r')
  const entries = await readDirectory(file, limits, call.signal)
  const entry = entries.find((candidate) => candidate.kind === 'file' && candidate.path === wanted.path)
  if (entry === undefined) return { kind: 'absent' }
  if (entry.sizeBytes > wanted.maxBytes) return { kind: 'too_large' }
  const chunks: Buffer[] = []
  for await (const chunk of readContent(file, entry, call.signal)) chunks.push(chunk)
  return { kind: 'content', bytes: Buffer.concat(chunks) }
}
