import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, makeImage, numberIn, textIn } from './api-fixture.ts'

let fixture: ApiFixture
let workflowId: number
let imageId: number

beforeEach(async () => {
  fixture = await createApiFixture()
  imageId = (await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })).imageId
  workflowId = await createWorkflow({ steps: { a: { imageId, command: 'true' } } })
})
afterEach(() => fixture.close())

async function createWorkflow(body: object): Promise<number> {
  return numberIn(await fixture.call('createWorkflow', { body: { name: 'w', ...body } }), 'id')
}

async function execute(body: object = {}): Promise<string> {
  return textIn(await fixture.call('executeWorkflow', { params: { workflowId }, body }), 'executionId')
}

const describeRun = (executionId: string): Promise<Answer> =>
  fixture.call('getExecutionDetails', { params: { workflowId, executionId } })

async function endRun(executionId: string, status: 'success' | 'failed' | 'stopped' = 'success'): Promise<void> {
  await fixture.database.db
    .updateTable('execution')
    .set({ status, finished_at: new Date() })
    .where('id', '=', executionId)
    .execute()
}

describe('stopping', () => {
  const stop = (executionId: string, body: object = {}): Promise<Answer> =>
    fixture.call('stopExecution', { params: { workflowId, executionId }, body })

  it('marks the run once, with who asked and why, and hints after it', async () => {
    const executionId = await execute()
    const first = await stop(executionId, { reason: 'wrong month' })
    expect(first.body).toEqual({ executionId, status: 'Stopping' })
    expect((await stop(executionId, { reason: 'another' })).body).toEqual({ executionId, status: 'Stopping' })
    const row = await fixture.database.db
      .selectFrom('execution')
      .select(['status', 'stop_requested_by', 'stop_reason'])
      .executeTakeFirstOrThrow()
    expect(row).toEqual({
      status: 'stopping',
      stop_requested_by: 'default@example.com',
      stop_reason: 'wrong month',
    })
    expect((await describeRun(executionId)).body['status']).toBe('Stopping')
    expect(fixture.hinted).toEqual(['execution', 'stop', 'stop'])
  })

  it.each([
    ['success', 'Success'],
    ['failed', 'Failed'],
    ['stopped', 'Stopped'],
  ] as const)('answers how a run ended that is %s, and changes nothing', async (status, onTheWire) => {
    const executionId = await execute()
    await endRun(executionId, status)
    expect((await stop(executionId)).body).toEqual({ executionId, status: onTheWire })
    const row = await fixture.database.db
      .selectFrom('execution')
      .select(['status', 'stop_requested_at'])
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ status, stop_requested_at: null })
  })

  it('takes a body that is not there, and names what is wrong with one that is', async () => {
    const executionId = await execute()
    const url = `/workflows/api/v1/workflows/${workflowId}/executions/${executionId}/stop`
    const headers = { authorization: fixture.tenant.token }
    expect((await fixture.app.inject({ method: 'POST', url, headers })).statusCode).toBe(200)
    const refused = await stop(executionId, { reason: 'x'.repeat(257) })
    expect([refused.status, refused.body['detail']]).toEqual([400, expect.stringContaining('reason: ')])
  })

  it('does not know a run of another workflow', async () => {
    const executionId = await execute()
    const other = numberIn(
      await fixture.call('createWorkflow', { body: { name: 'x', steps: { a: { imageId, command: 'true' } } } }),
      'id',
    )
    const answer = await fixture.call('stopExecution', { params: { workflowId: other, executionId } })
    expect(answer.status).toBe(404)
  })

  it('keeps a workflow from being deleted until the run has ended', async () => {
    const executionId = await execute()
    await stop(executionId)
    expect((await fixture.call('deleteWorkflow', { params: { workflowId } })).status).toBe(409)
    await endRun(executionId, 'stopped')
    expect((await fixture.call('deleteWorkflow', { params: { workflowId } })).status).toBe(200)
  })
})

describe('a partial run', () => {
  it('is seeded with what it leaves out', async () => {
    workflowId = await createWorkflow({
      name: 'two',
      steps: { a: { imageId, command: 'true' }, b: { imageId, command: 'true', parents: ['a'] } },
    })
    const executionId = await execute({ stepsToRun: [{ stepName: 'b' }] })
    expect((await describeRun(executionId)).body).toMatchObject({
      steps: [
        { name: 'a', status: 'Skipped', reason: 'left out of this partial run' },
        { name: 'b', status: 'Queued' },
      ],
    })
  })

  it('names a step that the workflow does not have', async () => {
    const body = { stepsToRun: [{ stepName: 'a' }, { stepName: 'x' }] }
    const answer = await fixture.call('executeWorkflow', { params: { workflowId }, body })
    expect([answer.status, answer.body['detail']]).toEqual([400, 'stepsToRun.1.stepName: the workflow has no step "x"'])
  })
})

