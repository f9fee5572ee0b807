import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  admitWaitingRuns,
  countWork,
  findRunAhead,
  insertWorkflow,
  lockWorkflow,
  requestStop,
  reviseWorkflow,
  type RunStarted,
  startRun,
} from '../../src/index.ts'

let test: TestDatabase
let workflowId: number
const tenantId = randomUUID()
const limits = { machine: null, mostLiveRuns: 3, mostWaitingRuns: 10 }
const bodyOf = (allowConcurrentExecution: boolean) => ({
  watchers: [],
  metadata: { allowConcurrentExecution },
  steps: { a: { type: 'http', url: 'http://example.com' } },
})

beforeAll(async () => {
  test = await createTestDatabase({ maxConnections: 10 })
  await test.database.db.insertInto('tenant').values({ id: tenantId, name: 'acme' }).execute()
})
afterAll(() => test.drop())

beforeEach(async () => {
  // Of the test before: admission looks at every workflow.
  await test.database.db.updateTable('execution').set({ status: 'success', finished_at: new Date() }).execute()
  const body = bodyOf(true)
  const workflow = { tenantId, name: randomUUID(), body, secrets: [], createdBy: 'a@b.c' }
  workflowId = (await test.database.transaction((tx) => insertWorkflow(tx, workflow))) ?? 0
})

const start = (): Promise<RunStarted> =>
  test.database.transaction((tx) => {
    const parameters = { global: {}, stepWise: {} }
    return startRun(tx, { tenantId, workflowId, trigger: 'manual', startedBy: 'a@b.c', parameters }, limits)
  })

const statuses = async (): Promise<string[]> => {
  const runs = test.database.db.selectFrom('execution').select('status').where('workflow_id', '=', workflowId)
  return (await runs.orderBy('created_at').execute()).map(({ status }) => status)
}

const idsOf = async (status: 'queued' | 'waiting'): Promise<string[]> => {
  const runs = test.database.db.selectFrom('execution').select('id').where('workflow_id', '=', workflowId)
  return (await runs.where('status', '=', status).orderBy('created_at').execute()).map(({ id }) => id)
}

async function endOldestLive(): Promise<void> {
  const [id = ''] = await idsOf('queued')
  await test.database.db
    .updateTable('execution')
    .set({ status: 'success', finished_at: new Date() })
    .where('id', '=', id)
    .execute()
}

const admit = () => admitWaitingRuns(test.database, limits.mostLiveRuns)

describe('starts of a workflow with concurrent runs', () => {
  it('go on beside each other, then wait, then are refused, also when they come at once', async () => {
    const started = await Promise.all(Array.from({ length: 15 }, start))
    expect(started.filter((run) => run.kind === 'started' && run.status === 'queued')).toHaveLength(3)
    expect(started.filter((run) => run.kind === 'started' && run.status === 'waiting')).toHaveLength(10)
    expect(started.filter(({ kind }) => kind === 'queue_full')).toEqual([
      { kind: 'queue_full', live: 3, waiting: 10 },
      { kind: 'queue_full', live: 3, waiting: 10 },
    ])
    expect(await statuses()).toEqual([...Array(3).fill('queued'), ...Array(10).fill('waiting')])
  })

  it('wait each behind the one before, the first behind the oldest live one', async () => {
    for (let index = 0; index < 5; index += 1) await start()
    const [live = ''] = await idsOf('queued')
    const [first = '', second = ''] = await idsOf('waiting')
    expect(await findRunAhead(test.database.db, tenantId, first)).toEqual({ executionId: live, isWaiting: false })
    expect(await findRunAhead(test.database.db, tenantId, second)).toEqual({ executionId: first, isWaiting: true })
    expect(await findRunAhead(test.database.db, tenantId, live)).toBeNull()
    expect(await findRunAhead(test.database.db, randomUUID(), first)).toBeNull()
  })

  it('are counted among the live runs while they wait', async () => {
    for (let index = 0; index < 5; index += 1) await start()
    const { liveExecutions } = await countWork(test.database.db)
    expect(liveExecutions).toMatchObject({ queued: 3, waiting: 2 })
  })

  it('do not overtake those that wait when a place is free', async () => {
    for (let index = 0; index < 4; index += 1) await start()
    await endOldestLive()
    expect(await start()).toMatchObject({ kind: 'started', status: 'waiting' })
  })
})

describe('admission', () => {
  it('gives each free place once, to the oldest, whoever admits and starts at the same time', async () => {
    for (let index = 0; index < 8; index += 1) await start()
    const before = await idsOf('waiting')
    await endOldestLive()
    await endOldestLive()
    const [admitted] = await Promise.all([
      Promise.all([admit(), admit(), admit()]),
      Promise.all([start(), start(), start()]),
    ])
    expect(admitted.reduce((sum, count) => sum + count, 0)).toBe(2)
    expect((await idsOf('queued')).slice(1)).toEqual(before.slice(0, 2))
    expect(await admit()).toBe(0)
  })

  it('passes over a run that is stopped while it waits', async () => {
    for (let index = 0; index < 5; index += 1) await start()
    const [first = '', second = ''] = await idsOf('waiting')
    const stop = { tenantId, workflowId, executionId: first, by: 'a@b.c', reason: null }
    expect(await test.database.transaction((tx) => requestStop(tx, stop))).toBe('stopping')
    await endOldestLive()
    await endOldestLive()
    expect(await admit()).toBe(1)
    expect(await idsOf('queued')).toContain(second)
  })

  it('goes on one by one after concurrent runs were switched off', async () => {
    for (let index = 0; index < 5; index += 1) await start()
    await test.database.transaction(async (tx) => {
      const locked = await lockWorkflow(tx, tenantId, workflowId)
      if (locked === null) throw new Error('no workflow')
      await reviseWorkflow(tx, locked, { name: locked.name, body: bodyOf(false), secrets: [], updatedBy: 'a@b.c' })
    })
    await endOldestLive()
    await endOldestLive()
    expect(await admit()).toBe(0)
    await endOldestLive()
    expect(await admit()).toBe(1)
    expect(await start()).toMatchObject({ kind: 'already_running' })
  })
})
