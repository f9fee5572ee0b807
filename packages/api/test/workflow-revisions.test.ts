import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, makeImage, numberIn } from './api-fixture.ts'

let fixture: ApiFixture
let imageId: number

beforeEach(async () => {
  fixture = await createApiFixture()
  imageId = (await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })).imageId
})
afterEach(() => fixture.close())

const body = (command: string, more: object = {}): object => ({
  name: 'nightly',
  steps: { train: { imageId, command } },
  ...more,
})
async function create(first: object): Promise<Params> {
  return { workflowId: numberIn(await fixture.call('createWorkflow', { body: first }), 'id') }
}
type Params = { readonly workflowId: number }
const update = (params: Params, next: object): Promise<Answer> => fixture.call('updateWorkflow', { params, body: next })
const restore = (params: Params, revision: number): Promise<Answer> =>
  fixture.call('restoreWorkflowRevision', { params, body: { revision } })

it('tells what each change of a workflow changed, newest first, over pages', async () => {
  const params = await create(body('a'))
  await update(params, body('b', { triggers: [{ cron: '0 6 * * *' }] }))
  await update(params, body('b', { triggers: [{ cron: '0 7 * * *' }] }))
  const first = await fixture.call('listWorkflowRevisions', { params, query: { pageSize: '2' } })
  expect(first).toMatchObject({
    status: 200,
    body: {
      revisionsCount: 3,
      pageCount: 2,
      revisions: [
        {
          revision: 3,
          changesCount: 1,
          changes: [{ path: 'triggers', from: '[{"cron":"0 6 * * *"}]', to: '[{"cron":"0 7 * * *"}]' }],
        },
        {
          revision: 2,
          changes: [
            { path: 'triggers', from: null, to: '[{"cron":"0 6 * * *"}]' },
            { path: 'steps.train.command', from: 'a', to: 'b' },
          ],
        },
      ],
    },
  })
  const second = await fixture.call('listWorkflowRevisions', { params, query: { pageSize: '2', pageNumber: '2' } })
  expect(second.body).toMatchObject({ revisions: [{ revision: 1, changes: [], changesCount: 0 }] })
})

it('shows no id of a hook, and no change where a hook is the same', async () => {
  const params = await create(body('a', { triggers: [{ webhook: true }] }))
  await update(params, body('b', { triggers: [{ webhook: true, webhookPolicy: 'preserve' }] }))
  const { body: page } = await fixture.call('listWorkflowRevisions', { params })
  expect(page).toMatchObject({ revisions: [{ changes: [{ path: 'steps.train.command' }] }, {}] })
  expect(JSON.stringify(page)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/)
})

it('makes a workflow again what it was, as a new revision that keeps the name', async () => {
  const params = await create(body('a', { tags: [{ name: 'old' }], triggers: [{ cron: '0 6 * * *' }] }))
  await update(params, { ...body('b'), name: 'renamed' })
  expect(await restore(params, 1)).toMatchObject({ status: 200, body: { revision: 3 } })
  expect((await fixture.call('describeWorkflow', { params })).body).toMatchObject({
    name: 'renamed',
    tags: [{ name: 'old' }],
    triggers: [{ cron: '0 6 * * *' }],
    steps: { train: { command: 'a' } },
  })
  expect(await restore(params, 1)).toMatchObject({ body: { revision: 3 } })
})

it('keeps the token of a hook that is still there, and gives one that was removed another', async () => {
  const { body: made } = await fixture.call('createWorkflow', { body: body('a', { triggers: [{ webhook: true }] }) })
  const params = { workflowId: Number(Object(made).id) }
  const tokens = async (): Promise<unknown[]> => {
    const described = Object((await fixture.call('describeWorkflow', { params })).body)
    return described.triggers.map(({ webhook }: { webhook: unknown }) => webhook)
  }
  const [before] = await tokens()
  await update(params, body('b', { triggers: [{ webhook: true, webhookPolicy: 'preserve' }] }))
  await restore(params, 1)
  expect(await tokens()).toEqual([before])
  await update(params, body('c'))
  await restore(params, 1)
  const [after] = await tokens()
  expect(after).toEqual(expect.any(String))
  expect(after).not.toBe(before)
})

it('tells the signing secret of a hook that gets one by it', async () => {
  const signed = body('a', { triggers: [{ webhook: true, signingSecret: true }] })
  const { body: made } = await fixture.call('createWorkflow', { body: signed })
  const params = { workflowId: Number(Object(made).id) }
  await update(params, body('b', { triggers: [{ webhook: true }] }))
  expect((await restore(params, 1)).body).toMatchObject({
    triggers: [{ webhook: expect.any(String), signingSecret: expect.any(String) }],
  })
})

it('refuses a revision that is not there, one that names what is gone, and the workflow of another tenant', async () => {
  const params = await create(body('a'))
  expect(await restore(params, 7)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  await fixture.call('createSecret', { body: { name: 'KEY', value: 'some value' } })
  await update(params, { steps: { train: { imageId, command: 'a', parameters: { secrets: ['KEY'] } } } })
  await update(params, body('a'))
  expect(await fixture.call('deleteSecret', { params: { secretName: 'KEY' } })).toMatchObject({ status: 200 })
  expect(await restore(params, 2)).toMatchObject({ status: 400, body: { code: 'unknown_reference' } })
  const stranger = fixture.otherTenant.token
  for (const operation of ['listWorkflowRevisions', 'restoreWorkflowRevision'] as const) {
    const input = operation === 'restoreWorkflowRevision' ? { params, body: { revision: 1 } } : { params }
    expect(await fixture.call(operation, { ...input, token: stranger })).toMatchObject({ status: 404 })
  }
})
