import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, migrate, openDatabase, removeEmbeddedPostgres, startEmbeddedPostgres } from '@cairn/store'

/** An installation's data directory with a PostgreSQL that runs on it, and a directory for its backups. */
export interface BackupRig {
  readonly dataDirectory: string
  readonly directory: string
  readonly scratch: string
  readonly database: Database
  readonly databaseUrl: string
  readonly databasePid: () => number
  readonly putObject: (content: Buffer) => Promise<string>
  readonly close: () => Promise<void>
}

export const openEmbedded = (url: string): Database =>
  openDatabase({ url, maxConnections: 4, applicationName: 'backup-test', onError: () => undefined })

export async function createBackupRig(): Promise<BackupRig> {
  const root = await mkdtemp(join(tmpdir(), 'cairn-backup-test-'))
  // The server of the database runs as a user of its own, which has to get in.
  const dataDirectory = join(root, 'data')
  await chmod(root, 0o755)
  await mkdir(join(dataDirectory, 'objects', 'objects'), { recursive: true })
  await mkdir(join(dataDirectory, 'keys'), { mode: 0o700 })
  await writeFile(join(dataDirectory, 'keys', 'links'), randomBytes(32), { mode: 0o600 })
  const postgres = await startEmbeddedPostgres({
    directory: join(dataDirectory, 'postgres'),
    log: () => undefined,
  })
  const database = openEmbedded(postgres.url)
  await migrate(database)
  return {
    dataDirectory,
    directory: join(root, 'backups'),
    scratch: join(dataDirectory, 'proof'),
    database,
    databaseUrl: postgres.url,
    databasePid: postgres.pid,
    async putObject(content) {
      const sha256 = createHash('sha256').update(content).digest('hex')
      const folder = join(dataDirectory, 'objects', 'objects', sha256.slice(0, 2))
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, sha256), content)
      await database.db.insertInto('stored_object').values({ sha256, size_bytes: content.length }).execute()
      return sha256
    },
    async close() {
      await database.close()
      await postgres.stop()
      await removeEmbeddedPostgres(join(dataDirectory, 'postgres'))
      await rm(root, { recursive: true })
    },
  }
}
