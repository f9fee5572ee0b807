import { mkdir, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BackupRecord, listBackups, queueBackup, startBackup } from '@cairn/store'
import { silentLogger } from '@cairn/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Backups, startBackups } from '../src/start-backups.ts'
import { type BackupRig, createBackupRig } from './backup-rig.ts'

const installationId = '0197c2d0-0000-7000-8000-000000000000'
const yearly = { cron: '0 0 1 1 *', timezone: 'UTC' }

let rig: BackupRig
beforeAll(async () => {
  rig = await createBackupRig()
})
beforeEach(() => rig.database.pool.query('delete from backup'))
afterAll(() => rig.close())

const start = (
  options: { readonly keep?: number; readonly proves?: boolean; readonly now?: () => number } = {},
): Backups =>
  startBackups({
    ...rig,
    policy: { schedule: yearly, keep: options.keep ?? 7, retryMs: 3_600_000 },
    proves: options.proves ?? false,
    checkKeys: () => Promise.resolve(null),
    installationId,
    clock: { now: options.now ?? (() => Date.now()) },
    logger: silentLogger,
    lookEveryMs: 20,
  })

const records = async (): Promise<readonly BackupRecord[]> =>
  (await listBackups(rig.database.db, { pageNumber: 1, pageSize: 100 })).items

const ended = () => expect.poll(async () => (await records())[0]?.ended_at ?? null, { timeout: 25_000 })

test('makes the first backup at once, and no other before the schedule says so', async () => {
  const backups = start()
  await ended().not.toBeNull()
  await backups.stop()
  const [made, ...others] = await records()
  expect(others).toEqual([])
  expect(made).toMatchObject({ status: 'completed', started_by: 'schedule', proof_status: null })
  expect(await readdir(rig.directory)).toContain(made?.file)
})

test('makes one that is asked for, tries it, and says what it read', async () => {
  const id = await queueBackup(rig.database.db, 'request')
  const backups = start({ proves: true })
  await expect.poll(async () => (await records())[0]?.proof_status, { timeout: 25_000 }).toBe('proven')
  await backups.stop()
  const [made] = await records()
  expect(made).toMatchObject({ id, status: 'completed', started_by: 'request', proof_objects: 0 })
  expect(made?.proof_rows).toBeGreaterThan(0)
})

test('asks for one at a time', async () => {
  expect(await queueBackup(rig.database.db, 'request')).toEqual(expect.any(Number))
  expect(await queueBackup(rig.database.db, 'request')).toBeNull()
})

test('keeps as many as it is told to, and takes the files of the others away', async () => {
  const backups = start({ keep: 2 })
  for (let round = 0; round < 3; round += 1) {
    await queueBackup(rig.database.db, 'request')
    await expect
      .poll(async () => (await records()).filter(({ status }) => status === 'completed').length, { timeout: 25_000 })
      .toBeGreaterThan(round)
  }
  await expect.poll(async () => (await records()).filter(({ removed_at }) => removed_at !== null).length).toBe(1)
  await backups.stop()
  const files = await readdir(rig.directory)
  for (const { file, removed_at } of await records()) expect(files.includes(file ?? '')).toBe(removed_at === null)
})

test('settles what a process that died left: half a file goes, a whole one counts', async () => {
  const half = await queueBackup(rig.database.db, 'request')
  await startBackup(rig.database.db, half ?? 0, 'cairn-0197c2d0-2026-05-01T02-00-00Z.tgz')
  await writeFile(join(rig.directory, 'cairn-0197c2d0-2026-05-01T02-00-00Z.tgz.part'), 'half')
  await writeFile(join(rig.directory, 'cairn-ffffffff-2026-05-01T02-00-00Z.tgz.part'), "another installation's")
  const afterDeath = start()
  await expect.poll(async () => (await records()).at(-1)?.status).toBe('failed')
  await afterDeath.stop()
  const files = await readdir(rig.directory)
  expect(files).not.toContain('cairn-0197c2d0-2026-05-01T02-00-00Z.tgz.part')
  expect(files).toContain('cairn-ffffffff-2026-05-01T02-00-00Z.tgz.part')

  await rig.database.pool.query('delete from backup')
  const restored = await queueBackup(rig.database.db, 'request')
  await startBackup(rig.database.db, restored ?? 0, 'cairn-0197c2d0-2026-05-02T02-00-00Z.tgz')
  await writeFile(join(rig.directory, 'cairn-0197c2d0-2026-05-02T02-00-00Z.tgz'), 'whole')
  const afterRestore = start()
  await expect.poll(async () => (await records()).at(-1)).toMatchObject({ status: 'completed', size_bytes: 5 })
  await afterRestore.stop()
})

