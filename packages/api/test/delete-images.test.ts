import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, formOf, makeImage, numberIn, textIn } from './api-fixture.ts'

let fixture: ApiFixture
beforeEach(async () => {
  fixture = await createApiFixture()
})
afterEach(() => fixture.close())

const ready = (name = 'forecast'): Promise<{ imageId: number; versionId: number }> =>
  makeImage(fixture, { name, engineImageId: 'sha256:x' })

const statusOf = async (params: { imageId: number; versionId: number }): Promise<unknown> =>
  (await fixture.call('describeImageVersion', { params })).body['status']

async function createWorkflow(step: object): Promise<number> {
  const answer = await fixture.call('createWorkflow', {
    body: { name: 'train', steps: { a: { command: 'true', ...step } } },
  })
  return numberIn(answer, 'id')
}

const refusal = ({ status, body }: Answer): unknown => [status, body['code'], body['detail']]

describe('deleting', () => {
  it('marks every version of an image and leaves the work to the engine', async () => {
    const { imageId, versionId } = await ready()
    const answer = await fixture.call('deleteImage', { params: { imageId } })
    expect([answer.status, answer.body]).toEqual([200, {}])
    expect(await statusOf({ imageId, versionId })).toBe('deleting')
    const work = await fixture.database.db.selectFrom('work').select(['kind', 'key']).execute()
    expect(work).toEqual(expect.arrayContaining([{ kind: 'image', key: String(imageId) }]))
    expect((await fixture.call('deleteImage', { params: { imageId } })).status).toBe(200)
  })

  it('takes no version for an image that is being deleted', async () => {
    const { imageId } = await ready()
    await fixture.call('deleteImage', { params: { imageId } })
    const form = new FormData()
    form.set('buildDetails', JSON.stringify({ source: 'dockerfile', dockerfile: 'FROM x' }))
    const answer = await fixture.call('createImageVersion', { params: { imageId }, form })
    expect(refusal(answer)).toEqual([422, 'unprocessable', expect.stringContaining('being deleted')])
  })

  it('asks the build of a version to stop', async () => {
    const created = await fixture.call('createImage', {
      form: formOf({ name: 'a', type: 'api', buildDetails: { source: 'dockerfile', dockerfile: 'FROM nginx' } }),
    })
    const [imageId, versionId] = [numberIn(created, 'imageId'), numberIn(created, 'versionId')]
    await fixture.call('deleteImageVersion', { params: { imageId, versionId } })
    const builds = await fixture.database.db.selectFrom('build').select(['id', 'status']).execute()
    expect(builds.map(({ status }) => status)).toEqual(['stopping'])
    const work = await fixture.database.db.selectFrom('work').select('kind').orderBy('kind').execute()
    expect(work.map(({ kind }) => kind)).toEqual(['build', 'image'])
  })

  it('refuses what a workflow names, and what it would run as the latest, and says which', async () => {
    const { imageId, versionId } = await ready()
    const workflowId = await createWorkflow({ imageId })
    expect(await statusOf({ imageId, versionId })).toBe('in-use')
    const words = `version 0.0.1 cannot be deleted, it is used by workflow ${workflowId} ("train"); change or delete those first`
    for (const answer of [
      await fixture.call('deleteImage', { params: { imageId } }),
      await fixture.call('deleteImageVersion', { params: { imageId, versionId } }),
      await fixture.call('deleteImageVersions', { params: { imageId }, query: { versionIds: String(versionId) } }),
    ]) {
      expect(refusal(answer)).toEqual([422, 'unprocessable', words])
    }
    expect(await statusOf({ imageId, versionId })).toBe('in-use')
    await fixture.call('deleteWorkflow', { params: { workflowId } })
    expect(await statusOf({ imageId, versionId })).toBe('ready')
    expect((await fixture.call('deleteImage', { params: { imageId } })).status).toBe(200)
  })

  it('refuses what a service runs', async () => {
    const { imageId, versionId } = await ready()
    const body = { name: 'my-app', serviceType: 'api', imageDetails: { imageId } }
    const serviceId = textIn(await fixture.call('createService', { body }), 'id')
    const answer = await fixture.call('deleteImageVersion', { params: { imageId, versionId } })
    expect(refusal(answer)).toEqual([422, 'unprocessable', expect.stringContaining(`service ${serviceId} ("my-app")`)])
    expect(await statusOf({ imageId, versionId })).toBe('in-use')
  })

  it('refuses what a live run is pinned to, although its workflow has moved on', async () => {
    const { imageId, versionId } = await ready()
    const other = await ready('other')
    const workflowId = await createWorkflow({ imageId })
    const started = await fixture.call('executeWorkflow', { params: { workflowId }, body: {} })
    const steps = { a: { imageId: other.imageId, command: 'true' } }
    await fixture.call('updateWorkflow', { params: { workflowId }, body: { steps } })
    const answer = await fixture.call('deleteImageVersion', { params: { imageId, versionId } })
    const run = `run ${textIn(started, 'executionId')} of workflow "train"`
    expect(refusal(answer)).toEqual([422, 'unprocessable', expect.stringContaining(run)])
  })

  it('deletes no version when one of them is used or unknown', async () => {
    const { imageId, versionId } = await ready()
    const answer = await fixture.call('deleteImageVersions', {
      params: { imageId },
      query: { versionIds: [String(versionId), '999999'] },
    })
    expect(refusal(answer)).toEqual([404, 'not_found', `image version 999999 of image ${imageId} does not exist`])
    expect(await statusOf({ imageId, versionId })).toBe('ready')
  })

  it('refuses to delete versions when none is named, since a client may send an empty list', async () => {
    const { imageId } = await ready()
    const answer = await fixture.call('deleteImageVersions', { params: { imageId } })
    expect(refusal(answer)).toEqual([400, 'invalid_request', expect.stringContaining('versionIds')])
  })

  it('knows no image of another tenant', async () => {
    const { imageId, versionId } = await ready()
    const { token } = fixture.otherTenant
    for (const answer of [
      await fixture.call('deleteImage', { token, params: { imageId } }),
      await fixture.call('deleteImageVersion', { token, params: { imageId, versionId } }),
      await fixture.call('deleteImageVersions', { token, params: { imageId }, query: { versionIds: '1' } }),
    ]) {
      expect(answer.status).toBe(404)
    }
    expect(await statusOf({ imageId, versionId })).toBe('ready')
  })
})

