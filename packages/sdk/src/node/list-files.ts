import type { Stats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { InvalidFolderError } from './folder-errors.ts'
import type { IgnoreRules } from './ignore-rules.ts'

/** A file of a folder. */
export interface FolderFile {
  /** Relative to the folder, with `/`. */
  readonly path: string
  /** Where the bytes are, links resolved. */
  readonly realPath: string
  readonly executable: boolean
}

interface Walk {
  readonly root: string
  readonly rules: IgnoreRules
  readonly files: FolderFile[]
}

const isInside = (root: string, path: string): boolean => path === root || path.startsWith(root + sep)

/** By bytes, so that the order is the same everywhere. */
function byPath(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Follows a link; refuses one that leads out of the folder or nowhere. */
async function resolveInside(walk: Walk, path: string): Promise<string> {
  const real = await realpath(join(walk.root, path)).catch((cause: unknown) => {
    throw new InvalidFolderError(`${path} leads nowhere: remove the link or name it in an ignore file`, { cause })
  })
  if (isInside(walk.root, real)) return real
  throw new InvalidFolderError(`${path} leads out of the folder, to ${real}: links must stay inside`)
}

async function visit(walk: Walk, path: string, ancestors: readonly string[]): Promise<void> {
  const ignored = walk.rules.ignores(path)
  const ignoredAsFolder = walk.rules.ignores(`${path}/`)
  if (walk.rules.prunes && ignoredAsFolder) return
  // An ignored link may lead anywhere: nothing of it is read.
  const real = await resolveInside(walk, path).catch((error: unknown) => {
    if (ignored || ignoredAsFolder) return null
    throw error
  })
  if (real === null) return
  const info = await stat(real)
  if (info.isDirectory()) {
    if (!ancestors.includes(real)) await visitFolder(walk, { path, real, ancestors })
    else if (!ignoredAsFolder) throw new InvalidFolderError(`${path} leads back to a folder that it lies in`)
  } else if (!ignored) walk.files.push(fileOf(path, real, info))
}

function fileOf(path: string, realPath: string, info: Stats): FolderFile {
  if (path.includes('\\')) throw new InvalidFolderError(`${path} has a backslash in its name, which a zip cannot hold`)
  if (!info.isFile()) throw new InvalidFolderError(`${path} is neither a file nor a folder`)
  return { path, realPath, executable: (info.mode & 0o111) !== 0 }
}

async function visitFolder(
  walk: Walk,
  { path, real, ancestors }: { path: string; real: string; ancestors: readonly string[] },
): Promise<void> {
  for (const name of await readdir(real)) {
    await visit(walk, path === '' ? name : `${path}/${name}`, [...ancestors, real])
  }
}

/**
 * The folder with links resolved.
 *
 * @throws InvalidFolderError when it does not exist or is no folder.
 */
export async function resolveFolder(folder: string): Promise<string> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new InvalidFolderError(`${folder} does not exist`, { cause })
  })
  if (!(await stat(root)).isDirectory()) throw new InvalidFolderError(`${folder} is not a folder`)
  return root
}

/**
 * Every file of a folder that the rules leave in, sorted by path. Links are followed as long as they stay inside.
 *
 * @param root - as {@link resolveFolder} gives it.
 * @throws InvalidFolderError when the folder holds what a zip cannot.
 */
export async function listFiles(root: string, rules: IgnoreRules): Promise<FolderFile[]> {
  const walk: Walk = { root, rules, files: [] }
  await visitFolder(walk, { path: '', real: root, ancestors: [] })
  return walk.files.toSorted((a, b) => byPath(a.path, b.path))
}

/** Every folder that one of the files lies in, with a `/` at its end, sorted. */
export function foldersOf(files: readonly FolderFile[]): string[] {
  const folders = new Set<string>()
  for (const { path } of files) {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) folders.add(path.slice(0, end + 1))
  }
  return [...folders].toSorted(byPath)
}
