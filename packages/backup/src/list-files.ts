import type { Stats } from 'node:fs'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'

export interface FoundEntry {
  /** In the archive. */
  readonly path: string
  /** On disk. */
  readonly source: string
  readonly kind: 'file' | 'directory'
  readonly stats: Stats
}

export interface ListedTree {
  /** On disk. */
  readonly directory: string
  /** In the archive. */
  readonly path: string
  /** Whether the entry belongs into the archive, by its path below `directory`; the contents of one that does not are left out too. */
  readonly isWanted: (relativePath: string) => boolean
}

/**
 * Every directory before what is in it, names in order. What goes away meanwhile is left out, and sockets are. `directory` may
 * be a link.
 *
 * @throws when `directory` itself cannot be read, and for a link below it: what it leads to would be missed without a word
 */
export async function* listFiles(tree: ListedTree): AsyncGenerator<FoundEntry> {
  yield* walk({ ...tree, directory: await realpath(tree.directory) }, '')
}

async function* walk(tree: ListedTree, below: string): AsyncGenerator<FoundEntry> {
  const source = join(tree.directory, below)
  const stats = await statOrNull(source, below === '')
  if (stats === null) return
  if (stats.isSymbolicLink()) {
    throw new Error(`${source} is a link, which a backup does not follow: put what it leads to in its place`)
  }
  const path = below === '' ? tree.path : `${tree.path}/${below}`
  if (stats.isFile()) yield { path, source, kind: 'file', stats }
  if (!stats.isDirectory()) return
  yield { path, source, kind: 'directory', stats }
  const names = await readdir(source).catch((error: unknown) => goneOr(error, [], below === ''))
  for (const name of names.toSorted(byCodePoint)) {
    const next = below === '' ? name : `${below}/${name}`
    if (tree.isWanted(next)) yield* walk(tree, next)
  }
}

const statOrNull = (path: string, isRoot: boolean): Promise<Stats | null> =>
  lstat(path).catch((error: unknown) => goneOr(error, null, isRoot))

function goneOr<T>(error: unknown, instead: T, isRoot: boolean): T {
  if (!isRoot && isGone(error)) return instead
  throw error
}

export const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

const byCodePoint = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
