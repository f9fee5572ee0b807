/**
 * All that a whole Cairn consists of, each part real and this test's own, so that each may be killed: two servers on one
 * PostgreSQL and one container engine.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CairnClient, createClient } from '@cairn/sdk'
import {
  type Database,
  type EmbeddedPostgres,
  openDatabase,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '@cairn/store'
import { HttpReceiver } from '@cairn/testkit'
import { createServerProcess, type ServerProcess } from '../../e2e/server-process.ts'
import { type OwnContainerEngine, startOwnContainerEngine } from './own-container-engine.ts'
import type { Reachable } from './random-workflow.ts'

export interface FaultWorld {
  readonly engine: OwnContainerEngine
  readonly postgres: EmbeddedPostgres
  readonly database: Database
  /** The first answers the API and works on runs, the second works on runs alone. */
  readonly servers: readonly [ServerProcess, ServerProcess]
  readonly client: CairnClient
  readonly reachable: Reachable
  dispose(): Promise<void>
}

/** Starts everything and builds the image of the container steps; null where no engine can be started. */
export async function startFaultWorld(): Promise<FaultWorld | null> {
  const parts: (() => Promise<void>)[] = []
  const dispose = async (): Promise<void> => {
    const errors: unknown[] = []
    for (const end of parts.toReversed()) await end().catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be ended')
  }
  try {
    const engine = await startOwnContainerEngine({ diskBytes: null, bridge: null })
    if (engine === null) return null
    parts.push(() => engine.dispose())
    const { postgres, database } = await startDatabase(parts)
    const receiver = await HttpReceiver.open()
    receiver.answer = ({ path, body }, response) => {
      if (path.endsWith('/refuse')) response.writeHead(400)
      response.end(body)
    }
    parts.push(() => receiver.close())
    const servers = await startServers(engine, postgres, parts)
    const client = createClient({ baseUrl: servers[0].baseUrl, token: servers[0].token })
    const reachable = { imageId: await buildImage(client), echoUrl: `${receiver.url}/echo` }
    return { engine, postgres, database, servers, client, reachable, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function startDatabase(parts: (() => Promise<void>)[]) {
  const directory = await mkdtemp(join(tmpdir(), 'cairn-faults-'))
  const postgres = await startEmbeddedPostgres({ directory, log: () => undefined })
  parts.push(async () => {
    await postgres.stop()
    await removeEmbeddedPostgres(directory)
  })
  const onError = () => undefined
  const database = openDatabase({ url: postgres.url, maxConnections: 4, applicationName: 'faults', onError })
  parts.push(() => database.close())
  return { postgres, database }
}

async function startServers(engine: OwnContainerEngine, postgres: EmbeddedPostgres, parts: (() => Promise<void>)[]) {
  const settings = { CAIRN_DATABASE_URL: postgres.url, CAIRN_DOCKER_HOST: engine.dockerHost, CAIRN_LOG_LEVEL: 'info' }
  const front = await createServerProcess(settings, engine.dockerHost)
  parts.push(() => front.discard())
  await front.start()
  const shared = { CAIRN_DATA_DIR: front.dataDirectory, CAIRN_ROLES: 'engine' }
  const second = await createServerProcess({ ...settings, ...shared }, engine.dockerHost)
  parts.push(() => second.discard())
  await second.start()
  return [front, second] as const
}

async function buildImage({ images }: CairnClient): Promise<number> {
  const buildDetails = { source: 'dockerfile' as const, dockerfile: 'FROM debian:bookworm-slim\n' }
  const { imageId, buildId } = await images.createImage({ name: 'base', type: 'workflow', buildDetails })
  await images.waitForBuild(imageId, buildId)
  return imageId
}
