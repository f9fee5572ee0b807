/**
 * The embedded PostgreSQL: real server processes over `<directory>/cluster`.
 *
 * Always true: at most one live process owns the directory (directory-lock.ts); only the owner starts a server in it,
 * and before that it ends any server that an owner left behind when it was killed. The URL stays valid while the owner
 * lives: a server that dies is started again at the same address.
 */
import { chmod, chown, mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Binaries, findBinaries } from './binaries.ts'
import { lockDirectory } from './directory-lock.ts'
import { initialiseCluster, ownDatabase, ownRole, readOrMakePassword } from './initialise-cluster.ts'
import {
  findFreePort,
  type Postmaster,
  type PostmasterOptions,
  PostmasterStartError,
  startPostmaster,
} from './postmaster.ts'
import { pruneServerLogs } from './prune-server-logs.ts'
import type { ListenAddress } from './server-settings.ts'
import { stopOrphans } from './stop-orphans.ts'
import { findSystemUser, firstClosedDirectory, type SystemUser, systemUserName } from './system-user.ts'

export interface EmbeddedPostgresOptions {
  /** Made when it does not exist. Holds the data, the password and the logs. */
  readonly directory: string
  /** Told what an operator may want to know, one line at a time. */
  readonly log: (line: string) => void
}

export interface EmbeddedPostgres {
  /** With the password in it; good for this machine only. */
  readonly url: string
  /** The server process; another one after a crash of the server. */
  readonly pid: () => number
  /** Ends the server in order (open transactions are rolled back) and gives the directory back. */
  readonly stop: () => Promise<void>
}

const pruneEveryMs = 3_600_000
const startTries = 20
/** A socket's path may have 107 bytes, its name takes 16 of them. */
const longestSocketDirectory = 90

/** What the operator has to change before PostgreSQL can run here; the message says it. */
export class NoEmbeddedPostgresError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NoEmbeddedPostgresError'
  }
}

/**
 * Starts PostgreSQL on a directory: 0.6 s the first time, 0.1 s later. Run as root, the server gets the system user
 * `cairn-postgres`, since PostgreSQL refuses root.
 *
 * @throws DirectoryInUseError when another live process has the directory
 *
 * @example
 * const postgres = await startEmbeddedPostgres({ directory: '/var/lib/cairn/postgres', log: console.log })
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') {
    throw new NoEmbeddedPostgresError(
      'the embedded PostgreSQL runs on Linux and macOS: on Windows give a database by CAIRN_DATABASE_URL',
    )
  }
  await mkdir(options.directory, { recursive: true })
  const directory = await realpath(options.directory)
  const unlock = await lockDirectory(directory)
  try {
    return await startOwned(directory, options.log, unlock)
  } catch (error) {
    await unlock()
    throw error
  }
}

async function startOwned(
  directory: string,
  log: (line: string) => void,
  unlock: () => Promise<void>,
): Promise<EmbeddedPostgres> {
  const user = await findSystemUser()
  if (user !== null) await admit(user, directory)
  const binaries = await findBinaries(user, join(directory, 'programs'))
  const server = await prepare(directory, binaries, user, log)
  const socketDirectory = await makeSocketDirectory(directory, user)
  const { postmaster, port } = await startOnFreePort(server, socketDirectory)
  const supervisor = new Supervisor(server, { port, socketDirectory }, postmaster)
  const password = await readOrMakePassword(directory)
  return {
    url: urlOf({ port, socketDirectory }, password),
    pid: () => supervisor.pid,
    stop: async () => {
      await supervisor.stop()
      await unlock()
    },
  }
}

async function admit(user: SystemUser, directory: string): Promise<void> {
  await chmod(directory, 0o711)
  const closed = await firstClosedDirectory(directory, user)
  if (closed !== null) {
    throw new NoEmbeddedPostgresError(
      `PostgreSQL does not run as root, so it runs as the user ${systemUserName}, and that user may not enter ${closed}: put the data directory elsewhere (for example CAIRN_DATA_DIR=/var/lib/cairn), start Cairn as an ordinary user, or give a database by CAIRN_DATABASE_URL`,
    )
  }
}

async function prepare(
  directory: string,
  binaries: Binaries,
  user: SystemUser | null,
  log: (line: string) => void,
): Promise<PostmasterOptions> {
  const cluster = await initialiseCluster(directory, binaries, user)
  await stopOrphans(cluster, log)
  await pruneServerLogs(cluster)
  return { postgres: binaries.postgres, directory, cluster, user, log }
}

async function makeSocketDirectory(directory: string, user: SystemUser | null): Promise<string | null> {
  const path = join(directory, 'socket')
  if (Buffer.byteLength(path) > longestSocketDirectory) return null
  await mkdir(path, { recursive: true, mode: 0o700 })
  if (user !== null) await chown(path, user.uid, user.gid)
  return path
}

async function startOnFreePort(
  server: PostmasterOptions,
  socketDirectory: string | null,
): Promise<{ postmaster: Postmaster; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort()
    try {
      return { postmaster: await startPostmaster(server, { port, socketDirectory }), port }
    } catch (error) {
      if (attempt === startTries || !(error instanceof PostmasterStartError && error.mayPass)) throw error
      await pause(200)
    }
  }
}

function urlOf(address: ListenAddress, password: string): string {
  const url = new URL(`postgres://${ownRole}:${password}@127.0.0.1:${address.port}/${ownDatabase}`)
  if (address.socketDirectory !== null) url.searchParams.set('host', address.socketDirectory)
  return url.href
}

/** Keeps a server running at one address until `stop`. `#run` ends only after `stop` was asked for. */
class Supervisor {
  readonly #server: PostmasterOptions
  readonly #address: ListenAddress
  readonly #stopping = new AbortController()
  readonly #pruning: NodeJS.Timeout
  readonly #run: Promise<void>
  #postmaster: Postmaster

  constructor(server: PostmasterOptions, address: ListenAddress, postmaster: Postmaster) {
    this.#server = server
    this.#address = address
    this.#postmaster = postmaster
    this.#pruning = setInterval(() => this.#prune(), pruneEveryMs).unref()
    this.#run = this.#keepRunning()
  }

  get pid(): number {
    return this.#postmaster.pid
  }

  async stop(): Promise<void> {
    clearInterval(this.#pruning)
    this.#stopping.abort()
    await this.#postmaster.stop()
    await this.#run
  }

  async #keepRunning(): Promise<void> {
    for (;;) {
      const how = await this.#postmaster.ended
      if (this.#stopping.signal.aborted) return
      this.#server.log(`PostgreSQL ended by itself (${how}); starting it again`)
      if (!(await this.#startAgain())) return
    }
  }

  /** False when `stop` came first. */
  async #startAgain(): Promise<boolean> {
    for (let delayMs = 50; !this.#stopping.signal.aborted; delayMs = Math.min(delayMs * 2, 5000)) {
      try {
        await stopOrphans(this.#server.cluster, this.#server.log)
        this.#postmaster = await startPostmaster(this.#server, this.#address)
        if (this.#stopping.signal.aborted) await this.#postmaster.stop()
        return true
      } catch (error) {
        this.#server.log(`${String(error)}; trying again in ${delayMs} ms`)
        await pause(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      }
    }
    return false
  }

  #prune(): void {
    pruneServerLogs(this.#server.cluster).catch((error: unknown) => {
      this.#server.log(`old logs of PostgreSQL could not be removed: ${String(error)}`)
    })
  }
}
