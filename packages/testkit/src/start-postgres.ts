/**
 * Vitest global set-up: one PostgreSQL for the whole run, with one migrated database that tests clone. Projects of one
 * run share it. An address in CAIRN_TEST_DATABASE_URL is used as it is, for example that of another PostgreSQL version.
 */
import { mkdtemp, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DirectoryInUseError, migrate, openDatabase, removeEmbeddedPostgres, startEmbeddedPostgres } from '@cairn/store'
import { Client } from 'pg'
import { serverUrlVariable, templateDatabase, withDatabase } from './test-server.ts'

const directoryPrefix = 'cairn-test-postgres-'
/** The server whose template this run has made; another project of the same run need not make it again. */
const templateReadyVariable = 'CAIRN_TEST_TEMPLATE_READY'

/** Answers the way to end what it started. */
export async function setup(): Promise<() => Promise<void>> {
  const given = process.env[serverUrlVariable]
  if (given !== undefined) {
    if (process.env[templateReadyVariable] !== given) await makeTemplate(given)
    process.env[templateReadyVariable] = given
    return () => Promise.resolve()
  }
  await removeLeftovers()
  const directory = await mkdtemp(join(tmpdir(), directoryPrefix))
  const postgres = await startEmbeddedPostgres({ directory, log: () => undefined })
  await makeTemplate(postgres.url)
  process.env[serverUrlVariable] = postgres.url
  process.env[templateReadyVariable] = postgres.url
  return async () => {
    delete process.env[serverUrlVariable]
    delete process.env[templateReadyVariable]
    await postgres.stop()
    await removeEmbeddedPostgres(directory)
  }
}

async function makeTemplate(serverUrl: string): Promise<void> {
  const client = new Client(serverUrl)
  await client.connect()
  try {
    await client.query(`drop database if exists ${templateDatabase}`)
    await client.query(`create database ${templateDatabase}`)
  } finally {
    await client.end()
  }
  const database = openDatabase({
    url: withDatabase(serverUrl, templateDatabase),
    maxConnections: 1,
    applicationName: 'cairn-test-template',
    onError: () => undefined,
  })
  try {
    await migrate(database)
  } finally {
    await database.close()
  }
}

/** A run that was killed leaves its server and its files; the next run ends and removes them. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(directoryPrefix)) continue
    // A younger one may belong to a run that is only starting and has not locked it yet.
    const found = await stat(join(tmpdir(), name)).catch(() => null)
    if (found === null || Date.now() - found.birthtimeMs < 60_000) continue
    try {
      await removeEmbeddedPostgres(join(tmpdir(), name))
    } catch (error) {
      if (!(error instanceof DirectoryInUseError)) throw error
    }
  }
}
