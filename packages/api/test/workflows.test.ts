import { stepLogStream } from '@cairn/domain'
import { appendLogLines } from '@cairn/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, makeImage, numberIn, textIn } from './api-fixture.ts'

const gib = 1024 ** 3
let fixture: ApiFixture
let imageId: number
let versionId: number

beforeEach(async () => {
  fixture = await createApiFixture({ machine: { cpus: 2, memoryBytes: 4 * gib } })
  const image = await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })
  imageId = image.imageId
  versionId = image.versionId
})
afterEach(() => fixture.close())

const step = (fields: object = {}): object => ({ imageId, command: 'true', ...fields })
const create = (body: object): Promise<Answer> => fixture.call('createWorkflow', { body: { name: 'w', ...body } })
const created = async (body: object): Promise<{ workflowId: number }> => ({
  workflowId: numberIn(await create(body), 'id'),
})
const execute = (workflowId: number, body: object = {}): Promise<Answer> =>
  fixture.call('executeWorkflow', { params: { workflowId }, body })

async function finishRuns(): Promise<void> {
  await fixture.database.db.updateTable('execution').set({ status: 'success', finished_at: new Date() }).execute()
}

describe('describing', () => {
  it('shows what clients of the reference patch from: env as a list, no nulls, names of images, order as written', async () => {
    const params = await created({
      tags: [{ name: 'foo' }],
      steps: {
        zeta: step({
          imageVersionId: versionId,
          parameters: { env: { B: '2', A: '1' } },
          resources: { instanceTypeId: 21 },
        }),
        alpha: step({ parents: ['zeta'] }),
        call: { type: 'http', url: 'http://example.com', parents: ['alpha'] },
      },
    })
    const { body } = await fixture.call('describeWorkflow', { params })
    expect(body).toMatchObject({
      id: params.workflowId,
      name: 'w',
      status: 'Available',
      tags: [{ name: 'foo' }],
      triggers: [],
      watchers: [],
      steps: {
        zeta: {
          type: 'standard',
          parents: [],
          imageName: 'img',
          imageVersion: '0.0.1',
          parameters: { env: [{ B: '2' }, { A: '1' }] },
        },
        alpha: { imageName: 'img', parents: ['zeta'] },
        call: { type: 'http' },
      },
    })
    expect(Object.keys(body['steps'] ?? {})).toEqual(['zeta', 'alpha', 'call'])
    expect(JSON.stringify(body)).not.toContain('null')
  })

  it('takes back what it shows', async () => {
    const params = await created({
      watchers: [{ user: 'a@b.c', events: { success: true, fail: true } }],
      triggers: [{ cron: '0 0 * * *' }],
      steps: { a: step({ parameters: { env: { KEY: 'value' } }, outputParameters: { o: 'out' } }) },
    })
    const { body } = await fixture.call('describeWorkflow', { params })
    const updated = await fixture.call('updateWorkflow', { params, body })
    expect(updated.status).toBe(200)
    const again = await fixture.call('describeWorkflow', { params })
    expect({ ...again.body, updatedAt: '' }).toEqual({ ...body, updatedAt: '' })
  })
})

