import { execFile, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { access, chown, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { syncDirectory } from '../files/sync-directory.ts'
import type { Binaries } from './binaries.ts'
import type { SystemUser } from './system-user.ts'

const run = promisify(execFile)

/** Role and database that the server itself uses; the role may create others. */
export const ownRole = 'cairn'
export const ownDatabase = 'cairn'

const unfinishedPrefix = 'cluster.new-'

/** Given to PostgreSQL's programs instead of ours, which may hold secrets. */
export const programEnvironment = { LC_ALL: 'C', TZ: 'UTC' }

/**
 * Makes the cluster in `<directory>/cluster` unless it exists: complete, or not there at all, whenever this is
 * interrupted. The text order is that of code points and comes from PostgreSQL itself, so an upgrade of the system's C
 * library cannot break an index.
 */
export async function initialiseCluster(
  directory: string,
  binaries: Binaries,
  user: SystemUser | null,
): Promise<string> {
  const cluster = join(directory, 'cluster')
  await removeUnfinished(directory)
  if (await exists(join(cluster, 'PG_VERSION'))) return cluster
  const password = await readOrMakePassword(directory)
  const unfinished = join(directory, `${unfinishedPrefix}${randomUUID()}`)
  const passwordFile = `${unfinished}.password`
  await mkdir(unfinished, { mode: 0o700 })
  await writeDurably(passwordFile, password)
  if (user !== null) await Promise.all([unfinished, passwordFile].map((path) => chown(path, user.uid, user.gid)))
  const identity = user === null ? {} : { uid: user.uid, gid: user.gid }
  await run(
    binaries.initdb,
    [
      `--pgdata=${unfinished}`,
      `--username=${ownRole}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    { env: programEnvironment, cwd: '/', ...identity },
  )
  await rm(passwordFile)
  await createDatabase(binaries.postgres, unfinished, identity)
  await rename(unfinished, cluster)
  await syncDirectory(directory)
  return cluster
}

async function removeUnfinished(directory: string): Promise<void> {
  const left = (await readdir(directory)).filter((name) => name.startsWith(unfinishedPrefix))
  await Promise.all(left.map((name) => rm(join(directory, name), { recursive: true, force: true, maxRetries: 3 })))
}

/** Single-user mode, so that the cluster is never seen without its database. */
async function createDatabase(postgres: string, cluster: string, identity: Partial<SystemUser>): Promise<void> {
  const child = spawn(postgres, ['--single', '-D', cluster, 'postgres'], {
    env: programEnvironment,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
    ...identity,
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(`create database ${ownDatabase}\n`)
  const [code]: unknown[] = await once(child, 'close')
  if (code !== 0 || complaints.includes('ERROR:')) {
    throw new Error(`PostgreSQL could not create the database ${ownDatabase}: ${complaints.trim()}`)
  }
}

/** The password of {@link ownRole}: random, made once, in a file that only the server's user may read. */
export async function readOrMakePassword(directory: string): Promise<string> {
  const path = join(directory, 'password')
  const known = await readFile(path, 'utf8').catch(() => '')
  if (known.trim() !== '') return known.trim()
  const password = randomBytes(32).toString('base64url')
  const unfinished = `${path}.new`
  await rm(unfinished, { force: true })
  await writeDurably(unfinished, password)
  await rename(unfinished, path)
  await syncDirectory(directory)
  return password
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(`${text}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
