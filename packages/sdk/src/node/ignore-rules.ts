import { readFile, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import ignore from 'ignore'
import { InvalidFolderError } from './folder-errors.ts'

/** Which paths of a folder stay out of its zip. */
export interface IgnoreRules {
  /** `path` relative to the folder, with `/`; folders end in `/`. */
  ignores(path: string): boolean
  /** True when a folder that is ignored can be left out unseen: no rule brings anything back. */
  readonly prunes: boolean
}

interface Rule {
  readonly brings: boolean
  readonly matches: (path: string) => boolean
}

function parseRule(line: string): Rule[] {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return []
  const brings = text.startsWith('!')
  // One matcher for each line, so that the last line that matches decides. A list of lines follows git further, where
  // nothing inside an ignored folder can be brought back; here it can.
  const matcher = ignore({ ignorecase: false }).add(brings ? text.slice(1) : text)
  return [{ brings, matches: (path) => matcher.ignores(path) }]
}

/**
 * Rules of ignore files, read one after the other: gitignore patterns, the last one that matches decides.
 *
 * @example
 * parseIgnoreRules(['*.log\n!keep.log']).ignores('a/keep.log') // false
 */
export function parseIgnoreRules(texts: readonly string[]): IgnoreRules {
  const rules = texts.flatMap((text) => text.split(/\r?\n/).flatMap(parseRule))
  return {
    prunes: !rules.some(({ brings }) => brings),
    ignores: (path) => rules.findLast(({ matches }) => matches(path))?.brings === false,
  }
}

async function readIgnoreFile(folder: string, name: string): Promise<string> {
  const path = resolve(folder, name)
  if (dirname(path) !== folder) throw new InvalidFolderError(`ignore file ${name} must lie directly in ${folder}`)
  try {
    const target = await realpath(path)
    if (dirname(target) !== folder) {
      throw new InvalidFolderError(`ignore file ${name} must lie directly in ${folder}, it leads to ${target}`)
    }
    return await readFile(target, 'utf8')
  } catch (cause) {
    if (cause instanceof InvalidFolderError) throw cause
    throw new InvalidFolderError(
      `ignore file ${name} cannot be read in ${folder}; make it, or leave it out of the ignore files`,
      { cause },
    )
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && Reflect.get(error.cause, 'code') === 'ENOENT'
}

/**
 * Reads the given ignore files of a folder; without any, `.dockerignore` when it is there.
 *
 * @param folder - with links resolved.
 * @throws InvalidFolderError when a given file is missing or does not lie directly in the folder.
 */
export async function readIgnoreRules(folder: string, names: readonly string[]): Promise<IgnoreRules> {
  if (names.length > 0) return parseIgnoreRules(await Promise.all(names.map((name) => readIgnoreFile(folder, name))))
  const text = await readIgnoreFile(folder, '.dockerignore').catch((error: unknown) => {
    if (isMissing(error)) return ''
    throw error
  })
  return parseIgnoreRules([text])
}
