import { randomUUID } from 'node:crypto'
import { createTestDatabase, eventually, planOf, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  claimExecutions,
  declareDeadProcesses,
  findLiveExecution,
  flushRunEvents,
  insertExecution,
  readRunEvents,
  registerEngineProcess,
  releaseOrphanedExecutions,
  resignEngineProcess,
  type RunFlush,
  upsertRunPlan,
} from '../../src/index.ts'

let test: TestDatabase
let owner: string
let workflowId: number
let executionId: string
const tenantId = randomUUID()

beforeAll(async () => {
  test = await createTestDatabase()
  await test.database.db.insertInto('tenant').values({ id: tenantId, name: 'acme' }).execute()
})
afterAll(() => test.drop())

beforeEach(async () => {
  owner = await registerEngineProcess(test.database.db, { leaseMs: 60_000 })
  executionId = await startRun()
})

async function startRun(): Promise<string> {
  const id = randomUUID()
  await test.database.transaction(async (tx) => {
    const workflow = await tx
      .insertInto('workflow')
      .values({ tenant_id: tenantId, name: id, created_by: 'a', updated_by: 'a', deleted_at: null })
      .returning('id')
      .executeTakeFirstOrThrow()
    workflowId = workflow.id
    const plan = { workflowId, revision: 1, digest: 'd', body: planOf({}) }
    const planId = await upsertRunPlan(tx, plan)
    expect(await upsertRunPlan(tx, plan)).toBe(planId)
    const parameters = { global: {}, stepWise: {} }
    await insertExecution(tx, { id, tenantId, workflowId, planId, parameters, trigger: 'manual', startedBy: 'a' })
  })
  return id
}

const started = (sequence: number, attempt = sequence): RunFlush['events'][number] => ({
  executionId,
  sequence,
  at: 1_700_000_000_123,
  event: { type: 'attempt.started', step: 'a', attempt },
})
const flushOf = (parts: Partial<RunFlush>): RunFlush => ({
  events: [],
  finished: [],
  logs: [],
  repeated: false,
  ...parts,
})

describe('claimExecutions', () => {
  it('gives each run to one process and says whether it had an owner before', async () => {
    const [run] = (await claimExecutions(test.database.db, owner, 100)).filter(({ id }) => id === executionId)
    expect(run).toMatchObject({ tenantName: 'acme', hasEvents: false, parameters: { global: {}, stepWise: {} } })
    expect(await claimExecutions(test.database.db, owner, 100)).toEqual([])
    await resignEngineProcess(test.database.db, owner)
    expect(await releaseOrphanedExecutions(test.database.db)).toBeGreaterThan(0)
    const other = await registerEngineProcess(test.database.db, { leaseMs: 60_000 })
    const again = await claimExecutions(test.database.db, other, 100)
    expect(again.find(({ id }) => id === executionId)).toMatchObject({ hasEvents: true })
  })

  it('gives nothing to a process that was declared dead', async () => {
    await resignEngineProcess(test.database.db, owner)
    expect(await claimExecutions(test.database.db, owner, 100)).toEqual([])
  })
})

