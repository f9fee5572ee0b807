import { eventually } from '@cairn/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, formOf, makeImage, textIn, zipOf } from './api-fixture.ts'

let fixture: ApiFixture
beforeEach(async () => {
  fixture = await createApiFixture()
})
afterEach(() => fixture.close())

const zip = await zipOf({ 'a.txt': 'first' })

async function createArtifact(versions = 1): Promise<string> {
  const artifactId = textIn(await fixture.call('createArtifact', { form: formOf({ name: 'a' }, zip) }), 'id')
  for (let version = 2; version <= versions; version++) {
    const form = formOf({}, await zipOf({ 'a.txt': `of version ${version}` }))
    await fixture.call('createArtifactVersion', { params: { artifactId }, form })
  }
  return artifactId
}

/** An image version that was built from the artifact version. */
async function buildFrom(artifactId: string, version: number, imageName: string): Promise<number> {
  const { imageId, versionId } = await makeImage(fixture, { name: imageName })
  await fixture.database.db
    .updateTable('image_version')
    .set({ artifact_id: artifactId, artifact_version: version })
    .where('id', '=', versionId)
    .execute()
  return imageId
}

const describe = async (artifactId: string) =>
  (await fixture.call('describeArtifact', { params: { artifactId } })).body['versions']

it('deletes one version and leaves the others', async () => {
  const artifactId = await createArtifact(3)
  const deleted = await fixture.call('deleteArtifactVersion', { params: { artifactId, version: 2 } })
  expect([deleted.status, deleted.body]).toEqual([200, {}])
  expect(await describe(artifactId)).toMatchObject([{ version: 3 }, { version: 1 }])
  const again = await fixture.call('deleteArtifactVersion', { params: { artifactId, version: 2 } })
  expect([again.status, again.body['detail']]).toEqual([404, `artifact ${artifactId}, version 2, does not exist`])
  expect((await fixture.call('downloadArtifactVersion', { params: { artifactId, version: 2 } })).status).toBe(404)
})

it('gives the number of a deleted version to no other', async () => {
  const artifactId = await createArtifact(2)
  for (const version of [2, 1]) await fixture.call('deleteArtifactVersion', { params: { artifactId, version } })
  expect(await describe(artifactId)).toEqual([])
  expect((await fixture.call('downloadArtifact', { params: { artifactId } })).status).toBe(404)
  expect((await fixture.call('listArtifacts')).body['artifacts']).toMatchObject([{ latestVersion: null }])
  const added = await fixture.call('createArtifactVersion', { params: { artifactId }, form: formOf({}, zip) })
  expect(added.body).toEqual({ version: 3 })
})

it('deletes an artifact with all versions', async () => {
  const artifactId = await createArtifact(2)
  const deleted = await fixture.call('deleteArtifact', { params: { artifactId } })
  expect([deleted.status, deleted.body]).toEqual([200, {}])
  for (const id of ['describeArtifact', 'deleteArtifact', 'downloadArtifact'] as const) {
    expect([id, (await fixture.call(id, { params: { artifactId } })).status]).toEqual([id, 404])
  }
  expect((await fixture.call('listArtifacts')).body['artifactCount']).toBe(0)
})

it('refuses to delete what an image version was built from, and says which', async () => {
  const artifactId = await createArtifact(2)
  const imageId = await buildFrom(artifactId, 1, 'forecast')
  expect(await describe(artifactId)).toMatchObject([
    { version: 2, usedBy: [] },
    { version: 1, usedBy: [{ imageId, imageName: 'forecast', version: '0.0.1' }] },
  ])
  const version = await fixture.call('deleteArtifactVersion', { params: { artifactId, version: 1 } })
  expect([version.status, version.body['detail']]).toEqual([
    422,
    `artifact ${artifactId}, version 1, is in use: image "forecast" (${imageId}) version 0.0.1 from version 1; ` +
      'delete these image versions first',
  ])
  const whole = await fixture.call('deleteArtifact', { params: { artifactId } })
  expect([whole.status, whole.body['code'], whole.body['detail']]).toEqual([
    409,
    'conflict',
    expect.stringContaining('is in use: image "forecast"'),
  ])
  expect(await describe(artifactId)).toHaveLength(2)
  expect((await fixture.call('deleteArtifactVersion', { params: { artifactId, version: 2 } })).status).toBe(200)
})

it('names five of those that use it and counts the rest', async () => {
  const artifactId = await createArtifact()
  for (const number of [1, 2, 3, 4, 5, 6, 7]) await buildFrom(artifactId, 1, `image-${number}`)
  const refused = await fixture.call('deleteArtifact', { params: { artifactId } })
  expect(refused.body['detail']).toContain('"image-5"')
  expect(refused.body['detail']).not.toContain('"image-6"')
  expect(refused.body['detail']).toContain('and 2 more')
})

it('sees the use by an image version that is being made at the same moment', async () => {
  const artifactId = await createArtifact()
  const { versionId } = await makeImage(fixture)
  const refusal = await fixture.database.transaction(async (tx) => {
    await tx
      .updateTable('image_version')
      .set({ artifact_id: artifactId, artifact_version: 1 })
      .where('id', '=', versionId)
      .execute()
    const answer = fixture.call('deleteArtifact', { params: { artifactId } })
    await eventually(async () => expect(await countWaiting()).toBe(1))
    return { answer }
  })
  expect((await refusal.answer).status).toBe(409)
})

async function countWaiting(): Promise<number> {
  const { rows } = await fixture.database.pool.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows.length
}

it('keeps the bytes for the versions that share them, and for the sweep', async () => {
  const artifactId = await createArtifact()
  const other = await createArtifact()
  await fixture.call('deleteArtifact', { params: { artifactId } })
  expect((await fixture.call('downloadArtifact', { params: { artifactId: other } })).status).toBe(200)
  await fixture.call('deleteArtifact', { params: { artifactId: other } })
  expect(await fixture.storedFiles()).toHaveLength(1)
})
