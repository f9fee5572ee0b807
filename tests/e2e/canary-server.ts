/** A server that logs everything, on a PostgreSQL of its own that can be searched. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '@cairn/store'
import { createServerProcess, type ServerProcess } from './server-process.ts'

export interface CanaryServer {
  readonly server: ServerProcess
  readonly databaseUrl: string
  dispose(): Promise<void>
}

/** Started; the caller disposes of it. */
export async function openCanaryServer(): Promise<CanaryServer> {
  const postgresDirectory = await mkdtemp(join(tmpdir(), 'cairn-canary-postgres-'))
  await chmod(postgresDirectory, 0o711)
  const postgres = await startEmbeddedPostgres({ directory: postgresDirectory, log: () => undefined })
  const removePostgres = async (): Promise<void> => {
    await postgres.stop()
    await removeEmbeddedPostgres(postgresDirectory)
    await rm(postgresDirectory, { recursive: true, force: true })
  }
  try {
    const server = await createServerProcess({ CAIRN_DATABASE_URL: postgres.url, CAIRN_LOG_LEVEL: 'debug' })
    await server.start()
    return {
      server,
      databaseUrl: postgres.url,
      dispose: async () => {
        await server.dispose()
        await removePostgres()
      },
    }
  } catch (error) {
    await removePostgres()
    throw error
  }
}
