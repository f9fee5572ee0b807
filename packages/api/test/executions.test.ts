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
