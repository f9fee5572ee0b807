import { createTestDatabase } from '@cairn/testkit'
import { afterAll, expect, test } from 'vitest'
import { completeBuild, endBuild, returnBuild, startBuild } from '../../src/builds/change-build.ts'
import { findForgottenBuilds } from '../../src/builds/find-forgotten-builds.ts'
import { lockBuild } from '../../src/builds/lock-build.ts'
import type { Tx } from '../../src/database/database.ts'
import { insertBuild } from '../../src/images/insert-build.ts'
import { insertImage, insertImageVersion } from '../../src/images/insert-image.ts'
import { readResourceEvents } from '../../src/resource-events/record-resource-event.ts'
import { ensureTenant } from '../../src/tenants/ensure-tenant.ts'

const clone = await createTestDatabase()
const { database } = clone
afterAll(() => clone.drop())

interface Made {
  readonly id: number
  readonly tenantId: string
  readonly versionId: number
}

let images = 0
async function makeBuild(tenant = 'default'): Promise<Made> {
  images += 1
  return database.transaction(async (tx) => {
    const tenantId = await ensureTenant(tx, tenant)
    const by = { tenantId, createdBy: 'a@example.com' }
    const imageId = (await insertImage(tx, { ...by, name: `i${images}`, type: 'api' })) ?? 0
    const version = {
      ...by,
      imageId,
      version: '0.0.1',
      description: '',
      buildDetails: { context: 'app' },
      contextSha256: null,
    }
    const versionId = (await insertImageVersion(tx, version)) ?? 0
    return { id: await insertBuild(tx, { tenantId, imageId, versionId }), tenantId, versionId }
  })
}

const change = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.transaction(work)
const image = { engineImageId: 'sha256:1', engineTag: 'cairn/x/1:1', sizeBytes: 5, exposedPorts: [80] }
const failed = { status: 'failed', reason: 'it failed' } as const
const read = (build: Made): ReturnType<typeof lockBuild> => change((tx) => lockBuild(tx, build.id))

test('A build is read with what it builds and how many are ahead of it', async () => {
  const tenant = crypto.randomUUID()
  const first = await makeBuild(tenant)
  const second = await makeBuild(tenant)
  await makeBuild('another')
  expect(await read(second)).toMatchObject({
    id: second.id,
    version: '0.0.1',
    versionStatus: 'not-ready',
    status: 'queued',
    attempts: 0,
    buildsAhead: 1,
    details: { context: 'app' },
  })
  await change((tx) => endBuild(tx, first, 0, failed))
  expect(await read(second)).toMatchObject({ buildsAhead: 0, ageMs: expect.any(Number) })
  expect(await change((tx) => lockBuild(tx, 987_654))).toBeNull()
})

test('Each attempt starts once, and only the current one can end the build', async () => {
  const build = await makeBuild()
  expect(await change((tx) => startBuild(tx, build, 1))).toBe(true)
  expect(await change((tx) => startBuild(tx, build, 1))).toBe(false)
  expect(await change((tx) => startBuild(tx, build, 2))).toBe(true)
  expect(await change((tx) => completeBuild(tx, build, 1, image))).toBe('not_current')
  expect(await change((tx) => endBuild(tx, build, 1, failed))).toBe(false)
  expect(await change((tx) => returnBuild(tx, build, 1, { reason: 'r', isCounted: false }))).toBe(false)
  expect(await change((tx) => completeBuild(tx, build, 2, image))).toBe('completed')
  expect(await read(build)).toMatchObject({ status: 'success', versionStatus: 'ready' })
})

test('A build that ended stays as it ended', async () => {
  const build = await makeBuild()
  await change((tx) => startBuild(tx, build, 1))
  expect(await change((tx) => endBuild(tx, build, 1, failed))).toBe(true)
  expect(await change((tx) => endBuild(tx, build, 1, { status: 'stopped', reason: 'late' }))).toBe(false)
  expect(await change((tx) => completeBuild(tx, build, 1, image))).toBe('not_current')
  expect(await change((tx) => startBuild(tx, build, 2))).toBe(false)
  expect(await read(build)).toMatchObject({ status: 'failed', versionStatus: 'not-ready' })
  const resource = { tenantId: build.tenantId, kind: 'build', resourceId: String(build.id) }
  expect(await readResourceEvents(database.db, resource)).toMatchObject([{ type: 'build.failed', reason: 'it failed' }])
})

test('A returned build is queued again, with its attempt counted or not', async () => {
  const build = await makeBuild()
  await change((tx) => startBuild(tx, build, 1))
  await change((tx) => returnBuild(tx, build, 1, { reason: 'away', isCounted: false }))
  expect(await read(build)).toMatchObject({ status: 'queued', attempts: 0 })
  await change((tx) => startBuild(tx, build, 1))
  await change((tx) => returnBuild(tx, build, 1, { reason: 'odd', isCounted: true }))
  expect(await read(build)).toMatchObject({ status: 'queued', attempts: 1 })
})

test('A build whose version is being deleted stops instead of making it ready', async () => {
  const build = await makeBuild()
  await change((tx) => startBuild(tx, build, 1))
  await database.db.updateTable('image_version').set({ status: 'deleting' }).where('id', '=', build.versionId).execute()
  expect(await change((tx) => completeBuild(tx, build, 1, image))).toBe('not_wanted')
  expect(await read(build)).toMatchObject({ status: 'stopped', versionStatus: 'deleting' })
})

test('Live builds without work are found, ended ones are not', async () => {
  const lost = await makeBuild()
  const ended = await makeBuild()
  await change((tx) => endBuild(tx, ended, 0, failed))
  const found = await findForgottenBuilds(database.db)
  expect([found.includes(lost.id), found.includes(ended.id)]).toEqual([true, false])
})
