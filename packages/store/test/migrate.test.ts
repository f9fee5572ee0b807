import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate, MigrationError } from '../src/index.ts'

let subject: TestDatabase
let directory: string
beforeEach(async () => {
  subject = await createTestDatabase()
  await subject.database.pool.query('drop schema public cascade; create schema public')
  directory = await mkdtemp(join(tmpdir(), 'cairn-migrations-'))
  await write('0001-first', 'create table first (id integer);')
})
afterEach(async () => {
  await subject.drop()
  await rm(directory, { recursive: true })
})

const write = (name: string, text: string): Promise<void> => writeFile(join(directory, `${name}.sql`), text)
const migrateHere = (): Promise<void> => migrate(subject.database, directory)
const tables = async (): Promise<string[]> => {
  const { rows } = await subject.database.pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  return rows.map((row) => row.name)
}

test('applies what is missing, in the order of names, and nothing twice', async () => {
  await write('0010-third', 'alter table second add column more integer;')
  await write('0002-second', 'create table second (id integer);')
  await migrateHere()
  await migrateHere()
  const { rows } = await subject.database.pool.query('select name from cairn_migration order by applied_at, name')
  expect(rows).toEqual([{ name: '0001-first' }, { name: '0002-second' }, { name: '0010-third' }])
})

test('lets many processes migrate at once', async () => {
  await Promise.all(Array.from({ length: 5 }, migrateHere))
  expect(await tables()).toEqual(['cairn_migration', 'first'])
})

test('leaves no trace of a migration that fails, and keeps those before it', async () => {
  await write('0002-broken', 'create table half (id integer); select 1 / 0;')
  await expect(migrateHere()).rejects.toThrow(/migration 0002-broken failed.*division by zero/)
  expect(await tables()).toEqual(['cairn_migration', 'first'])
  await write('0002-broken', 'create table whole (id integer);')
  await migrateHere()
  expect(await tables()).toEqual(['cairn_migration', 'first', 'whole'])
})

test('refuses a file that was changed after it was applied', async () => {
  await migrateHere()
  await write('0001-first', 'create table first (id bigint);')
  await expect(migrateHere()).rejects.toThrow(/0001-first was changed after it was applied/)
})

test('refuses a database that a newer version has migrated', async () => {
  await write('0002-newer', 'create table newer (id integer);')
  await migrateHere()
  await rm(join(directory, '0002-newer.sql'))
  await expect(migrateHere()).rejects.toThrow(/newer Cairn \(it has 0002-newer, this version knows up to 0001-first\)/)
})

test('refuses a file that comes before one that is applied', async () => {
  await write('0003-late', 'create table late (id integer);')
  await migrateHere()
  await write('0002-forgotten', 'create table forgotten (id integer);')
  await expect(migrateHere()).rejects.toThrow(/0002-forgotten comes before 0003-late/)
})

test('refuses a file whose name has no number', async () => {
  await write('first', 'select 1;')
  await expect(migrateHere()).rejects.toThrow(/must look like 0002-add-a-thing.sql/)
})

test('a refused database can be migrated by the right version afterwards', async () => {
  await write('0002-newer', 'create table newer (id integer);')
  await migrateHere()
  const older = await mkdtemp(join(tmpdir(), 'cairn-migrations-'))
  await expect(migrate(subject.database, older)).rejects.toBeInstanceOf(MigrationError)
  await rm(older, { recursive: true })
  await migrateHere()
})
