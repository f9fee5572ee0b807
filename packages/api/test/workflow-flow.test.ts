/** What the API says about the flow of runs: rules of conditions, and why a run is where it is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, makeImage, numberIn, textIn } from './api-fixture.ts'

let fixture: ApiFixture
let imageId: number

beforeEach(async () => {
  fixture = await createApiFixture()
  imageId = (await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })).imageId
})
afterEach(() => fixture.close())

const step = (fields: object = {}): object => ({ imageId, command: 'true', ...fields })
const equals = (stepName: string) => ({ condition: 'equals', stepName, paramName: 'x', value: '1' })
const waitingFor = (...parents: string[]) => ({ condition: 'all-of', parents, status: ['success'] })
const create = (steps: object) => fixture.call('createWorkflow', { body: { name: 'w', steps } })

describe('saving', () => {
  it.each<[string, () => object, string]>([
    [
      'a cycle through conditions, with its path',
      () => ({ a: step({ executionParameters: { parentStatus: [waitingFor('b')] } }), b: step({ parents: ['a'] }) }),
      'steps.a.executionParameters: steps form a cycle through conditions: a → b → a',
    ],
    [
      'a condition on a step that does not exist',
      () => ({ a: step({ executionParameters: { conditional: [equals('q')] } }) }),
      'steps.a.executionParameters.conditional.0.stepName: "q" is no step of this workflow',
    ],
    [
      'a condition on an output that does not exist',
      () => ({ a: step({ executionParameters: { conditional: [equals('b')] } }), b: step() }),
      'steps.a.executionParameters.conditional.0.paramName: step "b" has no output parameter "x"',
    ],
    [
      'an inherited output of a step that waits for this one',
      () => ({
        a: step({ parameters: { inherit: { X: 'x' } } }),
        b: step({ parents: ['a'], outputParameters: { x: 'x' } }),
      }),
      'steps.a.parameters.inherit.X: steps form a cycle: a → b → a; "b" has the output parameter "x"',
    ],
    [
      'a value of 65 KiB, with its size',
      () => ({ a: step({ parameters: { env: { A: 'x'.repeat(65 * 1024) } } }) }),
      'steps.a.parameters.env.A: must have at most 65536 characters, has 66560',
    ],
    [
      'a value of 65 KiB in fewer characters, with its size',
      () => ({ a: step({ parameters: { env: { A: 'ü'.repeat(65 * 512) } } }) }),
      'steps.a.parameters.env.A: has at most 65536 bytes; this one has 66560',
    ],
    [
      '10,001 steps',
      () => Object.fromEntries(Array.from({ length: 10_001 }, (_, place) => [`s${place}`, step()])),
      'steps: must have at most 10000 entries, has 10001',
    ],
  ])('refuses %s', async (_case, steps, words) => {
    const answer = await create(steps())
    expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining(words)])
    expect((await fixture.call('listWorkflows')).body['workflowsCount']).toBe(0)
  })

  it('warns of an inherited output that no step has, and saves the workflow', async () => {
    const answer = await create({ a: step({ parameters: { inherit: { X: 'x' } } }) })
    expect([answer.status, answer.body['warnings']]).toEqual([
      201,
      [{ field: 'steps.a.parameters.inherit.X', rule: expect.stringContaining('"x"') }],
    ])
    await fixture.call('deleteWorkflow', { params: { workflowId: Number(answer.body['id']) } })
  })

  it('shows conditions and skips as they were given', async () => {
    const flow = {
      parents: ['b'],
      executionParameters: { conditional: [equals('b')], parentStatus: [waitingFor('b')] },
      runConfiguration: { skipConfiguration: { skip: true, skipDAG: false } },
    }
    const workflowId = numberIn(await create({ a: step(flow), b: step({ outputParameters: { x: 'x' } }) }), 'id')
    const { body } = await fixture.call('describeWorkflow', { params: { workflowId } })
    expect(body).toMatchObject({ steps: { a: flow } })
  })
})

describe('a run', () => {
  const at = new Date('2026-01-01T00:00:00Z')

  async function startedRun(steps: object): Promise<{ workflowId: number; executionId: string }> {
    const workflowId = numberIn(await create(steps), 'id')
    const started = await fixture.call('executeWorkflow', { params: { workflowId } })
    return { workflowId, executionId: textIn(started, 'executionId') }
  }

  it('says why it started and why each step is where it is', async () => {
    const params = await startedRun({
      train: step({ outputParameters: { x: 'x' } }),
      deploy: step({ executionParameters: { conditional: [equals('train')] } }),
      report: step({ parents: ['train', 'deploy'] }),
    })
    const reason = 'condition "train.x equals 1" does not hold: it is "0"'
    const common = { execution_id: params.executionId, at, attempt: null }
    await fixture.database.db
      .insertInto('execution_event')
      .values([
        { ...common, sequence: 1, type: 'attempt.started', step: 'train', attempt: 1, data: null },
        { ...common, sequence: 2, type: 'step.succeeded', step: 'train', data: '{"outputs":{"x":"0"}}' },
        {
          ...common,
          sequence: 3,
          type: 'step.skipped',
          step: 'deploy',
          data: JSON.stringify({ cause: 'condition', reason }),
        },
      ])
      .execute()
    const { status, body } = await fixture.call('getExecutionDetails', { params })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      trigger: 'manual',
      startedBy: 'default@example.com',
      rerunId: null,
      retriedBy: null,
      outcomeNote: null,
      decisions: [{ kind: 'created', step: null, text: 'started by default@example.com' }],
      steps: [
        {
          name: 'train',
          decisions: [
            { at: at.toISOString(), kind: 'started', step: 'train', text: 'starts: it waits for no step' },
            { kind: 'succeeded' },
          ],
        },
        {
          name: 'deploy',
          status: 'Skipped',
          reason,
          decisions: [{ kind: 'waiting' }, { kind: 'skipped', text: `skipped: ${reason}` }],
        },
        { name: 'report', decisions: [{ kind: 'waiting', text: 'waits for "train", "deploy"' }] },
      ],
    })
  })

  it('says that it waits', async () => {
    const params = await startedRun({ a: step() })
    await fixture.database.pool.query(`update execution set status = 'waiting'`)
    const { body } = await fixture.call('getExecutionDetails', { params })
    expect(body).toMatchObject({
      status: 'Running',
      decisions: [{ kind: 'created' }, { kind: 'queued', text: 'waits for its turn: to be admitted' }],
    })
  })

  it('names the run that it retries, and the newest that retries it', async () => {
    const params = await startedRun({ a: step() })
    await fixture.database.pool.query(`update execution set status = 'failed', finished_at = now()`)
    const again = await fixture.call('executeWorkflow', { params: { workflowId: params.workflowId } })
    const retryId = textIn(again, 'executionId')
    await fixture.database.pool.query(`update execution set trigger = 'retry', rerun_of = $1 where id = $2`, [
      params.executionId,
      retryId,
    ])
    const first = await fixture.call('getExecutionDetails', { params })
    expect(first.body).toMatchObject({ rerunId: null, retriedBy: retryId })
    const second = await fixture.call('getExecutionDetails', { params: { ...params, executionId: retryId } })
    expect(second.body).toMatchObject({
      rerunId: params.executionId,
      retriedBy: null,
      decisions: [{ text: `retry of run ${params.executionId}, started by default@example.com` }],
    })
  })
})