describe('what names a deleted version', () => {
  it('is refused: a workflow, a service, and the retry of a run', async () => {
    const { imageId, versionId } = await ready()
    const workflowId = await createWorkflow({ imageId })
    const started = await fixture.call('executeWorkflow', { params: { workflowId }, body: {} })
    const executionId = textIn(started, 'executionId')
    await fixture.database.db.updateTable('execution').set({ status: 'failed', finished_at: new Date() }).execute()
    const other = await ready('other')
    const steps = { a: { imageId: other.imageId, command: 'true' } }
    await fixture.call('updateWorkflow', { params: { workflowId }, body: { steps } })
    expect((await fixture.call('deleteImageVersion', { params: { imageId, versionId } })).status).toBe(200)
    const retried = await fixture.call('retryExecution', {
      params: { workflowId, executionId },
      body: { from: 'start' },
    })
    expect([retried.status, retried.body['detail']]).toEqual([
      expect.any(Number),
      expect.stringContaining('version 0.0.1 of image "forecast", on which step "a" ran, was deleted'),
    ])
    const service = await fixture.call('createService', {
      body: { name: 'my-app', serviceType: 'api', imageDetails: { imageId, versionId } },
    })
    expect(refusal(service)).toEqual([400, 'unknown_reference', expect.stringContaining('deleting')])
    const workflow = await fixture.call('createWorkflow', {
      body: { name: 'w', steps: { a: { imageId, imageVersionId: versionId, command: 'true' } } },
    })
    expect(refusal(workflow)).toEqual([400, 'unknown_reference', expect.stringContaining('deleted')])
  })
})
