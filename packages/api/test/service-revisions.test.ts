import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, makeImage, textIn } from './api-fixture.ts'

let fixture: ApiFixture
let imageId: number
let versionId: number

beforeEach(async () => {
  fixture = await createApiFixture()
  const image = await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })
  imageId = image.imageId
  versionId = image.versionId
})
afterEach(() => fixture.close())

const created = async (body: object = {}): Promise<{ serviceId: string }> => ({
  serviceId: textIn(
    await fixture.call('createService', { body: { name: 'echo', imageDetails: { imageId }, ...body } }),
    'id',
  ),
})
const revisions = () =>
  fixture.database.db
    .selectFrom('service_revision')
    .select(['revision', 'status', 'spec'])
    .orderBy('revision')
    .execute()

/** As the engine does: this one serves, those before it are gone. */
async function served(revision: number): Promise<void> {
  const { db } = fixture.database
  await db.updateTable('service_revision').set({ status: 'removed' }).where('revision', '<', revision).execute()
  await db
    .updateTable('service_revision')
    .set({ status: 'active', activated_at: new Date() })
    .where('revision', '=', revision)
    .execute()
  await db.updateTable('service').set({ status: 'AVAILABLE', active_revision: revision }).execute()
}

describe('secrets', () => {
  it('are named, never told, and cannot be deleted while a service needs them', async () => {
    await fixture.call('createSecret', { body: { name: 'key', value: 'the-value' } })
    const params = await created({ parameters: { secrets: ['key'] } })
    const described = await fixture.call('describeService', { params })
    expect(described.body).toMatchObject({ parameters: { env: {}, secrets: ['key'] } })
    expect(described.text).not.toContain('the-value')
    const stored = await fixture.database.db.selectFrom('service_revision').selectAll().execute()
    expect(JSON.stringify(stored)).not.toContain('the-value')
    const refused = await fixture.call('deleteSecret', { params: { secretName: 'key' } })
    expect([refused.status, refused.body['detail']]).toEqual([409, expect.stringContaining('echo')])
    const list = await fixture.call('listSecrets')
    expect(list.text).toContain('"name":"echo"')
  })

  it('stay when an update does not name them, and redeploy when it names others', async () => {
    await fixture.call('createSecret', { body: { name: 'key', value: 'the-value' } })
    const params = await created({ parameters: { secrets: ['key'] } })
    await served(1)
    await fixture.call('updateService', { params, body: { parameters: { env: { A: '1' } } } })
    await fixture.call('updateService', { params, body: { parameters: { secrets: [] } } })
    expect((await revisions()).map(({ spec }) => spec)).toMatchObject([
      { secrets: ['key'] },
      { secrets: ['key'], env: { A: '1' } },
      { secrets: [], env: { A: '1' } },
    ])
  })
})

