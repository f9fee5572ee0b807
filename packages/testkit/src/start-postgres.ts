/**
 * Vitest global set-up: one PostgreSQL for the whole run, with one migrated database that tests clone. Projects of one
 * run share it. An address in CAIRN_TEST_DATABASE_URL is used as it is, for example that of another PostgreSQL version.
 */
import { mkdtemp, readdir, stat, statfs } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DirectoryInUseError, migrate, openDatabase, removeEmbeddedPostgres, startEmbeddedPostgres } from '@cairn/store'
import { Client } from 'pg'
import { serverUrlVariable, templateDatabase, withDatabase } from './test-server.ts'

const directoryPrefix = 'cairn-test-postgres-'
/** Files in memory: there a test's copy of the template costs a tenth of what it costs on a disk. */
const memoryDirectory = '/dev/shm'
const neededBytes = 2 * 1024 ** 3
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
  await removeLeftovers(tmpdir())
  const base = await chooseBase()
  if (base !== tmpdir()) await removeLeftovers(base)
  const directory = await mkdtemp(join(base, directoryPrefix))
  const postgres = await startEmbeddedPostgres({ directory, log: () => undefined })
  await leaveFilesUnsynced(postgres.url)
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

async function chooseBase(): Promise<string> {
  const found = await statfs(memoryDirectory).catch(() => null)
  const hasRoom = found !== null && found.bavail * found.bsize > neededBytes && freemem() > 2 * neededBytes
  return hasRoom ? memoryDirectory : tmpdir()
}

/** Only a power cut could tell the difference, and nothing of a test is wanted after one. */
async function leaveFilesUnsynced(serverUrl: string): Promise<void> {
  const client = new Client(serverUrl)
  await client.connect()
  try {
    await client.query('alter system set fsync = off')
    await client.query('alter system set full_page_writes = off')
    await client.query('select pg_reload_conf()')
  } finally {
    await client.end()
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
async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    if (!name.startsWith(directoryPrefix)) continue
    // A younger one may belong to a run that is only starting and has not locked it yet.
    const found = await stat(join(base, name)).catch(() => null)
    if (found === null || Date.now() - found.birthtimeMs < 60_000) continue
    try {
      await removeEmbeddedPostgres(join(base, name))
    } catch (error) {
      if (!(error instanceof DirectoryInUseError)) throw error
    }
  }
}
