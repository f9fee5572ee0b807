/** A stop survives the death of the run's owner at every point between the wish and the end, and while nobody owns the run. */
import { randomUUID } from 'node:crypto'
import { requestStop } from '@cairn/store'
import { createTestDatabase, eventually, planOf, plannedContainerStep, type TestDatabase } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findBrokenInvariants } from './execution/invariants.ts'
import { startRuns } from './execution/random-runs.ts'
import { storedEngineSchema } from './execution/stored-engine.ts'
import { untilNothingIsHeld } from './execution/until-nothing-is-held.ts'
import { startWorker, WorkerPool } from './execution/worker-processes.ts'

let test: TestDatabase
let errors: string[]
const tenantId = randomUUID()
const hour = 3_600_000

beforeEach(async () => {
  errors = []
  test = await createTestDatabase()
  await test.database.pool.query(storedEngineSchema)
  await test.database.db.insertInto('tenant').values({ id: tenantId, name: 'acme' }).execute()
})
afterEach(() => test.drop())

const outputParameters = { out: 'out.txt' }
const plan = planOf({
  long: plannedContainerStep({ command: `run ${hour} 0`, outputParameters }),
  beside: plannedContainerStep({ command: `run ${hour} 0`, outputParameters }),
  after: plannedContainerStep({ command: 'run 1 0', parents: ['long'], outputParameters }),
})

async function containersRun(count: number): Promise<void> {
  await eventually(
    async () => {
      const { rows } = await test.database.pool.query('select from fake_engine.start')
      expect(rows).toHaveLength(count)
    },
    { timeoutMs: 20_000, everyMs: 50 },
  )
}

async function stopAll(): Promise<void> {
  const runs = await test.database.db.selectFrom('execution').select(['id', 'workflow_id']).execute()
  for (const { id: executionId, workflow_id: workflowId } of runs) {
    const stop = { tenantId, workflowId, executionId, by: 'a@b.c', reason: null }
    await test.database.transaction((tx) => requestStop(tx, stop))
  }
}

interface Outcome {
  readonly ends: readonly string[]
  readonly errors: readonly string[]
  readonly broken: Readonly<Record<string, unknown[]>>
}

const allStopped: Outcome = { ends: ['stopped: stopped by a@b.c'], errors: [], broken: {} }

/** How the runs ended, each way once, with an owner that lives. */
async function outcome(): Promise<Outcome> {
  const calm = new WorkerPool({ url: test.url, fate: { kind: 'lives' } }, 1, errors)
  try {
    const runs = await eventually(
      async () => {
        const rows = await test.database.db
          .selectFrom('execution')
          .select(['status', 'reason', 'finished_at'])
          .execute()
        expect(rows.filter((run) => run.finished_at === null)).toEqual([])
        return rows
      },
      { timeoutMs: 20_000, everyMs: 50 },
    )
    await untilNothingIsHeld(test.database)
    const ends = [...new Set(runs.map(({ status, reason }) => `${status}: ${reason}`))]
    return { ends, errors, broken: await findBrokenInvariants(test.database) }
  } finally {
    await calm.stop()
  }
}

describe('a stop is carried out', () => {
  it.each([
    'execution.stop-learnt',
    'execution.before-stop',
    'execution.container-stopped',
    'execution.attempt-concluded',
    'execution.before-remove',
  ])('by the next owner when the first one dies at %s', async (point) => {
    await startRuns(test.database, tenantId, [plan, plan, plan])
    const first = startWorker({ url: test.url, fate: { kind: 'dies_at', point } }, errors)
    await containersRun(6)
    await stopAll()
    await first.gone
    expect(await outcome()).toEqual(allStopped)
  })

  it('by the next owner when it came while nobody owned the run', async () => {
    await startRuns(test.database, tenantId, [plan, plan, plan])
    const first = startWorker({ url: test.url, fate: { kind: 'lives' } }, errors)
    await containersRun(6)
    first.signal('SIGKILL')
    await first.gone
    await stopAll()
    expect(await outcome()).toEqual(allStopped)
  })

  it('without a container when it came before the first owner, who died at the claim', async () => {
    await startRuns(test.database, tenantId, [plan, plan, plan])
    await stopAll()
    await startWorker({ url: test.url, fate: { kind: 'dies_at', point: 'execution.claimed' } }, errors).gone
    expect(await outcome()).toEqual(allStopped)
    await containersRun(0)
  })
})