describe('retrying', () => {
  const retry = (executionId: string, body: object): Promise<Answer> =>
    fixture.call('retryExecution', { params: { workflowId, executionId }, body })

  /** The end of step `a`. */
  async function record(executionId: string, end: { readonly type: string; readonly data: object }): Promise<void> {
    const run = { execution_id: executionId, at: new Date(), step: 'a' }
    await fixture.database.db
      .insertInto('execution_event')
      .values([
        { ...run, sequence: 1, type: 'attempt.started', attempt: 1, data: null },
        { ...run, sequence: 2, type: end.type, attempt: null, data: JSON.stringify(end.data) },
      ])
      .execute()
  }

  async function failedRun(): Promise<string> {
    const executionId = await execute({ params: { global: { A: '1', B: '1' } } })
    await record(executionId, { type: 'step.failed', data: { reason: 'exit code 1', exitCode: 1 } })
    await endRun(executionId, 'failed')
    return executionId
  }

  it('starts a run of the same plan, with the parameters laid over, and names the run that it retries', async () => {
    const executionId = await failedRun()
    const answer = await retry(executionId, { from: 'failed', params: { global: { B: '2' } } })
    expect(answer.status).toBe(202)
    const again = textIn(answer, 'executionId')
    const row = await fixture.database.db
      .selectFrom('execution')
      .select(['rerun_of', 'trigger', 'parameters', 'plan_id'])
      .where('id', '=', again)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      rerun_of: executionId,
      trigger: 'retry',
      parameters: { global: { A: '1', B: '2' }, stepWise: {} },
    })
    const listed = await fixture.call('listExecutions', { params: { workflowId } })
    expect(listed.body['executions']).toMatchObject([{ executionId: again, rerunId: executionId }, { executionId }])
    const described = await fixture.call('describeWorkflow', { params: { workflowId } })
    expect(described.body['lastExecution']).toMatchObject({ executionId: again, rerunId: executionId })
  })

  it('is refused while the run goes on, when nothing failed, and beside another run', async () => {
    const executionId = await execute()
    const live = await retry(executionId, { from: 'start' })
    expect([live.status, live.body['code']]).toEqual([409, 'already_running'])
    await record(executionId, { type: 'step.succeeded', data: { outputs: {} } })
    await endRun(executionId)
    const whole = await retry(executionId, { from: 'failed' })
    expect([whole.status, whole.body['code']]).toEqual([409, 'conflict'])
    const failed = await failedRun()
    await execute()
    expect((await retry(failed, { from: 'failed' })).body['code']).toBe('already_running')
  })

  it('is refused for a live run also where concurrent runs are on', async () => {
    const body = {
      name: 'many',
      metadata: { allowConcurrentExecution: true },
      steps: { a: { imageId, command: 'true' } },
    }
    workflowId = await createWorkflow(body)
    const answer = await retry(await execute(), { from: 'start' })
    expect([answer.status, answer.body['detail']]).toEqual([409, expect.stringContaining('has not ended')])
  })

  it.each([
    ['no origin', {}, 'from: is required'],
    ['another origin', { from: 'middle' }, 'from: '],
    [
      'parameters of a step that is none',
      { from: 'failed', params: { stepWise: { x: { A: '1' } } } },
      'params.stepWise.x',
    ],
  ])('refuses %s', async (_case, body, words) => {
    const answer = await retry(await failedRun(), body)
    expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining(words)])
  })

  it('does not know a run of another workflow', async () => {
    const executionId = await failedRun()
    workflowId = await createWorkflow({ name: 'other', steps: { a: { imageId, command: 'true' } } })
    expect((await retry(executionId, { from: 'start' })).status).toBe(404)
  })
})

describe('more runs than may be live', () => {
  it('wait, say behind which run, count as running, and are refused beyond the bound with the time to wait', async () => {
    const body = {
      name: 'many',
      metadata: { allowConcurrentExecution: true },
      steps: { a: { imageId, command: 'true' } },
    }
    workflowId = await createWorkflow(body)
    const [first = ''] = await Promise.all(Array.from({ length: 10 }, () => execute()))
    const eleventh = await execute()
    const twelfth = await execute()
    expect((await describeRun(twelfth)).body).toMatchObject({
      status: 'Running',
      reason: `waits behind run ${eleventh}`,
    })
    expect((await describeRun(eleventh)).body['reason']).toMatch(
      /^waits behind run [0-9a-f-]{36}: 10 runs of this workflow may be live$/,
    )
    expect((await describeRun(first)).body['reason']).toBeNull()
    await fixture.database.db
      .updateTable('execution')
      .set({ status: 'queued', admitted_at: new Date('2026-01-01T00:00:00Z') })
      .where('id', '=', twelfth)
      .execute()
    expect((await describeRun(twelfth)).body).toMatchObject({
      reason: null,
      decisions: [
        { kind: 'created' },
        { kind: 'queued', text: `waits for its turn: behind run ${eleventh} until 2026-01-01T00:00:00.000Z` },
      ],
    })
    expect((await fixture.call('deleteWorkflow', { params: { workflowId } })).status).toBe(409)
    for (let index = 1; index < 100; index += 1) await execute()
    const refused = await fixture.call('executeWorkflow', { params: { workflowId }, body: {} })
    expect([refused.status, refused.body['code'], refused.headers['retry-after']]).toEqual([429, 'queue_full', '30'])
  })
})

describe('the newest runs in the list of workflows', () => {
  it('come with each workflow when they are asked for, newest first, with why one failed', async () => {
    const first = await execute()
    await endRun(first)
    const second = await execute()
    await endRun(second, 'failed')
    await fixture.database.db
      .updateTable('execution')
      .set({ reason: 'out of memory' })
      .where('id', '=', second)
      .execute()
    const third = await execute()
    const quiet = await createWorkflow({ name: 'quiet', steps: { a: { imageId, command: 'true' } } })

    const two = await fixture.call('listWorkflows', { query: { recentRuns: '2' } })
    expect(two.body['workflows']).toMatchObject([
      { id: quiet, recentRuns: [] },
      {
        id: workflowId,
        recentRuns: [
          { executionId: third, status: 'Running', finishedAt: null },
          { executionId: second, status: 'Failed', reason: 'out of memory' },
        ],
      },
    ])
    const none = await fixture.call('listWorkflows')
    expect(JSON.stringify(none.body)).not.toContain('recentRuns')
    const others = await fixture.call('listWorkflows', { query: { recentRuns: '2' }, token: fixture.otherTenant.token })
    expect(others.body['workflows']).toEqual([])
  })
})
