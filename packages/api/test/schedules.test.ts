import { enqueueWork, isTickRecorded, recordTicks } from '@cairn/store'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, numberIn } from './api-fixture.ts'

let fixture: ApiFixture
beforeAll(async () => {
  fixture = await createApiFixture({ limits: { scheduleSeconds: 60 } })
})
afterAll(() => fixture.close())

let name = 0
beforeEach(() => {
  name += 1
  fixture.hinted.length = 0
})
afterEach(() => fixture.database.pool.query('delete from work'))

const steps = { call: { type: 'http', url: 'http://example.com' } }
const create = (triggers: readonly object[]): Promise<Answer> =>
  fixture.call('createWorkflow', { body: { name: `w${name}`, triggers, steps } })
const created = async (triggers: readonly object[]): Promise<{ workflowId: number }> => ({
  workflowId: numberIn(await create(triggers), 'id'),
})
const update = (params: { workflowId: number }, body: object): Promise<Answer> =>
  fixture.call('updateWorkflow', { params, body: { steps, ...body } })
const describeIt = async (params: { workflowId: number }): Promise<Answer['body']> =>
  (await fixture.call('describeWorkflow', { params })).body

interface ScheduleRow {
  cron: string
  timezone: string
  handled_until: Date
}

const schedulesOf = ({ workflowId }: { workflowId: number }): Promise<ScheduleRow[]> =>
  fixture.database.db
    .selectFrom('workflow_schedule')
    .select(['cron', 'timezone', 'handled_until'])
    .where('workflow_id', '=', workflowId)
    .orderBy('cron')
    .execute()

async function workKeys(): Promise<string[]> {
  const rows = await fixture.database.db.selectFrom('work').select('key').where('kind', '=', 'schedule').execute()
  return rows.map(({ key }) => key)
}

