/** What clients of the reference send when they patch a workflow: all that describe shows, and keys of other types of steps. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, numberIn } from './api-fixture.ts'

let fixture: ApiFixture
let params: { workflowId: number }
let count = 0

beforeAll(async () => {
  fixture = await createApiFixture()
  await fixture.call('putQuery', { body: { path: 'daily.sql', text: 'select 1' } })
})
afterAll(() => fixture.close())
beforeEach(async () => {
  count += 1
  const created = await fixture.call('createWorkflow', { body: { name: `patched ${count}`, steps: { stored, dump } } })
  params = { workflowId: numberIn(created, 'id') }
})

const stored = { type: 'sql', sqlQueryPath: 'daily.sql' }
const dump = { type: 'export', schema: 'public', table: 't', sortBy: 'id' }
const update = (steps: object): Promise<Answer> => fixture.call('updateWorkflow', { params, body: { steps } })

async function describedSteps(): Promise<Readonly<Record<string, object>>> {
  const { body } = await fixture.call('describeWorkflow', { params })
  return body['steps'] as Readonly<Record<string, object>>
}

describe('options that a patch puts into every step', () => {
  it.each([
    ['a branch', { repository: { branch: 'dev' } }],
    ['a repository', { repository: { url: 'https://example.com/org/repo', branch: 'dev' } }],
    [
      'what containers need',
      {
        command: 'true',
        imageId: 7,
        imageVersionId: 7,
        resources: { instanceTypeId: 21, storage: '10GB' },
        clearImageCache: true,
        stepTimeout: 60,
        workflowId: 60,
      },
    ],
  ])('do no harm to steps that have no use for them: %s', async (_what, options) => {
    const answer = await update({ stored: { ...stored, ...options }, dump: { ...dump, ...options } })
    expect(answer.status).toBe(200)
    const shown = await describedSteps()
    expect(shown).toMatchObject({ stored: { ...stored, parents: [] }, dump: { ...dump, parents: [] } })
    expect(Object.keys({ ...shown['stored'], ...shown['dump'] })).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/command|image|clear|workflowId/)]),
    )
    // And what is shown then is taken back as well.
    expect((await update(shown)).status).toBe(200)
    expect(await describedSteps()).toEqual(shown)
  })

  it('still need to be whole where the step has nothing else', async () => {
    const answer = await update({ stored: { type: 'sql', repository: { branch: 'dev' } } })
    expect(answer).toMatchObject({
      status: 400,
      body: {
        errors: [
          { field: 'steps.stored.repository.url', rule: 'is required: the address to clone' },
          { field: 'steps.stored.repository.filePath', rule: expect.stringMatching(/^is required/) },
        ],
      },
    })
  })
})
