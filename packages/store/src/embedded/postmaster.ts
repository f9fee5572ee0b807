/**
 * One run of the PostgreSQL server process over a cluster. It gets a session of its own, so that an interrupt from the
 * terminal reaches only Cairn, which then stops it in order.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { open, readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { programEnvironment } from './initialise-cluster.ts'
import { readPostmasterFile } from './postmaster-file.ts'
import { type ListenAddress, serverSettings, settingArguments } from './server-settings.ts'
import { stopProcess } from './stop-orphans.ts'
import type { SystemUser } from './system-user.ts'

export interface PostmasterOptions {
  readonly postgres: string
  readonly directory: string
  readonly cluster: string
  readonly user: SystemUser | null
  readonly log: (line: string) => void
}

export interface Postmaster {
  readonly pid: number
  /** Resolves when the process is gone, with how it ended. */
  readonly ended: Promise<string>
  readonly stop: () => Promise<void>
}

/** The server ended before it was ready. */
export class PostmasterStartError extends Error {
  /** Another port, or a moment until the processes of an earlier server are gone, may help. */
  readonly mayPass: boolean

  constructor(how: string, output: string) {
    super(`PostgreSQL did not start (${how}): ${output}`)
    this.name = 'PostmasterStartError'
    this.mayPass = /could not bind|pre-existing shared memory block/.test(output)
  }
}

/** Starts the server and waits until it takes connections, however long it needs to recover from a crash. */
export async function startPostmaster(options: PostmasterOptions, address: ListenAddress): Promise<Postmaster> {
  const child = await spawnPostgres(options, address)
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
    child.once('error', (error) => resolve(error.message))
  })
  const { pid } = child
  if (pid === undefined) throw new PostmasterStartError(await ended, options.postgres)
  const how = await Promise.race([ended, waitUntilReady(pid, child, options)])
  if (how !== 'ready') throw new PostmasterStartError(how, await lastOutput(options))
  child.unref()
  return {
    pid,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) await stopProcess(pid)
      await ended
    },
  }
}

async function spawnPostgres(options: PostmasterOptions, address: ListenAddress): Promise<ChildProcess> {
  const output = await open(join(options.directory, 'start.log'), 'w', 0o600)
  try {
    return spawn(options.postgres, ['-D', options.cluster, ...settingArguments(serverSettings(address))], {
      env: programEnvironment,
      cwd: '/',
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      ...(options.user === null ? {} : { uid: options.user.uid, gid: options.user.gid }),
    })
  } finally {
    await output.close()
  }
}

async function waitUntilReady(pid: number, child: ChildProcess, options: PostmasterOptions): Promise<'ready' | 'gone'> {
  let nextReport = performance.now() + 5000
  while (child.exitCode === null && child.signalCode === null) {
    const file = await readPostmasterFile(options.cluster)
    if (file?.pid === pid && file.ready) return 'ready'
    if (performance.now() > nextReport) {
      options.log('PostgreSQL is still starting; after a crash it first replays its log')
      nextReport += 5000
    }
    await pause(5)
  }
  return 'gone'
}

/** The end of what the server said: on its output until its log is open, then in the newest log file. */
async function lastOutput(options: PostmasterOptions): Promise<string> {
  const logs = join(options.cluster, 'log')
  const files: string[] = await readdir(logs).catch(() => [])
  const newest = files.toSorted().at(-1)
  const paths = [join(options.directory, 'start.log'), ...(newest === undefined ? [] : [join(logs, newest)])]
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')))
  return texts.join('\n').trim().split('\n').slice(-8).join('\n')
}

/** A TCP port of 127.0.0.1 that nothing used a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    server.close(() => resolve(port))
  })
  return promise
}
