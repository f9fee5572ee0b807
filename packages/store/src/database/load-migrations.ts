import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Migration {
  /** `0001-create-tables`; the order of names is the order of application. */
  readonly name: string
  readonly sql: string
  /** sha256 of the file, hexadecimal. */
  readonly checksum: string
}

const migrationName = /^\d{4}-[a-z0-9-]+$/

/** The migrations that this version of Cairn brings. */
export const ownMigrations = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Reads `*.sql` of a directory in name order. */
export async function loadMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).toSorted()
  return Promise.all(files.map((file) => loadMigration(directory, file)))
}

async function loadMigration(directory: string, file: string): Promise<Migration> {
  const name = file.slice(0, -'.sql'.length)
  if (!migrationName.test(name)) throw new Error(`migration file ${file}: the name must look like 0002-add-a-thing.sql`)
  const sql = await readFile(join(directory, file), 'utf8')
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
}
