import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  insertWorkflow,
  lockWorkflow,
  reviseWorkflow,
  RunStarter,
  type RunStart,
  type RunStarted,
} from '../../src/index.ts'

let test: TestDatabase
let starter: RunStarter
const tenantId = randomUUID()
const limits = { machine: null, mostLiveRuns: 3, mostWaitingRuns: 4 }
const bodyOf = (step: string, allowConcurrentExecution = true) => ({
  watchers: [{ user: 'a@b.c', events: { runtimeExceeded: 5 } }],
  metadata: { allowConcurrentExecution },
  steps: { [step]: { type: 'http', url: 'http://example.com' } },
})

beforeAll(async () => {
  test = await createTestDatabase({ maxConnections: 10 })
  starter = new RunStarter(test.database)
  await test.database.db.insertInto('tenant').values({ id: tenantId, name: 'acme' }).execute()
})
afterAll(() => test.drop())

async function createWorkflow(body: object = bodyOf('a')): Promise<number> {
  const workflow = { tenantId, name: randomUUID(), body, secrets: [], createdBy: 'a@b.c' }
  return (await test.database.transaction((tx) => insertWorkflow(tx, workflow))) ?? 0
}

const start = (workflowId: number, what: Partial<RunStart> = {}): Promise<RunStarted> =>
  starter.start(
    {
      tenantId,
      workflowId,
      trigger: 'manual',
      startedBy: 'a@b.c',
      parameters: { global: {}, stepWise: {} },
      ...what,
    },
    limits,
  )

const kindsOf = (outcomes: readonly RunStarted[]): string[] =>
  outcomes.map((outcome) => (outcome.kind === 'started' ? outcome.status : outcome.kind))

const idOf = (outcome: RunStarted | undefined): string => (outcome?.kind === 'started' ? outcome.executionId : '')

const plansOf = async (workflowId: number): Promise<string[]> => {
  const runs = test.database.db.selectFrom('execution').innerJoin('run_plan', 'run_plan.id', 'plan_id').select('body')
  const rows = await runs.where('execution.workflow_id', '=', workflowId).orderBy('execution.created_at').execute()
  return rows.flatMap(({ body }) => Object.keys(body.steps))
}

it('gives the places of a workflow in the order in which starts came, as if one came after the other', async () => {
  const workflowId = await createWorkflow()
  const outcomes = await Promise.all(Array.from({ length: 9 }, () => start(workflowId)))
  const places = ['queued', 'queued', 'queued', 'waiting', 'waiting', 'waiting', 'waiting', 'queue_full', 'queue_full']
  expect(kindsOf(outcomes)).toEqual(places)
  const rows = await test.database.db
    .selectFrom('execution')
    .select(['id', 'status', 'waited_behind as behind', 'created_at as at'])
    .where('workflow_id', '=', workflowId)
    .orderBy('created_at')
    .execute()
  expect(rows.map(({ id }) => id)).toEqual(outcomes.slice(0, 7).map(idOf))
  expect(rows.slice(3).map(({ behind }) => behind)).toEqual(
    outcomes.slice(2, 6).map((_, i) => idOf(outcomes[i === 0 ? 0 : i + 2])),
  )
})

it('names the live run of a workflow without concurrent runs, also one that started in the same moment', async () => {
  const workflowId = await createWorkflow(bodyOf('a', false))
  const [first, second] = await Promise.all([start(workflowId), start(workflowId)])
  expect(second).toEqual({ kind: 'already_running', executionId: idOf(first) })
})

it('starts the others when one is refused, and leaves nothing of that one behind', async () => {
  const [good, bad] = [await createWorkflow(), await createWorkflow()]
  const wrong = { parameters: { global: {}, stepWise: { z: { A: '1' } } } }
  const outcomes = await Promise.all([
    start(good),
    start(bad, wrong),
    start(bad, { stepsToRun: [{ stepName: 'z' }] }),
    start(good + 1_000_000),
    start(good, { tenantId: randomUUID() }),
    start(good),
  ])
  expect(kindsOf(outcomes)).toEqual([
    'queued',
    'invalid_parameters',
    'invalid_parameters',
    'unknown_workflow',
    'unknown_workflow',
    'queued',
  ])
  expect(await plansOf(good)).toHaveLength(2)
  expect(await plansOf(bad)).toHaveLength(0)
})

it('starts the others when the database refuses what one of them brought', async () => {
  const [good, bad] = [await createWorkflow(), await createWorkflow()]
  const outcomes = await Promise.allSettled([start(good), start(bad, { startedBy: 'nul\0' }), start(good)])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await plansOf(good)).toHaveLength(2)
  expect(await plansOf(bad)).toHaveLength(0)
})

it('does not keep the others waiting for a workflow whose row is held, and starts that one with its new revision', async () => {
  const [free, held] = [await createWorkflow(), await createWorkflow(bodyOf('old'))]
  expect(kindsOf([await start(held)])).toEqual(['queued'])
  const isHeld = Promise.withResolvers<void>()
  const letGo = Promise.withResolvers<void>()
  const change = test.database.transaction(async (tx) => {
    const locked = await lockWorkflow(tx, tenantId, held)
    if (locked === null) throw new Error('no workflow')
    await reviseWorkflow(tx, locked, { name: locked.name, body: bodyOf('new'), secrets: [], updatedBy: 'a@b.c' })
    isHeld.resolve()
    await letGo.promise
  })
  await isHeld.promise
  const late = start(held)
  expect(kindsOf([await start(free)])).toEqual(['queued'])
  letGo.resolve()
  await change
  expect(kindsOf([await late, await start(held)])).toEqual(['queued', 'queued'])
  expect(await plansOf(held)).toEqual(['old', 'new', 'new'])
})

it('never gives more places than there are when several processes start at once', async () => {
  const workflowId = await createWorkflow()
  const starters = [starter, new RunStarter(test.database), new RunStarter(test.database)]
  const run = {
    tenantId,
    workflowId,
    trigger: 'manual',
    startedBy: 'a',
    parameters: { global: {}, stepWise: {} },
  } as const
  const outcomes = await Promise.all(starters.flatMap((one) => Array.from({ length: 4 }, () => one.start(run, limits))))
  expect(kindsOf(outcomes).toSorted()).toEqual([
    ...Array(5).fill('queue_full'),
    ...Array(3).fill('queued'),
    ...Array(4).fill('waiting'),
  ])
})

it('looks at each run once its first limit to the run time may have passed', async () => {
  const workflowId = await createWorkflow()
  const ids = (await Promise.all([start(workflowId), start(workflowId)])).map(idOf)
  const work = test.database.db.selectFrom('work').select('key').where('kind', '=', 'notification')
  const keys = (await work.execute()).map(({ key }) => key)
  expect(keys).toEqual(expect.arrayContaining(ids.map((id) => `runtime:${id}`)))
})
