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

export class ServerProcess {
  readonly port: number
  readonly baseUrl: string
  readonly token = `cairn_${randomBytes(32).toString('base64url')}`
  readonly client: CairnClient
  readonly dataDirectory: string
  readonly dockerHost: string
  readonly #settings: Readonly<Record<string, string>>
  readonly #output: string[] = []
  #child: ChildProcess | null = null

  constructor(
    place: { port: number; dataDirectory: string; dockerHost: string },
    settings: Readonly<Record<string, string>>,
  ) {
    this.port = place.port
    this.dataDirectory = place.dataDirectory
    this.dockerHost = place.dockerHost
    this.#settings = settings
    this.baseUrl = `http://127.0.0.1:${place.port}`
    this.client = createClient({ baseUrl: this.baseUrl, token: this.token })
  }

  /** Starts (again) and waits until /readyz answers 200. */
  async start(): Promise<void> {
    const child = this.#spawn()
    this.#child = child
    const ready = eventually(
      async () => {
        const answer = await fetch(`${this.baseUrl}/readyz`)
        if (answer.status !== 200) throw new Error(`not ready: ${await answer.text()}`)
      },
      { timeoutMs: 60_000 },
    )
    const ended = waitForExit(child).then((code) => {
      throw new Error(`the server ended with ${code}: ${this.output()}`)
    })
    ended.catch(() => undefined)
    await Promise.race([ready, ended])
  }

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, ['apps/server/src/main.ts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        CAIRN_PORT: String(this.port),
        CAIRN_DATA_DIR: this.dataDirectory,
        CAIRN_ADMIN_TOKEN: this.token,
        CAIRN_DOCKER_HOST: this.dockerHost,
        CAIRN_EGRESS_ALLOW: '127.0.0.1,::1',
        ...this.#settings,
      },
    })
    child.stdout.on('data', (chunk: Buffer) => this.#output.push(chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => this.#output.push(chunk.toString()))
    return child
  }

  /** SIGKILL to the server process alone; its database and containers are left as a crash leaves them. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    if (this.#child) await waitForExit(this.#child)
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    this.#child?.kill('SIGTERM')
    return this.#child ? waitForExit(this.#child) : null
  }

  isAlive(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null
  }

  pid(): number {
    return this.#child?.pid ?? 0
  }

  /** What the server printed so far. */
  output(): string {
    return this.#output.join('')
  }

  /** Id that the server labels its containers with, or null before it served. */
  installation(): string | null {
    return /"installation":"([^"]+)"/.exec(this.output())?.[1] ?? null
  }

  /** Stops and removes everything that this installation made. */
  async dispose(): Promise<void> {
    await this.stop()
    const installation = this.installation()
    if (installation !== null) await removeOwnedObjects(this.dockerHost, installation)
    await this.discard()
  }

  /** The same but for what is on the container engine, which the caller removes as a whole. */
  async discard(): Promise<void> {
    await this.stop()
    await endOrphanedPostgres(this.dataDirectory)
    await rm(this.dataDirectory, { recursive: true, force: true })
  }
}

/**
 * @param settings further `CAIRN_*` settings
 * @param dockerHost container engine, by default that of the tests
 */
export async function createServerProcess(
  settings: Readonly<Record<string, string>> = {},
  dockerHost = process.env['CAIRN_DOCKER_HOST'],
): Promise<ServerProcess> {
  if (dockerHost === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_DOCKER_HOST')
  const dataDirectory = await mkdtemp(join(tmpdir(), 'cairn-e2e-'))
  // The embedded PostgreSQL of a root server runs as another user, which has to get to its own directory.
  await chmod(dataDirectory, 0o711)
  return new ServerProcess({ port: await freePort(), dataDirectory, dockerHost }, settings)
}

/** Names of this server's containers of one kind. */
export async function containersOf(server: ServerProcess, kind: 'step' | 'service'): Promise<readonly string[]> {
  const owned = await findOwnedObjects(server.dockerHost, server.installation())
  return owned
    .filter((object) => object.kind === 'container' && object.name.includes(`-${kind}-`))
    .map(({ name }) => name)
}
