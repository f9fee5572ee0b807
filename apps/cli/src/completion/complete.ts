import { groups } from '../commands/table.ts'
import type { Environment } from '../environment.ts'
import { candidatesFor } from './candidates.ts'
import { namesOf } from './names.ts'

/** Told to the shell in place of words: it knows files better. */
const filesPlease = ':files'

/** A candidate on each line, for the scripts that `cairn completion` prints. Never fails: nothing helps less than an error here. */
export async function complete(line: readonly string[], environment: Environment): Promise<string> {
  const current = line.at(-1) ?? ''
  const candidates = await candidatesFor(groups, line)
  const isFile = candidates.kind === 'names' && (candidates.of === 'file' || candidates.of === 'folder')
  if (isFile) return `${filesPlease}\n`
  const words = candidates.kind === 'words' ? candidates.words : await namesOf(candidates.of, environment)
  return words
    .filter((word) => word.startsWith(current))
    .map((word) => `${word}\n`)
    .join('')
}
