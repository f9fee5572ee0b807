/**
 * Where a scenario measures: what it asks for is started then, and all of it is ended and removed in the reverse order
 * when the scenario is over, however it ends.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServerProcess, type ServerProcess } from '../tests/e2e/server-process.ts'
import { ensureBaseImage } from '../scripts/container-engine/ensure-base-image.ts'
import { ensureContainerEngine } from '../scripts/container-engine/ensure-container-engine.ts'
import { type Contender, startContender } from './contender.ts'
import { type HttpTarget, startHttpTarget } from './http-target.ts'
import { installPeers } from './install-peers.ts'
import { type BenchPostgres, startBenchPostgres } from './postgres.ts'

/** For the operator; results go elsewhere. */
const say = (line: string): void => console.error(line)
const stateDirectory = join(process.cwd(), '.cairn')

export class Place {
  /** How often contenders alternate. */
  readonly rounds: number
  readonly #started = new AsyncDisposableStack()
  #target: Promise<HttpTarget> | null = null
  #postgres: Promise<BenchPostgres> | null = null

  constructor(rounds: number) {
    this.rounds = rounds
  }

  /** The server that http steps call. */
  target(): Promise<HttpTarget> {
    this.#target ??= this.#keep(startHttpTarget(), (target) => target.close())
    return this.#target
  }

  /** One for all contenders of a scenario. */
  postgres(): Promise<BenchPostgres> {
    this.#postgres ??= this.#keep(startBenchPostgres(), (postgres) => postgres.close())
    return this.#postgres
  }

  /** Cairn's own contender. */
  cairn(databaseUrl: string): Promise<Contender> {
    return this.#contender(join(import.meta.dirname, 'contenders/cairn.ts'), { databaseUrl })
  }

  /** A program of bench/peers, whose packages are installed when they are not there. */
  async peer(name: string, options: object): Promise<Contender> {
    await installPeers(say)
    return this.#contender(join(import.meta.dirname, 'peers', `${name}.mjs`), options)
  }

  /** An empty directory. */
  async directory(): Promise<string> {
    const made = mkdtemp(join(tmpdir(), 'cairn-bench-'))
    return this.#keep(made, (path) => rm(path, { recursive: true, force: true, maxRetries: 3 }))
  }

  async freePort(): Promise<number> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    await new Promise((resolve) => server.close(resolve))
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  }

  /**
   * A server as a user starts it, not started yet, with a container engine that has the base image.
   *
   * @param settings further `CAIRN_*` settings
   */
  async server(settings: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const engine = await ensureContainerEngine({ stateDirectory, say: say })
    if (engine.started) this.#started.defer(() => engine.stop())
    process.env['CAIRN_DOCKER_HOST'] = engine.dockerHost
    await ensureBaseImage({ dockerHost: engine.dockerHost, stateDirectory, say: say })
    const limits = { CAIRN_RATE_LIMIT: '1000000', CAIRN_MAX_LIVE_RUNS: '100' }
    return this.#keep(createServerProcess({ ...limits, ...settings }), (server) => server.dispose())
  }

  close(): Promise<void> {
    return this.#started.disposeAsync()
  }

  #contender(program: string, options: object): Promise<Contender> {
    return this.#keep(startContender(program, options), (contender) => contender.stop())
  }

  async #keep<T>(starting: Promise<T>, end: (started: T) => Promise<unknown>): Promise<T> {
    const started = await starting
    this.#started.defer(async () => {
      await end(started)
    })
    return started
  }
}
