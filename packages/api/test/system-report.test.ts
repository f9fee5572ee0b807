import { enqueueWork, registerEngineProcess, resignEngineProcess } from '@cairn/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, makeToken, numberIn } from './api-fixture.ts'

let fixture: ApiFixture
beforeAll(async () => {
  fixture = await createApiFixture({ machine: { cpus: 2, memoryBytes: 4_000_000_000 } })
})
afterAll(() => fixture.close())

const report = async (token?: string): Promise<Answer['body']> =>
  (await fixture.call('getSystemReport', token === undefined ? {} : { token })).body

describe('the report of the system', () => {
  it('tells of the server, the database, its migrations and the machine', async () => {
    const applied = await fixture.database.pool.query<{ name: string }>(
      'select name from cairn_migration order by name',
    )
    expect(await report()).toMatchObject({
      database: {
        version: expect.stringMatching(/^\d+/),
        sizeBytes: expect.any(Number),
        migrations: applied.rows.length,
        newestMigration: applied.rows.at(-1)?.name,
      },
      server: { version: '0.0.0', startedAt: expect.stringMatching(/Z$/) },
      machine: { cpus: 2, memoryBytes: 4_000_000_000 },
    })
  })

  it('has the engines that are alive: neither one that left nor one whose lease ran out', async () => {
    const { db } = fixture.database
    const alive = await registerEngineProcess(db, { leaseMs: 600_000 })
    await resignEngineProcess(db, await registerEngineProcess(db, { leaseMs: 600_000 }))
    await registerEngineProcess(db, { leaseMs: -1000 })
    const { engines } = await report()
    expect(engines).toMatchObject([{ id: alive }])
  })

  it('counts what is due and not taken, and since when the oldest is', async () => {
    await fixture.database.transaction(async (tx) => {
      for (const key of ['1', '2', '3', '4']) await enqueueWork(tx, { kind: 'schedule', key })
    })
    await fixture.database.pool.query(`
      update work set available_at = case key when '1' then timestamptz '2026-01-02T03:04:05Z'
        when '2' then now() + interval '1 hour' else available_at end,
        token = case key when '3' then gen_random_uuid() end`)
    const { queue } = await report()
    expect(queue).toEqual([{ kind: 'schedule', due: 2, oldestDueAt: '2026-01-02T03:04:05.000Z' }])
    await fixture.database.pool.query('delete from work')
    expect((await report())['queue']).toEqual([])
  })

  it('is for admins, and everybody is told whether an engine is alive', async () => {
    const viewer = { tenantId: fixture.tenant.id, name: 'vera', role: 'viewer' } as const
    const token = await makeToken(fixture.database, viewer)
    expect((await fixture.call('getSystemReport', { token })).status).toBe(403)
    const live = { waiting: 0, queued: 0, running: 0, stopping: 0 }
    expect(await fixture.call('getSystemHealth', { token })).toMatchObject({
      status: 200,
      body: { version: '0.0.0', liveEngines: 1, liveExecutions: live },
    })
  })

  it('counts the live runs of the tenant, not those of others', async () => {
    const body = { name: 'w', steps: { call: { type: 'http', url: 'http://example.com' } } }
    const workflowId = numberIn(await fixture.call('createWorkflow', { body }), 'id')
    await fixture.call('executeWorkflow', { params: { workflowId } })
    const live = (await report())['liveExecutions']
    expect(live).toEqual({ waiting: 0, queued: 1, running: 0, stopping: 0 })
    const others = (await report(fixture.otherTenant.token))['liveExecutions']
    expect(others).toEqual({ waiting: 0, queued: 0, running: 0, stopping: 0 })
  })
})
