import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '@cairn/store'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeBackup } from '../src/make-backup.ts'
import { type CheckKeys, proveBackup } from '../src/prove-backup.ts'
import { type BackupRig, createBackupRig, openEmbedded } from './backup-rig.ts'

let rig: BackupRig
beforeAll(async () => {
  rig = await createBackupRig()
})
afterEach(() => rig.database.pool.query('drop database if exists tenant with (force)'))
afterAll(() => rig.close())

async function makeAndProve(
  options: { readonly checkKeys?: CheckKeys; readonly signal?: AbortSignal } = {},
): ReturnType<typeof proveBackup> {
  const file = `${randomBytes(4).toString('hex')}.tgz`
  const { checkKeys = () => Promise.resolve(null), signal = new AbortController().signal } = options
  await makeBackup({ ...rig, file, signal })
  return proveBackup({ ...rig, archive: join(rig.directory, file), live: rig.database, checkKeys, signal })
}

/** A database of a tenant, as the administrator. */
async function openTenant(): Promise<Database> {
  await rig.database.pool.query('create database tenant')
  const url = new URL(rig.databaseUrl)
  url.pathname = '/tenant'
  return openEmbedded(url.href)
}

describe('the proof of a backup of databases that others write to', () => {
  test('calls no function that a tenant made, however its name is', async () => {
    const tenant = await openTenant()
    const trap = "language plpgsql as $$ begin raise exception 'a tenant''s function was called'; end $$"
    await tenant.pool.query(`create function format(text, name, name) returns text ${trap}`)
    await tenant.pool.query(`create function quote_ident(name) returns text ${trap}`)
    await tenant.close()
    expect(await makeAndProve()).toMatchObject({ kind: 'proven' })
  })

  test('does not miss what there is none of: rows of temporary tables, of views without data, of half a database', async () => {
    const tenant = await openTenant()
    const session = await tenant.pool.connect()
    await session.query('create temporary table passing as select 1')
    await session.query('create materialized view unfilled as select 1 with no data')
    // As a removal that was broken off leaves it.
    await rig.database.pool.query("update pg_database set datconnlimit = -2 where datname = 'postgres'")
    const result = await makeAndProve()
    await rig.database.pool.query("update pg_database set datconnlimit = -1 where datname = 'postgres'")
    session.release()
    await tenant.close()
    expect(result).toMatchObject({ kind: 'proven' })
  })

  test('reads databases that take no connections', async () => {
    const tenant = await openTenant()
    await tenant.pool.query('create table many as select generate_series(1, 123456)')
    await tenant.close()
    await rig.database.pool.query('alter database tenant with allow_connections false')
    const result = await makeAndProve()
    expect(result.kind === 'proven' && result.rows).toBeGreaterThan(123_456)
  })

  test('fails when a page of a large value is damaged', async () => {
    const { pool } = rig.database
    await pool.query('create table large (value text)')
    await pool.query('alter table large alter value set storage external')
    await pool.query("insert into large select repeat('x', 100000)")
    await pool.query('checkpoint')
    const { rows } = await pool.query<{ path: string }>(
      "select pg_relation_filepath(reltoastrelid) as path from pg_class where relname = 'large'",
    )
    const file = await open(join(rig.dataDirectory, 'postgres/cluster', rows[0]?.path ?? ''), 'r+')
    await file.write(Buffer.from('damage'), 0, 6, 4000)
    await file.close()
    const result = await makeAndProve()
    await pool.query('drop table large')
    expect(result).toMatchObject({ kind: 'failed', error: expect.stringContaining('invalid page') })
  })
})

test('a proof says how many objects are missing, also when they are very many', async () => {
  await rig.database.pool.query(
    `insert into stored_object (sha256, size_bytes)
     select encode(sha256(number::text::bytea), 'hex'), 1 from generate_series(1, 70000) as number`,
  )
  const result = await makeAndProve()
  await rig.database.pool.query('delete from stored_object')
  expect(result).toMatchObject({ kind: 'failed', error: expect.stringMatching(/^70000 objects .* are missing/) })
})

test('a proof that is broken off ends a query that would go on for long', async () => {
  const broken = new AbortController()
  const proving = makeAndProve({
    signal: broken.signal,
    async checkKeys(restored) {
      const asleep = restored.pool.query('select pg_sleep(1000)')
      broken.abort(new Error('broken off'))
      await asleep
      return null
    },
  })
  await expect(proving).rejects.toThrow('broken off')
})
