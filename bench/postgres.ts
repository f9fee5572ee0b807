/** The embedded PostgreSQL as the server starts it, with its settings (fsync on), in a directory of the bench's own. */
import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openDatabase, removeEmbeddedPostgres, startEmbeddedPostgres } from '@cairn/store'

export interface BenchPostgres {
  pid(): number
  /** The address of a database of this name, which need not exist. */
  urlOf(database: string): string
  /** Makes a migrated, empty database; answers its address. */
  createDatabase(): Promise<string>
  /** Ends the server and removes its files. */
  close(): Promise<void>
}

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'cairn-bench-postgres-'))
  const postgres = await startEmbeddedPostgres({ directory, log: () => undefined })
  const urlOf = (database: string): string => {
    const url = new URL(postgres.url)
    url.pathname = `/${database}`
    return url.href
  }
  const withDatabase = async (url: string, work: (database: ReturnType<typeof openDatabase>) => Promise<unknown>) => {
    const database = openDatabase({ url, maxConnections: 1, applicationName: 'cairn-bench', onError: console.error })
    try {
      await work(database)
    } finally {
      await database.close()
    }
  }
  return {
    pid: postgres.pid,
    urlOf,
    createDatabase: async () => {
      const name = `bench_${randomBytes(4).toString('hex')}`
      await withDatabase(postgres.url, ({ pool }) => pool.query(`create database ${name}`))
      await withDatabase(urlOf(name), migrate)
      return urlOf(name)
    },
    close: async () => {
      await postgres.stop()
      await removeEmbeddedPostgres(directory)
    },
  }
}
