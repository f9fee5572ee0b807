import { Readable } from 'node:stream'
import { describeVersionContents, insertStoredObject, writeDiskReport } from '@cairn/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, makeImage } from './api-fixture.ts'

let fixture: ApiFixture
beforeEach(async () => {
  fixture = await createApiFixture()
})
afterEach(() => fixture.close())

const tag = (params: { imageId: number; versionId: number }, ...names: string[]): Promise<Answer> =>
  fixture.call('setImageVersionTags', { params, body: { tags: names.map((name) => ({ name })) } })

async function addVersion(imageId: number, version: string, changes: object = {}): Promise<number> {
  const row = await fixture.database.db
    .insertInto('image_version')
    .values({
      tenant_id: fixture.tenant.id,
      image_id: imageId,
      version,
      status: 'not-ready',
      build_details: '{}',
      context_sha256: null,
      engine_image_id: null,
      engine_tag: null,
      size_bytes: null,
      created_by: 'test',
      updated_by: 'test',
      ...changes,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

async function addBuild(imageId: number, versionId: number, status: 'success' | 'failed'): Promise<void> {
  await fixture.database.db
    .insertInto('build')
    .values({
      tenant_id: fixture.tenant.id,
      image_id: imageId,
      version_id: versionId,
      status,
      reason: null,
      started_at: new Date(),
      finished_at: new Date(),
    })
    .execute()
}

async function imagesBy(query: Readonly<Record<string, string | string[]>>): Promise<unknown[]> {
  const { body } = await fixture.call('listImages', { query })
  return (body['images'] as { name: string }[]).map(({ name }) => name)
}

async function versionsBy(imageId: number, query: Readonly<Record<string, string | string[]>>): Promise<unknown[]> {
  const { body } = await fixture.call('listImageVersions', { params: { imageId }, query })
  return (body['versions'] as { version: string }[]).map(({ version }) => version)
}

describe('the list of images', () => {
  it('filters by the latest version of each: status, last build, tags, part of its version or of the name', async () => {
    const ready = await makeImage(fixture, { name: 'forecast', engineImageId: 'sha256:x' })
    await addBuild(ready.imageId, ready.versionId, 'success')
    const failed = await makeImage(fixture, { name: 'broken' })
    await addBuild(failed.imageId, failed.versionId, 'failed')
    await tag(ready, 'stable', 'gpu')
    await tag(failed, 'old')
    expect(await imagesBy({ status: 'ready' })).toEqual(['forecast'])
    expect(await imagesBy({ lastBuildStatus: 'failed' })).toEqual(['broken'])
    expect(await imagesBy({ lastBuildStatus: ['failed', 'success'] })).toEqual(['broken', 'forecast'])
    expect(await imagesBy({ tags: 'gpu' })).toEqual(['forecast'])
    expect(await imagesBy({ tags: ['gpu', 'old'] })).toEqual(['broken', 'forecast'])
    expect(await imagesBy({ tags: 'gp' })).toEqual([])
    expect(await imagesBy({ scope: 'custom' })).toEqual(['broken', 'forecast'])
    expect(await imagesBy({ scope: 'global' })).toEqual([])
    expect(await imagesBy({ searchTerm: 'CAST' })).toEqual(['forecast'])
    expect(await imagesBy({ searchTerm: '0.0.1', status: 'ready', tags: 'stable' })).toEqual(['forecast'])
    await addVersion(ready.imageId, '0.0.2')
    expect(await imagesBy({ status: 'ready' })).toEqual([])
    expect(await imagesBy({ tags: 'gpu' })).toEqual([])
    expect(await imagesBy({ searchTerm: '0.0.2' })).toEqual(['forecast'])
  })

  it('has an image of exactly the searched name first, however many contain it', async () => {
    const { db } = fixture.database
    await makeImage(fixture, { name: 'app' })
    const names = Array.from({ length: 120 }, (_, index) => `app-${index}`)
    const images = await db
      .insertInto('image')
      .values(names.map((name) => ({ tenant_id: fixture.tenant.id, name, type: 'api' as const, created_by: 'test' })))
      .returning('id')
      .execute()
    for (const { id } of images) await addVersion(id, '0.0.1')
    const answer = await fixture.call('listImages', { query: { searchTerm: 'app', pageSize: '100' } })
    expect(answer.body).toMatchObject({ imageCount: 121, pageCount: 2 })
    expect((await imagesBy({ searchTerm: 'app', pageSize: '100' }))[0]).toBe('app')
  })
})

describe('the list of versions', () => {
  it('filters by status, last build and tags, and puts the exact version first', async () => {
    const { imageId, versionId } = await makeImage(fixture, { engineImageId: 'sha256:x' })
    await addBuild(imageId, versionId, 'success')
    const next = await addVersion(imageId, '0.0.10')
    await addBuild(imageId, next, 'failed')
    await addVersion(imageId, '0.0.1-rc.1')
    await tag({ imageId, versionId }, 'stable')
    expect(await versionsBy(imageId, { status: 'ready' })).toEqual(['0.0.1'])
    expect(await versionsBy(imageId, { lastBuildStatus: 'failed' })).toEqual(['0.0.10'])
    expect(await versionsBy(imageId, { tags: 'stable' })).toEqual(['0.0.1'])
    expect(await versionsBy(imageId, { searchTerm: '0.0.1', pageSize: '1' })).toEqual(['0.0.1'])
    expect(await versionsBy(imageId, { searchTerm: '0.0.1' })).toEqual(['0.0.1', '0.0.1-rc.1', '0.0.10'])
  })
})

describe('tags of a version', () => {
  it('are set as a whole, with their colours, and shown', async () => {
    const params = await makeImage(fixture)
    await tag(params, 'old')
    const tags = [{ name: 'stable', color: '#00aa00' }, { name: 'gpu' }]
    const answer = await fixture.call('setImageVersionTags', { params, body: { tags } })
    expect([answer.status, answer.body]).toEqual([200, { tags }])
    expect((await fixture.call('describeImageVersion', { params })).body).toMatchObject({ tags })
    await tag(params)
    expect((await fixture.call('describeImageVersion', { params })).body).toMatchObject({ tags: [] })
  })

  it('are refused twice, without a name, and for what is not there or not one’s own', async () => {
    const params = await makeImage(fixture)
    const twice = await tag(params, 'a', 'b', 'a')
    expect([twice.status, twice.body['detail']]).toEqual([400, expect.stringContaining('tags.2.name')])
    expect((await tag(params, '')).status).toBe(400)
    expect((await tag({ ...params, versionId: 999_999 }, 'a')).status).toBe(404)
    const { token } = fixture.otherTenant
    expect((await fixture.call('setImageVersionTags', { token, params, body: { tags: [] } })).status).toBe(404)
  })
})

describe('the list of packages of a version', () => {
  it('is handed out as it was stored, to its tenant, with its numbers in the description', async () => {
    const params = await makeImage(fixture, { engineImageId: 'sha256:x' })
    const none = await fixture.call('getImageVersionSbom', { params })
    expect([none.status, none.body['detail']]).toEqual([404, expect.stringContaining('has no list of packages')])
    const list = '{"bomFormat":"CycloneDX"}'
    const stored = await fixture.objectStore.put(Readable.from([Buffer.from(list)]), { maxBytes: 1000 })
    if (stored.kind !== 'stored') throw new Error('too large')
    await fixture.database.transaction(async (tx) => {
      await insertStoredObject(tx, stored)
      const version = { id: params.versionId, version: '0.0.1', engineImageId: 'sha256:x' }
      const summary = { packages: { deb: 88 }, incomplete: null }
      await describeVersionContents(tx, version, { layers: ['sha256:a'], sbomSha256: stored.sha256, summary })
    })
    const answer = await fixture.call('getImageVersionSbom', { params })
    expect([answer.status, answer.text]).toEqual([200, list])
    expect((await fixture.call('describeImageVersion', { params })).body).toMatchObject({
      digest: 'sha256:x',
      layers: ['sha256:a'],
      sbom: { packages: { deb: 88 }, incomplete: null },
    })
    const { token } = fixture.otherTenant
    expect((await fixture.call('getImageVersionSbom', { token, params })).status).toBe(404)
  })
})

describe('the disk', () => {
  it('is told as the engine last measured it, with the policy and what is one’s own', async () => {
    await makeImage(fixture, { engineImageId: 'sha256:x' })
    await makeImage(fixture, { name: 'other', engineImageId: 'sha256:y', tenantId: fixture.otherTenant.id })
    await fixture.database.db.updateTable('image_version').set({ size_bytes: 1000 }).execute()
    const policy = { keepFreeBytes: 2 * 1024 ** 3, buildCacheBytes: 20 * 1024 ** 3, unusedImageDays: 30 }
    const ownImages = { versions: 1, bytes: 1000 }
    expect((await fixture.call('getDisk')).body).toMatchObject({ measuredAt: null, freeBytes: null, policy, ownImages })
    await writeDiskReport(fixture.database.db, {
      freeBytes: 5,
      totalBytes: 10,
      imageBytes: 3,
      containerBytes: 0,
      volumeBytes: 0,
      buildCacheBytes: 1,
    })
    expect((await fixture.call('getDisk')).body).toMatchObject({
      measuredAt: expect.any(String),
      freeBytes: 5,
      buildCacheBytes: 1,
      ownImages,
    })
  })
})