describe('saving', () => {
  it.each([
    ['a cycle', () => ({ a: step({ parents: ['b'] }), b: step({ parents: ['a'] }) }), 'invalid_workflow', 'cycle'],
    ['an unknown parent', () => ({ a: step({ parents: ['x'] }) }), 'invalid_workflow', 'steps.a.parents'],
    ['no steps', () => ({}), 'invalid_workflow', 'steps: '],
    ['no command', () => ({ a: { imageId } }), 'invalid_request', 'steps.a.command: is required'],
    [
      'an unknown secret',
      () => ({ a: step({ parameters: { secrets: ['s'] } }) }),
      'unknown_reference',
      'steps.a.parameters.secrets: secret "s" does not exist',
    ],
    [
      'an unknown query',
      () => ({ a: { type: 'sql', sqlQueryPath: 'x' } }),
      'unknown_reference',
      'steps.a.sqlQueryPath: query "x" does not exist',
    ],
    [
      'an unknown image',
      () => ({ a: step({ imageId: 999 }) }),
      'unknown_reference',
      'steps.a.imageId: image 999 does not exist',
    ],
    [
      'an unknown version',
      () => ({ a: step({ imageVersionId: 999 }) }),
      'unknown_reference',
      'no version with the id 999',
    ],
    [
      'an unknown instance type',
      () => ({ a: step({ resources: { instanceTypeId: 3 } }) }),
      'unknown_reference',
      'instance type 3',
    ],
    [
      'an instance larger than the machine',
      () => ({ a: step({ resources: { instanceTypeId: 26 } }) }),
      'unknown_reference',
      'needs 8 CPU and 16 GB',
    ],
  ])('refuses %s', async (_case, steps, code, words) => {
    const answer = await create({ steps: steps() })
    expect([answer.status, answer.body['code'], answer.body['detail']]).toEqual([
      400,
      code,
      expect.stringContaining(words),
    ])
    expect((await fixture.call('listWorkflows')).body['workflowsCount']).toBe(0)
  })

  it('refuses an image of another tenant like one that does not exist', async () => {
    const theirs = await makeImage(fixture, { tenantId: fixture.otherTenant.id, engineImageId: 'sha256:2' })
    const answer = await create({ steps: { a: step({ imageId: theirs.imageId }) } })
    expect(answer.body['detail']).toContain(`image ${theirs.imageId} does not exist`)
  })

  it('takes an image that is still being built', async () => {
    const building = await makeImage(fixture, { name: 'building' })
    expect((await create({ steps: { a: step({ imageId: building.imageId }) } })).status).toBe(201)
  })

  it('refuses a name that is in use and frees it by deletion', async () => {
    const params = await created({ steps: { a: step() } })
    expect((await create({ steps: { a: step() } })).body['code']).toBe('name_taken')
    await fixture.call('deleteWorkflow', { params })
    expect((await create({ steps: { a: step() } })).status).toBe(201)
    expect((await fixture.call('describeWorkflow', { params })).status).toBe(404)
  })

  it('keeps metadata and retry options that an update leaves out, and nothing else', async () => {
    const params = await created({
      metadata: { allowConcurrentExecution: true },
      retryOptions: { numberOfRetries: 1 },
      tags: [{ name: 'foo' }],
      steps: { a: step() },
    })
    await fixture.call('updateWorkflow', { params, body: { steps: { b: step() } } })
    const { body } = await fixture.call('describeWorkflow', { params })
    expect(body).toMatchObject({
      name: 'w',
      metadata: { allowConcurrentExecution: true },
      retryOptions: { numberOfRetries: 1 },
      tags: [],
      steps: { b: {} },
    })
    expect(Object.keys(body['steps'] ?? {})).toEqual(['b'])
  })

  it('gives a webhook an id, keeps it when asked to, and replaces it otherwise', async () => {
    const first = await create({ triggers: [{ webhook: true }], steps: { a: step() } })
    const [{ webhook }] = first.body['triggers'] as [{ webhook: string }]
    const params = { workflowId: numberIn(first, 'id') }
    const update = async (triggers: readonly object[]): Promise<unknown> =>
      (await fixture.call('updateWorkflow', { params, body: { triggers, steps: { a: step() } } })).body['triggers']
    expect(await update([{ webhook: true, webhookPolicy: 'preserve' }])).toEqual([{ webhook }])
    expect(await update([{ webhook }])).toEqual([{ webhook }])
    expect(await update([{ webhook: true }])).not.toEqual([{ webhook }])
    expect(await update([{}])).toBeUndefined()
  })

  it('pauses and resumes only a workflow with a schedule', async () => {
    const params = await created({ triggers: [{ cron: '0 0 * * *' }], steps: { a: step() } })
    expect((await fixture.call('resumeWorkflow', { params })).status).toBe(409)
    expect((await fixture.call('pauseWorkflow', { params })).status).toBe(200)
    expect((await fixture.call('describeWorkflow', { params })).body['status']).toBe('Paused')
    expect((await fixture.call('resumeWorkflow', { params })).status).toBe(200)
    const manual = await fixture.call('createWorkflow', { body: { name: 'x', steps: { a: step() } } })
    expect((await fixture.call('pauseWorkflow', { params: { workflowId: numberIn(manual, 'id') } })).status).toBe(409)
  })
})