describe('revisions', () => {
  const list = async (params: { serviceId: string }) => (await fixture.call('listServiceRevisions', { params })).body
  const rollBack = (params: { serviceId: string }, revision: number): Promise<Answer> =>
    fixture.call('rollbackService', { params, body: { revision } })
  async function changedOnce(): Promise<{ serviceId: string }> {
    const params = await created({ parameters: { env: { A: '1' } } })
    await served(1)
    await fixture.call('updateService', { params, body: { parameters: { env: { A: '2' } }, healthCheckURL: '/up' } })
    await served(2)
    return params
  }

  it('are listed, newest first, with what changed and who changed it', async () => {
    const params = await changedOnce()
    expect(await list(params)).toMatchObject({
      revisionsCount: 2,
      revisions: [
        {
          revision: 2,
          status: 'active',
          cause: 'updated',
          rolledBackTo: null,
          changedFields: ['parameters', 'healthCheckURL'],
          createdBy: 'default@example.com',
          imageDetails: { imageId, versionId, name: 'img' },
          parameters: { env: { A: '2' }, secrets: [] },
        },
        { revision: 1, status: 'removed', cause: 'created', changedFields: [], parameters: { env: { A: '1' } } },
      ],
    })
  })

  it('of before are run again by a new revision', async () => {
    const params = await changedOnce()
    expect((await rollBack(params, 1)).body).toEqual({ id: params.serviceId })
    expect(await list(params)).toMatchObject({
      revisions: [
        {
          revision: 3,
          status: 'starting',
          cause: 'rolled-back',
          rolledBackTo: 1,
          changedFields: ['parameters', 'healthCheckURL'],
          parameters: { env: { A: '1' } },
        },
        { revision: 2 },
        { revision: 1 },
      ],
    })
    expect((await fixture.call('describeService', { params })).body).toMatchObject({
      status: 'DEPLOYING',
      healthCheckURL: '',
    })
  })

  it.each([
    ['that is the newest', 2, 422, 'is the newest one'],
    ['that never was', 9, 404, 'no revision 9'],
    ['of no number', 0, 400, 'revision'],
  ])('%s is not rolled back to', async (_case, revision, status, words) => {
    const answer = await rollBack(await changedOnce(), revision)
    expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringContaining(words)])
  })

  it('that never served are not rolled back to, with the reason why they did not', async () => {
    const params = await created()
    await fixture.database.db.updateTable('service_revision').set({ status: 'failed', reason: 'exit code 1' }).execute()
    await fixture.call('updateService', { params, body: { parameters: { env: { A: '2' } } } })
    const answer = await rollBack(params, 1)
    expect([answer.status, answer.body['detail']]).toEqual([422, expect.stringContaining('never served: exit code 1')])
  })

  it('whose image version is gone are not rolled back to, and did not keep it from being deleted', async () => {
    const params = await changedOnce()
    const { db } = fixture.database
    const other = await makeImage(fixture, { name: 'other', engineImageId: 'sha256:2' })
    await fixture.call('updateService', { params, body: { imageDetails: { imageId: other.imageId } } })
    await served(3)
    const used = await fixture.call('deleteImageVersion', {
      params: { imageId: other.imageId, versionId: other.versionId },
    })
    expect(used.status).toBe(422)
    const deleted = await fixture.call('deleteImageVersion', { params: { imageId, versionId } })
    expect(deleted.status).toBeLessThan(300)
    await db.deleteFrom('image_version').where('id', '=', versionId).execute()
    const answer = await rollBack(params, 2)
    expect([answer.status, answer.body['detail']]).toEqual([
      422,
      expect.stringMatching(/^revision: 2 cannot run again: imageDetails: .*does not exist|has no version/),
    ])
  })

  it('whose secret is gone are not rolled back to', async () => {
    await fixture.call('createSecret', { body: { name: 'key', value: 'the-value' } })
    const params = await created({ parameters: { secrets: ['key'] } })
    await served(1)
    await fixture.call('updateService', { params, body: { parameters: { secrets: [] } } })
    await served(2)
    await fixture.database.db.deleteFrom('secret_use').execute()
    expect((await fixture.call('deleteSecret', { params: { secretName: 'key' } })).status).toBeLessThan(300)
    const answer = await rollBack(params, 1)
    expect([answer.status, answer.body['detail']]).toEqual([
      422,
      'revision: 1 cannot run again: secret "key" does not exist any more',
    ])
  })

  it('older than the newest hundred are forgotten', async () => {
    const params = await changedOnce()
    const { db } = fixture.database
    await db.updateTable('service').set({ generation: 102 }).execute()
    await db.updateTable('service_revision').set({ revision: 102 }).where('revision', '=', 2).execute()
    await fixture.call('restartService', { params })
    expect((await revisions()).map(({ revision }) => revision)).toEqual([102, 103])
    const answer = await rollBack(params, 1)
    expect([answer.status, answer.body['detail']]).toEqual([404, expect.stringContaining('the newest 100 are kept')])
  })
})