test('breaks off when the server stops, and makes it at the next start', async () => {
  await queueBackup(rig.database.db, 'request')
  const backups = start()
  await expect.poll(async () => (await records())[0]?.status).toBe('running')
  await backups.stop()
  const [broken] = await records()
  expect(broken).toMatchObject({ status: 'queued', started_by: 'request', file: null })
  expect(
    (await readdir(rig.directory)).filter((name) => name.endsWith('Z.tgz.part') && name.includes('0197c2d0')),
  ).toEqual([])
  const again = start()
  await ended().not.toBeNull()
  await again.stop()
  expect(await records()).toMatchObject([{ id: broken?.id, status: 'completed' }])
})

test('goes on when the database ended in the middle: that backup has failed, and the next is made', async () => {
  // It takes a second to copy, so that the database ends before the copy of it does.
  const filler = join(rig.dataDirectory, 'postgres/cluster/filler')
  await writeFile(filler, '')
  await truncate(filler, 1 << 28)
  const first = await queueBackup(rig.database.db, 'request')
  const backups = start()
  await expect.poll(async () => (await records())[0]?.status).toBe('running')
  process.kill(rig.databasePid(), 'SIGQUIT')
  await rm(filler)
  const statusOf = async (id: number | null) =>
    (await records().catch(() => [])).find((each) => each.id === id)?.status ?? null
  await expect.poll(() => statusOf(first), { timeout: 20_000 }).toBe('failed')
  const next = await queueBackup(rig.database.db, 'request')
  expect(next).toEqual(expect.any(Number))
  await expect.poll(() => statusOf(next), { timeout: 20_000 }).toBe('completed')
  await backups.stop()
})

test('gives no backup the name of another, though the clock stands still', async () => {
  const now = Date.now() + 3_600_000
  const backups = start({ now: () => now })
  for (let round = 0; round < 2; round += 1) {
    await expect.poll(() => queueBackup(rig.database.db, 'request')).toEqual(expect.any(Number))
    await ended().not.toBeNull()
  }
  await backups.stop()
  const [second, first] = await records()
  expect(second?.file).not.toBe(first?.file)
  expect(await readdir(rig.directory)).toEqual(expect.arrayContaining([first?.file, second?.file]))
})

test('takes up files again that were on a disk that was not there for a while', async () => {
  const id = await queueBackup(rig.database.db, 'request')
  const first = start()
  await ended().not.toBeNull()
  await first.stop()
  await rename(rig.directory, `${rig.directory}.away`)
  await mkdir(rig.directory)
  const isKept = async (): Promise<boolean> => (await records()).find((each) => each.id === id)?.removed_at === null
  const without = start()
  await expect.poll(isKept).toBe(false)
  await without.stop()
  await rm(rig.directory, { recursive: true })
  await rename(`${rig.directory}.away`, rig.directory)
  const again = start()
  await expect.poll(isKept).toBe(true)
  await again.stop()
})

test('tries a backup at the next start when a stop came first, and not again when the process died of it', async () => {
  await queueBackup(rig.database.db, 'request')
  const proofOf = async () => (await records())[0]?.proof_status
  const stopped = start({ proves: true })
  await expect.poll(proofOf, { timeout: 20_000 }).toBe('running')
  await stopped.stop()
  expect(await proofOf()).toBeNull()
  const next = start({ proves: true })
  await expect.poll(proofOf, { timeout: 20_000 }).toBe('proven')
  await next.stop()
  await rig.database.pool.query("update backup set proof_status = 'running'")
  const afterDeath = start({ proves: true })
  await expect.poll(proofOf).toBe('failed')
  await afterDeath.stop()
  expect(await records()).toMatchObject([{ proof_error: expect.stringContaining('ended meanwhile') }])
})
