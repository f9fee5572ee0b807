/**
 * Forward-only migrations. Always true: `cairn_migration` holds a prefix of the files in name order, each row written in
 * the same transaction as the change it stands for. One session advisory lock lets a single process migrate at a time.
 */
import type { PoolClient } from 'pg'
import type { Database } from './database.ts'
import { loadMigrations, type Migration, ownMigrations } from './load-migrations.ts'

/** 'cair' as a number; other users of the database have no reason to hit it. */
const advisoryLock = 0x63616972

/** The database does not fit this version of Cairn. The message says what to do. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MigrationError'
  }
}

interface AppliedMigration {
  readonly name: string
  readonly checksum: string
}

/**
 * Brings the database to this version's schema. Safe to call from many processes at once.
 *
 * @param directory where the `*.sql` files are; the ones of this package unless a test brings its own
 * @throws MigrationError when an applied file was changed, or when the database was written by a newer Cairn
 */
export async function migrate(database: Database, directory: string = ownMigrations): Promise<void> {
  const migrations = await loadMigrations(directory)
  const client = await database.pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [advisoryLock])
    await applyMissing(client, migrations)
    await client.query('select pg_advisory_unlock($1)', [advisoryLock])
  } catch (error) {
    // The end of the session rolls back and frees the lock, whatever state the connection is in.
    client.release(true)
    throw error
  }
  client.release()
}

async function applyMissing(client: PoolClient, migrations: readonly Migration[]): Promise<void> {
  await client.query(`create table if not exists cairn_migration (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`)
  const { rows } = await client.query<AppliedMigration>('select name, checksum from cairn_migration')
  for (const migration of missingMigrations(migrations, rows)) await apply(client, migration)
}

/**
 * What is left to apply, in order.
 *
 * @throws MigrationError when what was applied is not a prefix of what is known
 */
export function missingMigrations(known: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const byName = new Map(known.map((migration) => [migration.name, migration]))
  const newest = known.at(-1)?.name ?? 'none'
  for (const row of applied) {
    const migration = byName.get(row.name)
    if (migration === undefined) {
      throw new MigrationError(
        `the database was migrated by a newer Cairn (it has ${row.name}, this version knows up to ${newest}): start that version or newer, or restore a backup made before the upgrade`,
      )
    }
    if (migration.checksum !== row.checksum) {
      throw new MigrationError(
        `migration ${row.name} was changed after it was applied to this database: restore the file as released and put the change into a new migration`,
      )
    }
  }
  const done = new Set(applied.map((row) => row.name))
  const missing = known.filter((migration) => !done.has(migration.name))
  const last = applied
    .map((row) => row.name)
    .toSorted()
    .at(-1)
  const late = missing.find((migration) => last !== undefined && migration.name < last)
  if (late !== undefined) {
    throw new MigrationError(
      `migration ${late.name} comes before ${last}, which is already applied: give it a later number`,
    )
  }
  return missing
}

async function apply(client: PoolClient, migration: Migration): Promise<void> {
  try {
    await client.query('begin')
    await client.query('insert into cairn_migration (name, checksum) values ($1, $2)', [
      migration.name,
      migration.checksum,
    ])
    await client.query(migration.sql)
    await client.query('commit')
  } catch (error) {
    throw new MigrationError(`migration ${migration.name} failed and left no trace: ${String(error)}`, { cause: error })
  }
}
