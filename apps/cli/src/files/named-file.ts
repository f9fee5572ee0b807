/** Files that a command line names, with messages that say what is wrong with them. */
import { createWriteStream } from 'node:fs'
import { readFile, rename, rm, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CliError, exitCodes, usageError } from '../errors/cli-error.ts'

/**
 * @param path absolute
 * @param shown how the command line names it, e.g. `totals.sql` or `totals.sql, which --file names`
 * @throws CliError of exit code 2 that says why it cannot be read
 */
export function readTextFile(path: string, shown: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(shown, cause)
  })
}

/** What is told of a file that cannot be read. */
export function unreadable(shown: string, cause: unknown): CliError {
  const code = codeOf(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') return usageError(`There is no file ${shown}.`, { cause })
  return usageError(`${reasons[code] ?? 'The file cannot be read'}: ${shown}.`, { cause })
}

const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'This is a folder and not a file',
  EACCES: 'You may not read this file',
}

/**
 * Writes what comes to a file, in place of one that is there. Half of it never has the name that was asked for.
 *
 * @throws CliError of exit code 1 that names the file when it cannot be written; what fails on its way here stays what it is.
 */
export async function writeToFile(path: string, source: Readable): Promise<void> {
  const known = await stat(path).catch(() => null)
  // A pipe or a device such as /dev/stdout has nothing to be replaced.
  const isReplaced = known === null || known.isFile() || known.isDirectory()
  const partial = isReplaced ? `${path}.part` : path
  const file = createWriteStream(partial)
  let failure: Error | null = null
  file.once('error', (error) => {
    if ('syscall' in error) failure = cannotWrite(path, error)
  })
  try {
    await pipeline(source, file)
    if (isReplaced)
      await rename(partial, path).catch((cause: unknown) => {
        throw cannotWrite(path, cause)
      })
  } catch (error) {
    if (isReplaced) await rm(partial, { force: true })
    throw failure ?? error
  }
}

/** What is told of a file that cannot be written. */
export function cannotWrite(path: string, cause: unknown): CliError {
  const known: Readonly<Record<string, string>> = {
    EACCES: 'you may not write there',
    EROFS: 'that disk is read-only',
    ENOENT: 'its folder is not there',
    ENOTDIR: 'its folder is not there',
    EISDIR: 'there is a folder of this name',
    ENOSPC: 'the disk is full',
  }
  const reason = known[codeOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause))
  return new CliError(exitCodes.failed, `${path} cannot be written: ${reason}.`, { cause })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
