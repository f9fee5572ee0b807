import { open } from 'node:fs/promises'
import type { ArchiveCall, ZipEntry } from './inspect-zip.ts'
import type { ArchiveLimits } from './limits.ts'
import { readDirectory } from './read-directory.ts'

/**
 * The entries of a zip file that was inspected before: names and headers are checked, contents are not read.
 *
 * @throws CairnError `invalid_archive`; the signal's reason when aborted.
 */
export async function listZip(path: string, limits: ArchiveLimits, call: ArchiveCall): Promise<readonly ZipEntry[]> {
  await using file = await open(path, 'r')
  return await readDirectory(file, limits, call.signal)
}
