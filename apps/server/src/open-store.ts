import {
  type Database,
  ensureInstallation,
  type Hints,
  migrate,
  openDatabase,
  openHints,
  startEmbeddedPostgres,
} from '@cairn/store'
import type { Logger } from '@cairn/domain'

export interface StoreOptions {
  /** null = the embedded one in `postgresDirectory`. */
  readonly databaseUrl: string | null
  readonly postgresDirectory: string
  readonly maxConnections: number
  readonly logger: Logger
}

export interface OpenedStore {
  readonly database: Database
  readonly hints: Hints
  readonly installationId: string
  /** Of the database, with its user and password. */
  readonly url: string
  /** Closes connections first, then the embedded server. */
  close(): Promise<void>
}

/** Starts the database if it is embedded, migrates it, and connects. Leaves nothing running when it rejects. */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const { logger } = options
  const embedded =
    options.databaseUrl === null
      ? await startEmbeddedPostgres({
          directory: options.postgresDirectory,
          log: (line) => logger.info({ part: 'postgres' }, line),
        })
      : null
  const url = options.databaseUrl ?? embedded?.url ?? ''
  const onError = (error: unknown): void => logger.warn({ err: error, part: 'database' }, 'a connection broke')
  const database = openDatabase({
    url,
    maxConnections: options.maxConnections,
    applicationName: 'cairn',
    onError,
  })
  try {
    await migrate(database)
    const { id } = await ensureInstallation(database.db)
    const hints = openHints({ url, applicationName: 'cairn-hints', onError })
    const close = async (): Promise<void> => {
      await hints.close()
      await database.close()
      await embedded?.stop()
    }
    return { database, hints, installationId: id, url, close }
  } catch (error) {
    await database.close()
    await embedded?.stop()
    throw error
  }
}