describe('saving a schedule', () => {
  it.each([
    [[{ cron: 'x'.repeat(10_000) }], 'invalid_request', 'triggers.0.cron: must have at most 256 characters'],
    [[{}, { cron: '0 24 * * *' }], 'invalid_workflow', 'triggers.1.cron: has the hour field "24"'],
    [[{ cron: '0 0 31 2 *' }], 'invalid_workflow', 'triggers.0.cron: names no time'],
    [[{ cron: '*/30 * * * * *' }], 'invalid_workflow', 'triggers.0.cron: has times 30 s apart'],
    [[{ cron: '0 0 * * *', timezone: 'Mars' }], 'invalid_workflow', 'triggers.0.timezone: must be an IANA time zone'],
    [[{ cron: '0 0 * * *', webhook: true }], 'invalid_workflow', 'triggers.0: has both cron and webhook'],
  ])('%j is refused: %s', async (triggers, code, words) => {
    const answer = await create(triggers)
    expect([answer.status, answer.body['code']]).toEqual([400, code])
    expect(answer.body['detail']).toContain(words)
    expect(await workKeys()).toEqual([])
  })

  it('answers when it fires first, also a dry run, and never while the workflow is paused', async () => {
    const triggers = [{ cron: '0 6 * * *', timezone: 'Asia/Tokyo' }]
    const told = [{ cron: '0 6 * * *', timezone: 'Asia/Tokyo', next: expect.stringMatching(/T06:00:00\.000\+09:00$/) }]
    const body = { name: `w${name}`, triggers, steps }
    const tried = await fixture.call('createWorkflow', { query: { dryRun: 'true' }, body })
    const saved = await fixture.call('createWorkflow', { body })
    expect([tried.body['schedules'], saved.body['schedules']]).toEqual([told, told])
    const params = { workflowId: numberIn(saved, 'id') }
    await fixture.call('pauseWorkflow', { params })
    expect((await update(params, { triggers })).body['schedules']).toEqual([{ ...triggers[0], next: null }])
    expect(await update(params, {})).toMatchObject({ status: 200 })
    expect((await update(params, {})).body).not.toHaveProperty('schedules')
  })

  it('lets it count from now, and wakes who looks after it', async () => {
    const before = Date.now()
    const params = await created([{ cron: '0 6 * * *', timezone: 'Asia/Tokyo' }, { cron: '0 6 * * *' }, {}])
    const rows = await schedulesOf(params)
    expect(rows).toMatchObject([{ timezone: 'Asia/Tokyo' }, { timezone: 'UTC' }])
    for (const row of rows) expect(row.handled_until.getTime()).toBeGreaterThanOrEqual(before)
    expect(await workKeys()).toEqual([String(params.workflowId)])
    expect(fixture.hinted).toEqual(['work'])
  })

  it('leaves a workflow without one alone', async () => {
    await created([{}])
    expect(await workKeys()).toEqual([])
    expect(fixture.hinted).toEqual([])
  })

  it('keeps a schedule that stays where it was, and begins a changed one anew', async () => {
    const params = await created([{ cron: '0 6 * * *' }, { cron: '0 7 * * *' }])
    const early = new Date('2026-01-01T00:00:00Z')
    await fixture.database.db.updateTable('workflow_schedule').set({ handled_until: early }).execute()
    await update(params, { triggers: [{ cron: '0 6 * * *' }, { cron: '0 8 * * *' }] })
    const rows = await schedulesOf(params)
    expect(rows.map(({ cron }) => cron)).toEqual(['0 6 * * *', '0 8 * * *'])
    expect(rows[0]?.handled_until).toEqual(early)
    expect(rows[1]?.handled_until.getTime()).toBeGreaterThan(early.getTime())
  })

  it('takes back an expression whose last time is over, so that the rest can be changed', async () => {
    const params = await created([{ cron: '0 6 * * *' }])
    const old = '0 0 0 1 1 ? 2020'
    expect((await update(params, { triggers: [{ cron: old }] })).status).toBe(400)
    await fixture.database.pool.query(
      `update workflow_revision set body = jsonb_set(body::jsonb, '{triggers}', $1)::json where workflow_id = $2`,
      [JSON.stringify([{ cron: old }]), params.workflowId],
    )
    const body = await describeIt(params)
    expect(body['triggers']).toEqual([{ cron: old, nextRuns: [] }])
    expect((await fixture.call('updateWorkflow', { params, body })).status).toBe(200)
  })

  it('ends it with the workflow', async () => {
    const params = await created([{ cron: '0 6 * * *' }])
    await fixture.call('deleteWorkflow', { params })
    expect(await schedulesOf(params)).toEqual([])
    expect((await fixture.call('listScheduleHistory', { params })).status).toBe(404)
  })
})

describe('describing a schedule', () => {
  it('tells the next run, and the next five in the zone of the schedule', async () => {
    const params = await created([{ cron: '0 6 * * *', timezone: 'Asia/Kolkata' }])
    const body = await describeIt(params)
    const [trigger] = body['triggers'] as [{ scheduled: string; nextRuns: string[] }]
    expect(trigger).toMatchObject({ cron: '0 6 * * *', timezone: 'Asia/Kolkata' })
    expect(trigger.scheduled).toMatch(/T00:30:00\.000Z$/)
    expect(trigger.nextRuns).toHaveLength(5)
    for (const run of trigger.nextRuns) expect(run).toMatch(/T06:00:00\.000\+05:30$/)
    expect(Date.parse(trigger.nextRuns[0] ?? '')).toBe(Date.parse(trigger.scheduled))
    const list = await fixture.call('listWorkflows', { query: { searchTerm: `w${name}` } })
    expect(list.body['workflows']).toMatchObject([
      { triggers: [{ cron: '0 6 * * *', timezone: 'Asia/Kolkata', scheduled: trigger.scheduled }] },
    ])
    expect(list.text).not.toContain('nextRuns')
  })

  it('is taken back as it is', async () => {
    const params = await created([{ cron: '0 6 * * *', timezone: 'Asia/Kolkata' }, { webhook: true }])
    const body = await describeIt(params)
    expect((await fixture.call('updateWorkflow', { params, body })).status).toBe(200)
    expect((await describeIt(params))['triggers']).toEqual(body['triggers'])
  })

  it('keeps the zone when a client of the reference patches, which sends back the bare cron', async () => {
    const params = await created([{ cron: '0 6 * * *', timezone: 'Asia/Kolkata' }])
    await update(params, { triggers: [{ cron: '0 6 * * *' }] })
    expect(await schedulesOf(params)).toMatchObject([{ timezone: 'Asia/Kolkata' }])
    await update(params, { triggers: [{ cron: '0 6 * * *', timezone: 'UTC' }] })
    expect(await schedulesOf(params)).toMatchObject([{ timezone: 'UTC' }])
    await update(params, { triggers: [{ cron: '0 7 * * *' }] })
    expect(await schedulesOf(params)).toMatchObject([{ cron: '0 7 * * *', timezone: 'UTC' }])
  })
})