describe('listing', () => {
  it('filters, ranks the exact name first and shows the last run', async () => {
    const first = await created({ steps: { a: step() } })
    await fixture.call('createWorkflow', { body: { name: 'w2', steps: { a: step() } } })
    const { body: run } = await execute(first.workflowId)
    const found = await fixture.call('listWorkflows', { query: { searchTerm: 'w', pageSize: '1' } })
    expect(found.body).toMatchObject({
      workflowsCount: 2,
      pageCount: 2,
      workflows: [
        { name: 'w', status: 'Running', lastExecution: { executionId: run['executionId'], status: 'Running' } },
      ],
    })
    const names = async (query: Readonly<Record<string, string>>): Promise<unknown> =>
      (await fixture.call('listWorkflows', { query })).body['workflows']
    expect(await names({ workflowStatus: 'Available' })).toMatchObject([{ name: 'w2' }])
    expect(await names({ lastExecutionStatus: 'Running' })).toMatchObject([{ name: 'w' }])
    expect(await names({ lastModifiedBy: 'nobody@example.com' })).toEqual([])
    expect(await names({ lastModifiedBy: 'default@example.com' })).toHaveLength(2)
  })
})

describe('executing', () => {
  it('pins the latest ready version and hints', async () => {
    const { workflowId } = await created({ steps: { a: step() } })
    const { body } = await execute(workflowId, { params: { global: { G: '1' }, stepWise: { a: { S: '2' } } } })
    const row = await fixture.database.db
      .selectFrom('execution')
      .innerJoin('run_plan', 'run_plan.id', 'execution.plan_id')
      .select(['execution.id', 'status', 'parameters', 'run_plan.body', 'started_by'])
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      id: body['executionId'],
      status: 'queued',
      started_by: 'default@example.com',
      parameters: { global: { G: '1' }, stepWise: { a: { S: '2' } } },
      body: { steps: { a: { image: { versionId, engineId: 'sha256:1' }, resources: { cpus: 0.25 } } } },
    })
    expect(fixture.hinted).toEqual(['execution'])
  })

  it('refuses a second run, naming the live one, until that has ended', async () => {
    const params = await created({ steps: { a: step() } })
    const first = await execute(params.workflowId)
    const second = await execute(params.workflowId)
    expect([second.status, second.body['code']]).toEqual([409, 'already_running'])
    expect(second.body['detail']).toContain(textIn(first, 'executionId'))
    expect((await fixture.call('deleteWorkflow', { params })).status).toBe(409)
    await finishRuns()
    expect((await execute(params.workflowId)).status).toBe(202)
  })

  it('lets one of many starts at once through', async () => {
    const { workflowId } = await created({ steps: { a: step() } })
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => execute(workflowId)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4)
  })

  it('starts beside live runs when the workflow allows it', async () => {
    const { workflowId } = await created({ metadata: { allowConcurrentExecution: true }, steps: { a: step() } })
    const answers = await Promise.all([1, 2, 3].map(() => execute(workflowId)))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
    const plans = await fixture.database.db.selectFrom('run_plan').select('id').execute()
    expect(plans).toHaveLength(1)
  })

  it.each([
    ['parameters of a step that is none', { params: { stepWise: { x: { A: '1' } } } }, 400, 'params.stepWise.x'],
    ['a name that is no variable', { params: { global: { 'A-B': '1' } } }, 400, 'params.global.A-B'],
    ['a value that is no text', { params: { global: { A: 1 } } }, 400, 'params.global.A'],
  ])('refuses %s', async (_case, body, status, words) => {
    const { workflowId } = await created({ steps: { a: step() } })
    const answer = await execute(workflowId, body)
    expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringContaining(words)])
    expect(await fixture.database.db.selectFrom('execution').select('id').execute()).toEqual([])
  })

  it('refuses an image without a ready version, naming step and field', async () => {
    const building = await makeImage(fixture, { name: 'building' })
    const floating = await created({ steps: { a: step({ imageId: building.imageId }) } })
    const refused = await execute(floating.workflowId)
    expect([refused.status, refused.body['detail']]).toEqual([400, expect.stringContaining('steps.a.imageId')])
    await fixture.call('updateWorkflow', {
      params: floating,
      body: { steps: { a: step({ imageId: building.imageId, imageVersionId: building.versionId }) } },
    })
    expect((await execute(floating.workflowId)).body['detail']).toContain('is not-ready')
  })

  it('runs the revision of its start also after the workflow was changed', async () => {
    const params = await created({ steps: { a: step({ command: 'first' }) } })
    const { body } = await execute(params.workflowId)
    await fixture.call('updateWorkflow', { params, body: { steps: { b: step({ command: 'second' }) } } })
    const details = await fixture.call('getExecutionDetails', {
      params: { ...params, executionId: String(body['executionId']) },
    })
    expect(details.body).toMatchObject({ steps: [{ name: 'a' }] })
  })
})

