/**
 * The server as a user starts it: `apps/server/src/main.ts` in a process of its own, with its own data directory and
 * port. The same directory can be started again after a stop or a kill; `dispose` leaves no process, container, network,
 * image or file behind.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type CairnClient, createClient } from '@cairn/sdk'
import { removeOwnedObjects } from '../../scripts/container-engine/remove-owned-objects.ts'
import { findOwnedObjects } from '../../scripts/container-engine/list-owned-objects.ts'
import { eventually } from '@cairn/testkit'

const run = promisify(execFile)

export interface ServerProcess {
  readonly baseUrl: string
  readonly port: number
  readonly token: string
  readonly client: CairnClient
  readonly dataDirectory: string
  readonly dockerHost: string
  /** Starts (again) and waits until /readyz answers 200. */
  start(): Promise<void>
  /** SIGKILL to the server process alone; its database and containers are left as a crash leaves them. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  /** Process id of the server. */
  pid(): number
  /** Id that the server says it labels its containers with. */
  installation(): string
  /** What the server printed so far. */
  output(): string
  /** Stops and removes everything that this installation made. */
  dispose(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function waitForExit(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

/** Ends a PostgreSQL that outlived its killed server, by the pid in its data directory. */
async function endOrphanedPostgres(dataDirectory: string): Promise<void> {
  const { stdout } = await run('find', [dataDirectory, '-name', 'postmaster.pid'])
  for (const file of stdout.split('\n').filter(Boolean)) {
    const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0])
    if (pid > 0) {
      try {
        process.kill(pid, 'SIGINT')
      } catch {
        continue
      }
      await eventually(() => {
        try {
          process.kill(pid, 0)
        } catch {
          return
        }
        throw new Error(`PostgreSQL ${pid} still runs`)
      })
    }
  }
}

/** @param settings further `CAIRN_*` settings */
export async function createServerProcess(settings: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const dockerHost = process.env['CAIRN_DOCKER_HOST']
  if (dockerHost === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_DOCKER_HOST')
  const dataDirectory = await mkdtemp(join(tmpdir(), 'cairn-e2e-'))
  // The embedded PostgreSQL of a root server runs as another user, which has to get to its own directory.
  await chmod(dataDirectory, 0o711)
  const port = await freePort()
  const token = `cairn_${randomBytes(32).toString('base64url')}`
  const baseUrl = `http://127.0.0.1:${port}`
  const output: string[] = []
  let child: ChildProcess | null = null

  const start = async (): Promise<void> => {
    const server = spawn(process.execPath, ['apps/server/src/main.ts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        CAIRN_PORT: String(port),
        CAIRN_DATA_DIR: dataDirectory,
        CAIRN_ADMIN_TOKEN: token,
        CAIRN_DOCKER_HOST: dockerHost,
        CAIRN_EGRESS_ALLOW: '127.0.0.1,::1',
        CAIRN_LOG_LEVEL: 'info',
        ...settings,
      },
    })
    child = server
    server.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    server.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    const ready = eventually(
      async () => {
        const answer = await fetch(`${baseUrl}/readyz`)
        if (answer.status !== 200) throw new Error(`not ready: ${await answer.text()}`)
      },
      { timeoutMs: 60_000 },
    )
    const ended = waitForExit(server).then((code) => {
      throw new Error(`the server ended with ${code}: ${output.join('')}`)
    })
    ended.catch(() => undefined)
    await Promise.race([ready, ended])
  }
  const stop = async (): Promise<number | null> => {
    if (child === null) return null
    child.kill('SIGTERM')
    return waitForExit(child)
  }
  const installation = (): string | undefined => /"installation":"([^"]+)"/.exec(output.join(''))?.[1]
  return {
    baseUrl,
    port,
    token,
    client: createClient({ baseUrl, token }),
    dataDirectory,
    dockerHost,
    start,
    stop,
    kill: async () => {
      child?.kill('SIGKILL')
      if (child) await waitForExit(child)
    },
    pid: () => child?.pid ?? 0,
    installation: () => {
      const id = installation()
      if (id === undefined) throw new Error(`the server never said its installation: ${output.join('')}`)
      return id
    },
    output: () => output.join(''),
    dispose: async () => {
      await stop()
      await endOrphanedPostgres(dataDirectory)
      const id = installation()
      if (id !== undefined) await removeOwnedObjects(dockerHost, id)
      await rm(dataDirectory, { recursive: true, force: true })
    },
  }
}

/** Names of this server's containers of one kind. */
export async function containersOf(server: ServerProcess, kind: 'step' | 'service'): Promise<readonly string[]> {
  const owned = await findOwnedObjects(server.dockerHost, server.installation())
  return owned
    .filter((object) => object.kind === 'container' && object.name.includes(`-${kind}-`))
    .map(({ name }) => name)
}
