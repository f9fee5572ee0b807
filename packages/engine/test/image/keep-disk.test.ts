import { defaultDiskPolicy, type DiskPolicy } from '@cairn/domain'
import { readDiskReport } from '@cairn/store'
import { silentLogger } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createDiskKeeper, makeRoom } from '../../src/image/keep-disk.ts'
import { ImageRig, type MadeImage } from './image-rig.ts'

const rig = await ImageRig.create()
afterAll(() => rig.close())
const { database } = rig.test
const { signal } = new AbortController()
const call = () => ({ signal: AbortSignal.timeout(5000) })

beforeEach(() => rig.driver.control.setDisk(null))

/** Looks so many times. */
async function look(times: number, policy: Partial<DiskPolicy> = {}): Promise<void> {
  const keeper = createDiskKeeper({
    database,
    driver: rig.driver,
    logger: silentLogger,
    clock: Date,
    policy: { ...defaultDiskPolicy, ...policy },
    everyMs: 0,
  })
  for (let time = 0; time < times; time += 1) await keeper.run({ signal, holdLease: async () => undefined })
}

/** Versions that were built, and touched so many days ago. */
async function builtDaysAgo(days: number, versions: readonly string[]): Promise<MadeImage> {
  const image = await rig.make(versions)
  for (const [index, tag] of image.tags.entries()) {
    rig.driver.control.addImage(tag, { id: `sha256:${tag}` })
    await sql`update image_version set status = 'ready', engine_image_id = ${`sha256:${tag}`}, engine_tag = ${tag},
      updated_at = now() - ${days} * interval '1 day' where id = ${image.versionIds[index]}`.execute(database.db)
  }
  return image
}

const statuses = async ({ imageId }: MadeImage): Promise<unknown[]> =>
  database.db
    .selectFrom('image_version')
    .select(['version', 'status', 'status_reason as reason'])
    .where('image_id', '=', imageId)
    .orderBy('id')
    .execute()

const isOnEngine = async (tag = ''): Promise<boolean> => (await rig.driver.inspectImage(tag, call())) !== null

async function useIn(image: MadeImage, versionId: number): Promise<void> {
  const steps = { a: { imageId: image.imageId, imageVersionId: versionId, command: 'true' } }
  const named = { tenant_id: image.tenantId, name: `w${versionId}`, created_by: 'x', updated_by: 'x', deleted_at: null }
  const { id } = await database.db.insertInto('workflow').values(named).returning('id').executeTakeFirstOrThrow()
  const revision = { workflow_id: id, revision: 1, body: JSON.stringify({ steps }), created_by: 'x' }
  await database.db.insertInto('workflow_revision').values(revision).execute()
}

describe('The disk', () => {
  test('loses images of versions that nothing has used for long; the latest, the used and the young stay', async () => {
    const old = await builtDaysAgo(31, ['0.0.1', '0.0.2', '0.0.3'])
    await useIn(old, old.versionIds[1] ?? 0)
    const young = await builtDaysAgo(29, ['0.0.1', '0.0.2'])
    await look(2)
    expect(await statuses(old)).toEqual([
      { version: '0.0.1', status: 'not-ready', reason: expect.stringContaining('nothing has used it for 30 days') },
      { version: '0.0.2', status: 'ready', reason: null },
      { version: '0.0.3', status: 'ready', reason: null },
    ])
    expect(await Promise.all(old.tags.map(isOnEngine))).toEqual([false, true, true])
    expect(await Promise.all(young.tags.map(isOnEngine))).toEqual([true, true])
  })

  test('keeps everything when the policy is to keep everything', async () => {
    const image = await builtDaysAgo(400, ['0.0.1', '0.0.2'])
    await look(2, { unusedImageDays: 0 })
    expect(await Promise.all(image.tags.map(isOnEngine))).toEqual([true, true])
  })

  test('loses what no version needs only when it was seen twice, and nothing that somebody else has tagged', async () => {
    const [stray, foreign] = [`cairn/test/${'a'.repeat(32)}/999999:888888`, 'somebody/else:1']
    rig.driver.control.addImage(stray, {})
    rig.driver.control.addImage(foreign, {})
    await look(1)
    expect(await isOnEngine(stray)).toBe(true)
    await look(2)
    expect([await isOnEngine(stray), await isOnEngine(foreign)]).toEqual([false, true])
  })

  test('is measured, and its cache of builds cut to what it may take', async () => {
    rig.driver.control.setDisk({ freeBytes: 10, totalBytes: 100 }, 500)
    await look(1, { buildCacheBytes: 200 })
    expect(await readDiskReport(database.db)).toMatchObject({
      report: { freeBytes: 10, totalBytes: 100, buildCacheBytes: 200, imageBytes: expect.any(Number) },
      measuredAt: expect.any(Date),
    })
    rig.driver.control.setDisk(null)
    await look(1)
    expect(await readDiskReport(database.db)).toMatchObject({ report: { freeBytes: null, totalBytes: null } })
  })
})

describe('A build', () => {
  test('may start while enough is free, and where that cannot be told', async () => {
    rig.driver.control.setDisk({ freeBytes: 100, totalBytes: 100 }, 7)
    expect(await makeRoom(rig.driver, 100, call())).toBeNull()
    expect((await rig.driver.diskUsage(call())).buildCacheBytes).toBe(7)
    rig.driver.control.setDisk(null)
    expect(await makeRoom(rig.driver, 100, call())).toBeNull()
  })

  test('gives up the cache first, and is refused with the figures when that is not enough', async () => {
    rig.driver.control.setDisk({ freeBytes: 1.5e9, totalBytes: 1e12 }, 7)
    expect(await makeRoom(rig.driver, 2e9, call())).toBe(
      'the disk of the container engine is nearly full: 1.50 GB are free and 2.00 GB are kept free (CAIRN_DISK_KEEP_FREE_BYTES); delete images that nobody needs, then build again',
    )
    expect((await rig.driver.diskUsage(call())).buildCacheBytes).toBe(0)
  })
})