describe('runs', () => {
  async function startedRun(): Promise<{ workflowId: number; executionId: string }> {
    const { workflowId } = await created({ steps: { second: step({ parents: ['first'] }), first: step() } })
    const executionId = textIn(await execute(workflowId), 'executionId')
    const at = new Date('2026-01-01T00:00:00Z')
    await fixture.database.db
      .insertInto('execution_event')
      .values([
        { execution_id: executionId, sequence: 1, at, type: 'attempt.started', step: 'first', attempt: 1, data: null },
        { execution_id: executionId, sequence: 2, at, type: 'attempt.running', step: 'first', attempt: 1, data: null },
      ])
      .execute()
    return { workflowId, executionId }
  }

  it('lists them newest first, within a window of time', async () => {
    const { workflowId, executionId } = await startedRun()
    await finishRuns()
    const second = textIn(await execute(workflowId), 'executionId')
    const list = async (query: Readonly<Record<string, string>> = {}): Promise<Answer> =>
      fixture.call('listExecutions', { params: { workflowId }, query })
    expect((await list()).body).toMatchObject({
      workflowId,
      executionsCount: 2,
      executions: [
        { executionId: second, status: 'Running' },
        { executionId, status: 'Success' },
      ],
    })
    expect((await list({ count: '1' })).body).toMatchObject({
      executionsCount: 1,
      executions: [{ executionId: second }],
    })
    expect((await list({ statuses: 'Success' })).body).toMatchObject({ executions: [{ executionId }] })
    expect((await list({ dateTo: '2020-01-01' })).body).toMatchObject({ executions: [], pageCount: 1 })
    expect((await list({ dateFrom: 'yesterday' })).status).toBe(400)
  })

  it('describes steps in the order written, with what is known of them', async () => {
    const params = await startedRun()
    const { body } = await fixture.call('getExecutionDetails', { params })
    expect(body).toMatchObject({
      runId: params.executionId,
      status: 'Running',
      finishedAt: null,
      steps: [
        { name: 'second', status: 'Pending', startedAt: null, attempt: 0, image: 'img:0.0.1' },
        { name: 'first', status: 'Running', startedAt: '2026-01-01T00:00:00.000Z', attempt: 1, stepType: 'standard' },
      ],
    })
  })

  it('answers log lines once, and Running until the step has ended', async () => {
    const params = await startedRun()
    await appendLogLines(fixture.database.db, stepLogStream(params.executionId, 'first'), 1, [{ at: 1, text: 'hello' }])
    const first = await fixture.call('getExecutionLogs', { params, query: { stepName: 'first' } })
    expect(first.body).toMatchObject({ stepRunStatus: 'Running', logs: [{ message: 'hello', timestamp: 1 }] })
    const waiting = await fixture.call('getExecutionLogs', { params, query: { stepName: 'second' } })
    expect(waiting.body).toMatchObject({ stepRunStatus: 'Running', logs: [] })
    expect((await fixture.call('getExecutionLogs', { params, query: { stepName: 'third' } })).status).toBe(404)
    expect((await fixture.call('getExecutionLogs', { params })).body['detail']).toContain('stepName')
  })

  it('links to the whole log of one step', async () => {
    const params = await startedRun()
    await appendLogLines(fixture.database.db, stepLogStream(params.executionId, 'first'), 1, [{ at: 1, text: 'hello' }])
    const answer = await fixture.call('downloadExecutionLogs', { params, query: { stepName: 'first' } })
    const link = new URL(textIn(answer, 'downloadUrl'))
    expect((await fixture.app.inject({ url: link.pathname + link.search })).body).toBe('hello\n')
    link.searchParams.set('stepName', 'second')
    expect((await fixture.app.inject({ url: link.pathname + link.search })).statusCode).toBe(404)
  })
})

it('lists the resources of steps in whole units', async () => {
  const answer = await fixture.app.inject({
    url: '/workflows/api/v1/resources',
    headers: { authorization: fixture.tenant.token },
  })
  expect(answer.json()).toContainEqual({ id: 21, cpu: 0.25, memory: 0.5, gpu: null, gpuMemory: null })
  expect((await fixture.call('getDefaultResource')).body).toEqual({ instanceTypeId: 21, storage: '10GB' })
  const options = await fixture.call('listInstanceOptions', { query: { entityType: 'workflow' } })
  expect(options.body['data']).toContainEqual({
    id: 20,
    name: 'Pico (0.125CPU, 0.125GB RAM)',
    cpu: 125,
    memory: 125,
    gpu: null,
    gpuMemory: null,
    instanceClass: 'General Purpose',
    provider: 'k8s',
    providerInstanceId: null,
  })
})
