import { ensureGlobalImages, findImage } from '@cairn/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, formOf, makeImage, numberIn } from './api-fixture.ts'

const python = {
  name: 'cairn-python',
  type: 'workflow',
  version: '1.0.0',
  description: 'Python',
  dockerfile: 'FROM debian:bookworm-slim\n',
} as const

let fixture: ApiFixture
let params: { imageId: number; versionId: number }
beforeEach(async () => {
  fixture = await createApiFixture()
  await fixture.database.transaction((tx) => ensureGlobalImages(tx, [python]))
  const { body } = await fixture.call('listImages', { query: { scope: 'global' } })
  const [image] = body['images'] as { id: number; latestVersion: { id: number } }[]
  params = { imageId: image?.id ?? 0, versionId: image?.latestVersion.id ?? 0 }
})
afterEach(() => fixture.close())

const makeReady = () =>
  fixture.database.db
    .updateTable('image_version')
    .set({ status: 'ready', engine_image_id: 'sha256:p' })
    .where('id', '=', params.versionId)
    .execute()

describe('a global image', () => {
  it('is shown to every tenant, after their own, and made once', async () => {
    await fixture.database.transaction((tx) => ensureGlobalImages(tx, [python]))
    await makeImage(fixture, { name: 'own' })
    const { images } = (await fixture.call('listImages')).body as { images: object[] }
    expect(images).toMatchObject([
      { name: 'own', scope: 'custom' },
      { name: 'cairn-python', scope: 'global', latestVersion: { version: '1.0.0', status: 'not-ready' } },
    ])
    const { token } = fixture.otherTenant
    expect((await fixture.call('listImages', { token })).body).toMatchObject({ imageCount: 1 })
    expect((await fixture.call('describeImageVersion', { token, params })).body).toMatchObject({
      imageName: 'cairn-python',
      buildDetails: { source: 'dockerfile', dockerfile: python.dockerfile },
    })
    expect((await fixture.call('listImageVersions', { token, params })).body).toMatchObject({ versionCount: 1 })
  })

  it('is changed by nobody', async () => {
    const form = formOf({ buildDetails: { source: 'dockerfile', dockerfile: 'FROM evil' } })
    for (const answer of [
      await fixture.call('createImageVersion', { params, form }),
      await fixture.call('updateImageVersion', { params, form }),
      await fixture.call('deleteImage', { params }),
      await fixture.call('deleteImageVersion', { params }),
      await fixture.call('deleteImageVersions', { params, query: { versionIds: String(params.versionId) } }),
      await fixture.call('setImageVersionTags', { params, body: { tags: [] } }),
    ]) {
      expect([answer.status, answer.body['detail']]).toEqual([
        403,
        expect.stringContaining('("cairn-python") is global'),
      ])
    }
    expect(await findImage(fixture.database.db, fixture.tenant.id, params.imageId)).toMatchObject({
      status: 'not-ready',
      version: '1.0.0',
    })
  })

  it('is built when somebody asks for it, once at a time, for all to see', async () => {
    const built = await fixture.call('buildImageVersion', { params })
    expect([built.status, built.body]).toEqual([201, { ...params, buildId: expect.any(Number) }])
    const again = await fixture.call('buildImageVersion', { params })
    expect([again.status, again.body['detail']]).toEqual([422, expect.stringContaining('has not ended')])
    const { token } = fixture.otherTenant
    const buildId = numberIn(built, 'buildId')
    expect((await fixture.call('listImageBuilds', { token, params })).body).toMatchObject({ builds: [{ buildId }] })
    expect((await fixture.call('getBuildLogs', { token, params: { ...params, buildId } })).status).toBe(200)
  })

  it('is run by workflows and services of every tenant once it is ready', async () => {
    const body = { name: 'w', steps: { a: { imageId: params.imageId, command: 'true' } } }
    const workflowId = numberIn(await fixture.call('createWorkflow', { body }), 'id')
    const early = await fixture.call('executeWorkflow', { params: { workflowId }, body: {} })
    expect(early.status).toBe(400)
    await makeReady()
    expect((await fixture.call('executeWorkflow', { params: { workflowId }, body: {} })).status).toBe(202)
    const { token } = fixture.otherTenant
    const service = { name: 'app', serviceType: 'api', imageDetails: { imageId: params.imageId } }
    expect((await fixture.call('createService', { token, body: service })).status).toBe(202)
  })
})

it('builds a version of one’s own again that is not ready, and none that is ready or another’s', async () => {
  const form = formOf({ name: 'a', type: 'api', buildDetails: { source: 'dockerfile', dockerfile: 'FROM x' } })
  const created = await fixture.call('createImage', { form })
  const own = { imageId: numberIn(created, 'imageId'), versionId: numberIn(created, 'versionId') }
  await fixture.database.db.updateTable('build').set({ status: 'failed', finished_at: new Date() }).execute()
  expect((await fixture.call('buildImageVersion', { params: own })).status).toBe(201)
  const ready = await makeImage(fixture, { name: 'ready', engineImageId: 'sha256:x' })
  expect((await fixture.call('buildImageVersion', { params: ready })).status).toBe(422)
  const { token } = fixture.otherTenant
  expect((await fixture.call('buildImageVersion', { token, params: own })).status).toBe(404)
})