describe('pausing a schedule', () => {
  it('leaves no next run, and begins anew when resumed', async () => {
    const params = await created([{ cron: '0 6 * * *' }])
    await fixture.call('pauseWorkflow', { params })
    expect(await describeIt(params)).toMatchObject({
      status: 'Paused',
      triggers: [{ cron: '0 6 * * *', nextRuns: [] }],
    })
    const early = new Date('2026-01-01T00:00:00Z')
    await fixture.database.db.updateTable('workflow_schedule').set({ handled_until: early }).execute()
    const before = Date.now()
    await fixture.call('resumeWorkflow', { params })
    const [row] = await schedulesOf(params)
    expect(row?.handled_until.getTime()).toBeGreaterThanOrEqual(before)
    expect(await workKeys()).toEqual([String(params.workflowId)])
  })

  it('can be undone after the schedule was taken out', async () => {
    const params = await created([{ cron: '0 6 * * *' }])
    await fixture.call('pauseWorkflow', { params })
    await update(params, { triggers: [] })
    expect((await fixture.call('resumeWorkflow', { params })).status).toBe(200)
    expect((await fixture.call('pauseWorkflow', { params })).body['detail']).toContain('has no schedule')
  })
})

describe('the history of a schedule', () => {
  it('tells the newest first what ran and what was missed, page by page', async () => {
    const params = await created([{ cron: '0 * * * *', timezone: 'Asia/Kolkata' }])
    const { workflowId } = params
    const schedule = { cron: '0 * * * *', timezone: 'Asia/Kolkata' }
    const hour = 3_600_000
    const tick = Math.floor(Date.now() / hour) * hour
    const executionId = '5f0c7a3e-0000-4000-8000-000000000000'
    const missed = { schedule, executionId: null, reason: 'the engine was away' }
    await fixture.database.transaction(async (tx) => {
      await recordTicks(tx, { tenantId: fixture.tenant.id, workflowId }, [
        { schedule, tick, until: null, executionId, reason: null },
        { ...missed, tick: tick - hour, until: null },
        { ...missed, tick: tick - 9 * hour, until: tick - 2 * hour },
      ])
      expect(await isTickRecorded(tx, workflowId, tick)).toBe(true)
      await enqueueWork(tx, { kind: 'schedule', key: String(workflowId) })
    })
    const all = await fixture.call('listScheduleHistory', { params })
    expect(all.body).toMatchObject({
      workflowId,
      ticksCount: 3,
      pageCount: 1,
      ticks: [
        { outcome: 'fired', executionId, reason: null, until: null, cron: '0 * * * *', timezone: 'Asia/Kolkata' },
        { outcome: 'missed', executionId: null, reason: 'the engine was away' },
        { outcome: 'missed', until: expect.stringMatching(/\+05:30$/) },
      ],
    })
    const page = await fixture.call('listScheduleHistory', {
      params,
      query: { outcomes: 'missed', pageSize: '1', pageNumber: '2' },
    })
    expect(page.body).toMatchObject({ ticksCount: 2, pageCount: 2, ticks: [{ outcome: 'missed' }] })
    const theirs = await fixture.call('listScheduleHistory', { params, token: fixture.otherTenant.token })
    expect(theirs.status).toBe(404)
  })
})