describe('flushRunEvents', () => {
  it('appends events as they were, stores logs, and ends runs', async () => {
    await claimExecutions(test.database.db, owner, 100)
    const events: RunFlush['events'] = [
      started(1),
      { executionId, sequence: 2, at: 5, event: { type: 'step.succeeded', step: 'a', outputs: { x: 'ü\n"' } } },
      { executionId, sequence: 3, at: 6, event: { type: 'run.finished', status: 'success', reason: null } },
    ]
    const finished = [{ executionId, status: 'success', reason: null, at: 6, watched: false } as const]
    const logs = [{ stream: `step:${executionId}:a`, sequence: 1, lines: [{ at: 4, text: 'line' }] }]
    expect(await flushRunEvents(test.database.pool, owner, flushOf({ events, finished, logs }))).toBe('flushed')
    const stored = await readRunEvents(test.database.db, tenantId, executionId)
    expect(stored).toEqual(events.map(({ sequence, at, event }) => ({ sequence, at, event })))
    expect(await readRunEvents(test.database.db, randomUUID(), executionId)).toEqual([])
    expect(await findLiveExecution(test.database.db, workflowId)).toBeNull()
    expect(await test.database.db.selectFrom('work').selectAll().execute()).toEqual([])
  })

  it('leaves work for the notifications of a watched run with its end, once however often it is repeated', async () => {
    await claimExecutions(test.database.db, owner, 100)
    const end = { type: 'run.finished', status: 'failed', reason: 'exit code 1' } as const
    const flush = flushOf({
      events: [{ executionId, sequence: 1, at: 6, event: end }],
      finished: [{ executionId, status: 'failed', reason: 'exit code 1', at: 6, watched: true }],
    })
    await flushRunEvents(test.database.pool, owner, flush)
    await flushRunEvents(test.database.pool, owner, { ...flush, repeated: true })
    const work = await test.database.db.selectFrom('work').select(['kind', 'key', 'token']).execute()
    expect(work).toEqual([{ kind: 'notification', key: `finished:${executionId}`, token: null }])
    await sql`delete from work`.execute(test.database.db)
  })

  it('leaves no work for the end of a run when the process was declared dead', async () => {
    await claimExecutions(test.database.db, owner, 100)
    await resignEngineProcess(test.database.db, owner)
    const finished = [{ executionId, status: 'success', reason: null, at: 6, watched: true } as const]
    expect(await flushRunEvents(test.database.pool, owner, flushOf({ finished }))).toBe('fenced')
    expect(await test.database.db.selectFrom('work').selectAll().execute()).toEqual([])
  })

  it('stores text that PostgreSQL cannot hold without what it cannot hold', async () => {
    const event = { type: 'step.failed', step: 'a', reason: 'a\0b\ud800', exitCode: 1 } as const
    await flushRunEvents(test.database.pool, owner, flushOf({ events: [{ executionId, sequence: 1, at: 1, event }] }))
    const [stored] = await readRunEvents(test.database.db, tenantId, executionId)
    expect(stored?.event).toEqual({ ...event, reason: 'ab\ufffd' })
  })

  it('changes nothing when a flush that did commit is repeated', async () => {
    const flush = flushOf({ events: [started(1)] })
    await flushRunEvents(test.database.pool, owner, flush)
    await expect(flushRunEvents(test.database.pool, owner, flush)).rejects.toMatchObject({ code: '23505' })
    expect(await flushRunEvents(test.database.pool, owner, { ...flush, repeated: true })).toBe('flushed')
    expect(await readRunEvents(test.database.db, tenantId, executionId)).toHaveLength(1)
  })

  it('refuses a second outcome of a step and a second start of an attempt', async () => {
    const outcome = (sequence: number) => ({
      executionId,
      sequence,
      at: 1,
      event: { type: 'step.succeeded', step: 'a', outputs: {} } as const,
    })
    await flushRunEvents(test.database.pool, owner, flushOf({ events: [started(1, 1), outcome(2)] }))
    const second = flushRunEvents(test.database.pool, owner, flushOf({ events: [outcome(3)] }))
    await expect(second).rejects.toMatchObject({ code: '23505' })
    const start = flushRunEvents(test.database.pool, owner, flushOf({ events: [started(3, 1)] }))
    await expect(start).rejects.toMatchObject({ code: '23505' })
  })

  it('writes nothing for a dead process, also when it is declared dead while the flush is under way', async () => {
    await sql`update engine_process set lease_until = now() - interval '1 s' where id = ${owner}`.execute(
      test.database.db,
    )
    const flushing = await test.database.transaction(async (tx) => {
      expect(await declareDeadProcesses(tx)).toContain(owner)
      const flush = flushRunEvents(test.database.pool, owner, flushOf({ events: [started(1)] }))
      // The flush must have its snapshot, in which the process lives, and wait for the row.
      await eventually(async () => {
        const waiting =
          await sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%execution_event%'
          and datname = current_database()`.execute(test.database.db)
        expect(waiting.rows).toHaveLength(1)
      })
      // Wrapped, so that the transaction commits without waiting for it.
      return { result: flush }
    })
    expect(await flushing.result).toBe('fenced')
    expect(await flushRunEvents(test.database.pool, owner, flushOf({ events: [started(1)] }))).toBe('fenced')
    expect(await readRunEvents(test.database.db, tenantId, executionId)).toEqual([])
  })

  it('sees a process dead also in a snapshot from before, when it reaches the row after', async () => {
    await sql`update engine_process set lease_until = now() - interval '1 s' where id = ${owner}`.execute(
      test.database.db,
    )
    const late = sql`
      with snapshot as materialized (select pg_sleep(0.3)), fence as (
        select id from engine_process where id = ${owner} and alive and exists (select from snapshot) for key share
      ) select id from fence`.execute(test.database.db)
    await eventually(async () => {
      const sleeping =
        await sql`select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`.execute(
          test.database.db,
        )
      expect(sleeping.rows).toHaveLength(1)
    })
    await test.database.transaction((tx) => declareDeadProcesses(tx))
    expect((await late).rows).toEqual([])
  })

  it('keeps a process from being declared dead while it commits', async () => {
    await sql`update engine_process set lease_until = now() - interval '1 s' where id = ${owner}`.execute(
      test.database.db,
    )
    await test.database.transaction(async (writing) => {
      await sql`select from engine_process where id = ${owner} and alive for key share`.execute(writing)
      expect(await test.database.transaction((tx) => declareDeadProcesses(tx))).not.toContain(owner)
    })
    expect(await test.database.transaction((tx) => declareDeadProcesses(tx))).toContain(owner)
  })
})
