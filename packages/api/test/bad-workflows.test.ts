/** What a careless or hostile author sends: a 4xx whose message names the step, the field and the rule; nothing is kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, makeImage, numberIn } from './api-fixture.ts'

let fixture: ApiFixture
let imageId: number
let workflowId: number

beforeAll(async () => {
  fixture = await createApiFixture()
  imageId = (await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })).imageId
  workflowId = numberIn(await fixture.call('createWorkflow', { body: { name: 'good', steps: { a: step() } } }), 'id')
})
afterAll(() => fixture.close())

const step = (fields: object = {}): object => ({ imageId, command: 'true', ...fields })
const http = (fields: object = {}): object => ({ type: 'http', url: 'https://example.com/', ...fields })
const kib = 1024

type Case = readonly [what: string, body: () => object, field: string, rule: string | RegExp]

const workflows: readonly Case[] = [
  [
    'a cron of 10 kB',
    () => ({ triggers: [{ cron: '*/5 '.repeat(2500) }], steps: { a: step() } }),
    'triggers.0.cron',
    'must have at most 256 characters, has 10000',
  ],
  [
    'a cron of too many fields',
    () => ({ triggers: [{ cron: '* * * * * * * *' }], steps: { a: step() } }),
    'triggers.0.cron',
    /fields/,
  ],
  [
    'a payload of 2 MB',
    () => ({ steps: { a: http(), post: http({ method: 'post', payload: 'x'.repeat(2_000_000) }) } }),
    'steps.post.payload',
    'must have at most 65536 characters, has 2000000',
  ],
  [
    '10,001 steps',
    () => ({ steps: Object.fromEntries(Array.from({ length: 10_001 }, (_, place) => [`s${place}`, http()])) }),
    'steps',
    'must have at most 10000 entries, has 10001',
  ],
  [
    'a cycle through conditions',
    () => ({
      steps: {
        a: step({ parents: ['b'], outputParameters: { x: 'x' } }),
        b: step({
          executionParameters: { conditional: [{ condition: 'equals', stepName: 'a', paramName: 'x', value: '1' }] },
        }),
      },
    }),
    'steps.b.executionParameters',
    'steps form a cycle through conditions: a → b → a; a condition makes "b" wait for "a"',
  ],
  [
    'a parameter of 65 KiB',
    () => ({ steps: { a: step(), b: step({ parameters: { env: { BIG: 'x'.repeat(65 * kib) } } }) } }),
    'steps.b.parameters.env.BIG',
    'must have at most 65536 characters, has 66560',
  ],
  [
    'an unknown secret of a container step',
    () => ({ steps: { a: step({ parameters: { secrets: ['ghost'] } }) } }),
    'steps.a.parameters.secrets',
    'secret "ghost" does not exist; GET /secrets/api/v1/secrets lists them',
  ],
  [
    'an unknown secret in a header',
    () => ({ steps: { a: http({ headers: { secrets: { 'x-token': 'ghost' } } }) } }),
    'steps.a.headers.secrets.x-token',
    'secret "ghost" does not exist; GET /secrets/api/v1/secrets lists them',
  ],
  [
    'an instance type of services',
    () => ({ steps: { a: step({ resources: { instanceTypeId: 1 } }) } }),
    'steps.a.resources.instanceTypeId',
    /instance type 1 .*workflow/,
  ],
  [
    'an instance type of nothing',
    () => ({ steps: { a: step({ resources: { instanceTypeId: 999_999 } }) } }),
    'steps.a.resources.instanceTypeId',
    /instance type 999999/,
  ],
  ['a type that is none', () => ({ steps: { a: { type: 'magic' } } }), 'steps.a.type', /standard.*http.*sql.*export/],
  ['a step that is no object', () => ({ steps: { a: 'train' } }), 'steps.a', 'must be an object'],
  [
    'a name of a step that is none',
    () => ({ steps: { '../a': step() } }),
    'steps.../a',
    /is a step name, which must be 1 to 64 letters/,
  ],
  ['a parent that is no step', () => ({ steps: { a: step({ parents: ['b'] }) } }), 'steps.a.parents', /"b" is no step/],
]

const runs: readonly Case[] = [
  [
    'a parameter of 65 KiB',
    () => ({ params: { global: { BIG: 'x'.repeat(65 * kib) } } }),
    'params.global.BIG',
    'must have at most 65536 characters, has 66560',
  ],
  [
    'a parameter of a step that is none',
    () => ({ params: { stepWise: { ghost: { A: '1' } } } }),
    'params.stepWise.ghost',
    /no step/,
  ],
  ['a step to run that is none', () => ({ stepsToRun: [{ stepName: 'ghost' }] }), 'stepsToRun.0.stepName', /no step/],
  ['a key that is none', () => ({ parameters: {} }), 'parameters', /^is /],
]

const broken = (field: string, rule: string | RegExp) => ({
  status: 400,
  body: {
    detail: expect.stringContaining(`${field}: `),
    errors: expect.arrayContaining([{ field, rule: typeof rule === 'string' ? rule : expect.stringMatching(rule) }]),
  },
})

describe('a workflow with', () => {
  it.each(workflows)('%s is not created', async (_what, body, field, rule) => {
    const answer = await fixture.call('createWorkflow', { body: { name: 'bad', ...body() } })
    expect(answer).toMatchObject(broken(field, rule))
    expect((await fixture.call('listWorkflows')).body['workflowsCount']).toBe(1)
  })

  it.each(workflows)('%s replaces none', async (_what, body, field, rule) => {
    const params = { workflowId }
    const before = (await fixture.call('describeWorkflow', { params })).body
    expect(await fixture.call('updateWorkflow', { params, body: body() })).toMatchObject(broken(field, rule))
    expect((await fixture.call('describeWorkflow', { params })).body).toEqual(before)
  })

  it('more than 2 MiB in all is refused by its size', async () => {
    const steps = { a: http({ payload: 'x'.repeat(2 * kib * kib) }) }
    const answer = await fixture.call('createWorkflow', { body: { name: 'bad', steps } })
    expect(answer).toMatchObject({ status: 413, body: { detail: expect.stringContaining('2097152') } })
  })
})

describe('a run with', () => {
  it.each(runs)('%s is not started', async (_what, body, field, rule) => {
    const answer = await fixture.call('executeWorkflow', { params: { workflowId }, body: body() })
    expect(answer).toMatchObject(broken(field, rule))
    expect((await fixture.call('listExecutions', { params: { workflowId } })).body['executionsCount']).toBe(0)
  })
})
