import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '@cairn/store'
import { pack as createPack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBackup } from '../src/make-backup.ts'
import { proveBackup } from '../src/prove-backup.ts'
import { RestoreRefusedError, restoreBackup } from '../src/restore-backup.ts'
import { DamagedBackupError } from '../src/unpack-backup.ts'
import { type BackupRig, createBackupRig, openEmbedded } from './backup-rig.ts'

const signal = new AbortController().signal
const fine = () => Promise.resolve(null)

let rig: BackupRig
beforeAll(async () => {
  rig = await createBackupRig()
  await rig.database.pool.query(
    'create table written (id bigint generated always as identity primary key, filling text)',
  )
})
afterAll(() => rig.close())

const make = (file: string): Promise<number> => makeBackup({ ...rig, file, signal })
const prove = (file: string) =>
  proveBackup({ ...rig, archive: join(rig.directory, file), live: rig.database, checkKeys: fine, signal })

/** Writes row after row until it is stopped; each is committed before the next. */
function writeOn(): { stop: () => Promise<number> } {
  const stopped = new AbortController()
  const writing = (async () => {
    let last = 0
    while (!stopped.signal.aborted) {
      const { rows } = await rig.database.pool.query<{ id: number }>(
        'insert into written (filling) values ($1) returning id',
        [randomBytes(2000).toString('hex')],
      )
      last = rows[0]?.id ?? last
      if (last % 50 === 0) await rig.database.pool.query('delete from written where id % 7 = 0')
      if (last % 200 === 0) await rig.database.pool.query('checkpoint')
    }
    return last
  })()
  return {
    stop: () => {
      stopped.abort()
      return writing
    },
  }
}

async function writeTar(path: string, entries: readonly (readonly [string, string | null])[]): Promise<void> {
  const pack = createPack()
  for (const [name, content] of entries) {
    if (content === null) pack.entry({ name, type: 'symlink', linkname: '/etc/passwd' })
    else pack.entry({ name }, content)
  }
  pack.finalize()
  await mkdir(dirname(path), { recursive: true })
  await pipeline(pack, createGzip(), createWriteStream(path))
}

describe('a backup that is made while the database is written to', () => {
  test('has every row that was committed before it began, and is one state of the database', async () => {
    const writer = writeOn()
    const before = await rig.database.pool.query<{ id: number }>(
      "insert into written (filling) values ('before') returning id",
    )
    const object = await rig.putObject(randomBytes(100_000))
    await make('live.tgz')
    await writer.stop()

    const target = join(rig.dataDirectory, '../restored')
    await restoreBackup(join(rig.directory, 'live.tgz'), target, signal)
    const postgres = await startEmbeddedPostgres({ directory: join(target, 'postgres'), log: () => undefined })
    const restored = openEmbedded(postgres.url)
    try {
      const kept = await restored.pool.query<{ count: number; indexed: number }>(
        `select count(*) as count, (select count(*) from written where id > 0) as indexed from written`,
      )
      expect(kept.rows[0]?.count).toBe(kept.rows[0]?.indexed)
      const { rows } = await restored.pool.query('select filling from written where id = $1', [before.rows[0]?.id])
      expect(rows).toEqual([{ filling: 'before' }])
      expect(await restored.db.selectFrom('stored_object').select('sha256').execute()).toEqual([{ sha256: object }])
    } finally {
      await restored.close()
      await postgres.stop()
      await removeEmbeddedPostgres(join(target, 'postgres'))
    }
    expect(await readFile(join(target, 'objects/objects', object.slice(0, 2), object))).toHaveLength(100_000)
    expect(await readFile(join(target, 'keys/links'))).toEqual(await readFile(join(rig.dataDirectory, 'keys/links')))
  })

  test('can be read by its owner alone', async () => {
    await make('closed.tgz')
    const { mode } = await stat(join(rig.directory, 'closed.tgz'))
    expect(mode & 0o777).toBe(0o600)
    expect((await stat(rig.directory)).mode & 0o777).toBe(0o700)
  })

  test('follows a link in the place of a whole part, and fails rather than leave out what another link leads to', async () => {
    const keys = join(rig.dataDirectory, 'keys')
    await rename(keys, `${keys}.elsewhere`)
    await symlink(`${keys}.elsewhere`, keys)
    await make('led.tgz')
    const target = join(rig.dataDirectory, '../of-links')
    await restoreBackup(join(rig.directory, 'led.tgz'), target, signal)
    expect(await readFile(join(target, 'keys/links'))).toHaveLength(32)

    await symlink('/etc/hostname', join(keys, 'secrets'))
    await expect(make('leading-out.tgz')).rejects.toThrow('is a link')
    await rm(keys)
    await rename(`${keys}.elsewhere`, keys)
    await rm(join(keys, 'secrets'))
  })

  test('leaves no replication slot that would keep the log for ever, also when it is broken off', async () => {
    const broken = new AbortController()
    const making = makeBackup({ ...rig, file: 'broken.tgz', signal: broken.signal })
    broken.abort(new Error('broken off'))
    await expect(making).rejects.toThrow('broken off')
    await make('whole.tgz')
    await expect
      .poll(async () => (await rig.database.pool.query('select slot_name from pg_replication_slots')).rows)
      .toEqual([])
    expect((await readdir(rig.directory)).filter((name) => name.startsWith('broken'))).toEqual([])
  })
})

