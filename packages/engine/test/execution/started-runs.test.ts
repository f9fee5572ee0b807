/** Runs as the API starts them: partial ones, retries, and more of a workflow than may be live. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { insertWorkflow, type RunStart, startRun } from '@cairn/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultExecutionSettings } from '../../src/index.ts'
import { RunFixture } from './run-fixture.ts'

let fixture: RunFixture
let server: Server
let base: string
let asked: string[]
let failing: Set<string>
let mostAtOnce: number

beforeEach(async () => {
  fixture = await RunFixture.open()
  asked = []
  failing = new Set()
  mostAtOnce = 0
  let atOnce = 0
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    atOnce += 1
    mostAtOnce = Math.max(mostAtOnce, atOnce)
    setTimeout(() => {
      atOnce -= 1
      response.statusCode = failing.has(path) ? 400 : 200
      response.end(`body of ${path}`)
    }, 5)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})
afterEach(async () => {
  await fixture.close()
  server.closeAllConnections()
  server.close()
})

const call = (name: string, parents: readonly string[] = [], fields: object = {}) => ({
  type: 'http',
  url: `${base}/${name}`,
  parents,
  outputParameters: { answer: 'response.txt' },
  ...fields,
})
const chain = () => ({ a: call('a'), b: call('b', ['a']), c: call('c', ['b']) })

const bodyOf = (steps: object) => ({ metadata: { allowConcurrentExecution: true }, watchers: [], steps })

async function createWorkflow(steps: object): Promise<number> {
  const body = bodyOf(steps)
  const workflow = { tenantId: fixture.tenantId, name: 'w', body, secrets: [], createdBy: 'a@b.c' }
  return (await fixture.database.transaction((tx) => insertWorkflow(tx, workflow))) ?? 0
}

async function start(workflowId: number, what: Partial<RunStart> = {}): Promise<string> {
  const limits = { machine: null, mostLiveRuns: 2, mostWaitingRuns: 100 }
  const parameters = { global: {}, stepWise: {} }
  const run: RunStart = {
    tenantId: fixture.tenantId,
    workflowId,
    trigger: 'manual',
    startedBy: 'a',
    parameters,
    ...what,
  }
  const started = await fixture.database.transaction((tx) => startRun(tx, run, limits))
  if (started.kind !== 'started') throw new Error(started.kind)
  fixture.hints.notify('execution')
  return started.executionId
}

const statusesOf = async (id: string) => (await fixture.finished(id)).steps.map(({ status }) => status)

describe('a partial run', () => {
  it('runs the chosen steps, with those below where asked, and counts the others as success', async () => {
    const workflowId = await createWorkflow(chain())
    fixture.startEngine()
    expect(await statusesOf(await start(workflowId, { stepsToRun: [{ stepName: 'b' }] }))).toEqual([
      'Skipped',
      'Success',
      'Skipped',
    ])
    expect(asked).toEqual(['/b'])
    const below = await start(workflowId, { stepsToRun: [{ stepName: 'b', runDAG: true }] })
    expect(await statusesOf(below)).toEqual(['Skipped', 'Success', 'Success'])
    expect((await fixture.describe(below)).steps[0]?.reason).toBe('left out of this partial run')
  })
})

describe('a retry', () => {
  it('from what failed reuses the rest, with outputs, and lays its parameters over those of before', async () => {
    const workflowId = await createWorkflow({
      ...chain(),
      c: call('c?{{ANSWER}}-{{GIVEN}}-{{KEPT}}', ['b'], { parameters: { inherit: { ANSWER: 'answer' } } }),
    })
    fixture.startEngine()
    failing.add('/b')
    const global = { GIVEN: 'old', KEPT: 'kept' }
    const first = await start(workflowId, { parameters: { global, stepWise: {} } })
    expect(await statusesOf(first)).toEqual(['Success', 'Failed', 'Skipped'])
    failing.clear()
    asked = []
    const again = await start(workflowId, {
      trigger: 'retry',
      parameters: { global: { GIVEN: 'new' }, stepWise: {} },
      retryOf: { executionId: first, from: 'failed' },
    })
    expect(await statusesOf(again)).toEqual(['Success', 'Success', 'Success'])
    expect(asked).toEqual(['/b', '/c?body%20of%20%2Fb-new-kept'])
    expect((await fixture.describe(again)).steps[0]).toMatchObject({
      attempt: 0,
      outputs: { answer: 'body of /a' },
      reason: `reused from run ${first}`,
    })
  })

  it('from the start runs all of the plan of before, though the workflow has changed', async () => {
    const workflowId = await createWorkflow(chain())
    fixture.startEngine()
    const first = await start(workflowId)
    expect(await statusesOf(first)).toEqual(['Success', 'Success', 'Success'])
    await fixture.database.db
      .updateTable('workflow_revision')
      .set({ body: JSON.stringify(bodyOf({ z: call('z') })) })
      .execute()
    asked = []
    const again = await start(workflowId, { trigger: 'retry', retryOf: { executionId: first, from: 'start' } })
    expect(await statusesOf(again)).toEqual(['Success', 'Success', 'Success'])
    expect(asked).toEqual(['/a', '/b', '/c'])
  })
})

describe('runs beyond the live ones', () => {
  it('all end, never more at once than may be, with several engines and one that stops', async () => {
    const workflowId = await createWorkflow({ a: call('a'), b: call('b', ['a']) })
    const settings = { ...defaultExecutionSettings, pollMs: 50, mostLiveRunsOfWorkflow: 2 }
    const engines = [1, 2, 3].map(() => fixture.startEngine({ settings }))
    const ids = await Promise.all(Array.from({ length: 30 }, () => start(workflowId)))
    await engines[0]?.stop()
    for (const id of ids) expect((await fixture.finished(id, 20_000)).status).toBe('success')
    expect(mostAtOnce).toBeLessThanOrEqual(2)
    expect(asked).toHaveLength(60)
  })
})