describe('the proof of a backup', () => {
  test('reads every row of every database and every object, and leaves nothing', async () => {
    await rig.database.pool.query('create database another')
    await make('good.tgz')
    const result = await prove('good.tgz')
    expect(result).toMatchObject({ kind: 'proven', objects: 1 })
    expect(result.kind === 'proven' && result.rows).toBeGreaterThan(100)
    await expect(stat(rig.scratch)).rejects.toThrow('ENOENT')
    await rig.database.pool.query('drop database another')
  })

  test('fails when the file ends early', async () => {
    await make('cut.tgz')
    const path = join(rig.directory, 'cut.tgz')
    const whole = await readFile(path)
    await writeFile(path, whole.subarray(0, whole.length - 5000))
    expect(await prove('cut.tgz')).toMatchObject({ kind: 'failed', error: expect.stringContaining('read to its end') })
  })

  test('fails when an object that the database names is not in it, and not when it was removed since', async () => {
    const gone = 'a'.repeat(64)
    await rig.database.db.insertInto('stored_object').values({ sha256: gone, size_bytes: 1 }).execute()
    await make('lost.tgz')
    expect(await prove('lost.tgz')).toMatchObject({ kind: 'failed', error: expect.stringContaining(gone) })
    await rig.database.db.deleteFrom('stored_object').where('sha256', '=', gone).execute()
    expect(await prove('lost.tgz')).toMatchObject({ kind: 'proven' })
  })

  test('fails when an object is not what its name says', async () => {
    const object = await rig.putObject(Buffer.from('as it should be'))
    await writeFile(join(rig.dataDirectory, 'objects/objects', object.slice(0, 2), object), 'as it should bE')
    await make('rotten.tgz')
    expect(await prove('rotten.tgz')).toMatchObject({ kind: 'failed', error: expect.stringContaining(object) })
    await rm(join(rig.dataDirectory, 'objects/objects', object.slice(0, 2), object))
    await rig.database.db.deleteFrom('stored_object').where('sha256', '=', object).execute()
  })

  test('fails with what is wrong with the keys', async () => {
    await make('keys.tgz')
    const archive = join(rig.directory, 'keys.tgz')
    const checkKeys = () => Promise.resolve('they are those of another installation')
    expect(await proveBackup({ ...rig, archive, live: rig.database, checkKeys, signal })).toEqual({
      kind: 'failed',
      error: 'they are those of another installation',
    })
  })
})

describe('a restore', () => {
  test('refuses a directory that holds something, and a file that is not there', async () => {
    const file = join(rig.directory, 'closed.tgz')
    await expect(restoreBackup(file, rig.dataDirectory, signal)).rejects.toThrow('is not empty')
    await expect(restoreBackup(`${file}.no`, join(rig.directory, 'no'), signal)).rejects.toThrow('cannot be read')
  })

  test.each([
    ['leads out', '../outside', 'x'],
    ['is absolute', '/etc/cron.d/x', 'x'],
    ['is beside what a backup holds', 'temporary/x', 'x'],
    ['is a link', 'keys/links', null],
  ])('refuses an archive with an entry that %s, and writes none of it', async (_, name, content) => {
    const archive = join(rig.directory, 'hostile.tgz')
    await writeTar(archive, [[name, content]])
    const target = join(rig.directory, `hostile-${randomBytes(4).toString('hex')}`)
    await expect(restoreBackup(archive, target, signal)).rejects.toThrow('it is no backup')
    expect(await readdir(`${target}.unfinished`)).toEqual([])
  })

  test('refuses an archive that has an entry twice as damaged', async () => {
    const archive = join(rig.directory, 'twice.tgz')
    await writeTar(archive, [
      ['keys/links', 'one'],
      ['keys/links', 'other'],
    ])
    const restoring = restoreBackup(archive, join(rig.directory, 'twice'), signal)
    await expect(restoring).rejects.toThrow(DamagedBackupError)
  })

  test('refuses a link in the place of the directory before anything is written', async () => {
    const target = join(rig.directory, 'led')
    await mkdir(join(rig.directory, 'empty'))
    await symlink(join(rig.directory, 'empty'), target)
    const restoring = restoreBackup(join(rig.directory, 'closed.tgz'), target, signal)
    await expect(restoring).rejects.toThrow(RestoreRefusedError)
    await expect(stat(`${target}.unfinished`)).rejects.toThrow('ENOENT')
  })

  test('gives each file the mode that it had', async () => {
    const target = join(rig.directory, 'modes')
    await mkdir(target)
    await restoreBackup(join(rig.directory, 'closed.tgz'), target, signal)
    for (const path of ['keys', 'keys/links', 'postgres/password', 'postgres/cluster', 'postgres/cluster/PG_VERSION']) {
      const [kept, restored] = await Promise.all([rig.dataDirectory, target].map((root) => stat(join(root, path))))
      expect([path, restored?.mode, restored?.uid]).toEqual([path, kept?.mode, kept?.uid])
    }
  })

  test('does not follow a link that stands in the place of the unfinished directory', async () => {
    const target = join(rig.directory, 'linked')
    await mkdir(join(rig.directory, 'elsewhere'))
    await symlink(join(rig.directory, 'elsewhere'), `${target}.unfinished`)
    await expect(restoreBackup(join(rig.directory, 'closed.tgz'), target, signal)).rejects.toThrow('remove it first')
  })
})
