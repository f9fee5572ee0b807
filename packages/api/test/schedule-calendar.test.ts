import type { ScheduleCalendarPage } from '@cairn/contract'
import { recordTicks } from '@cairn/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, numberIn, textIn } from './api-fixture.ts'

let fixture: ApiFixture
const ids = new Map<string, number>()

const create = async (name: string, triggers: readonly object[], token?: string): Promise<void> => {
  const steps = { call: { type: 'http', url: 'http://example.com' } }
  const answer = await fixture.call('createWorkflow', { body: { name, triggers, steps }, ...(token && { token }) })
  ids.set(name, numberIn(answer, 'id'))
}

beforeAll(async () => {
  fixture = await createApiFixture({ limits: { scheduleSeconds: 60 } })
  await create('train', [{ cron: '30 1 * * *', timezone: 'Europe/London' }])
  await create('report', [{ cron: '0 6 * * MON' }, { cron: '0 7 * * MON' }])
  await create('paused', [{ cron: '0 5 * * *' }])
  await create('often', [{ cron: '*/10 * * * *' }])
  await create('by hand', [{}])
  await create('deleted', [{ cron: '0 4 * * *' }])
  await create('of others', [{ cron: '0 3 * * *' }], fixture.otherTenant.token)
  await fixture.call('pauseWorkflow', { params: { workflowId: ids.get('paused') ?? 0 } })
  await fixture.call('deleteWorkflow', { params: { workflowId: ids.get('deleted') ?? 0 } })
})
afterAll(() => fixture.close())

const calendar = (query: Readonly<Record<string, string>>): Promise<Answer> =>
  fixture.call('listScheduleCalendar', { query })
const springWeek = { dateFrom: '2026-03-27', dateTo: '2026-04-02' }
const pageOf = async (query: Readonly<Record<string, string>>): Promise<ScheduleCalendarPage> =>
  (await calendar(query)).body as ScheduleCalendarPage

describe('the calendar of schedules', () => {
  it('has each schedule of the tenant once, by the names of the workflows', async () => {
    const { schedules, schedulesCount } = await pageOf(springWeek)
    expect(schedules.map(({ workflowName, cron }) => [workflowName, cron])).toEqual([
      ['often', '*/10 * * * *'],
      ['paused', '0 5 * * *'],
      ['report', '0 6 * * MON'],
      ['report', '0 7 * * MON'],
      ['train', '30 1 * * *'],
    ])
    expect(schedules.map(({ workflowId }) => workflowId)).toContain(ids.get('train'))
    expect(schedulesCount).toBe(5)
  })

  it('tells firings in the zone of the schedule, and when its clocks are put forward', async () => {
    const { schedules, dateFrom, dateTo } = await pageOf(springWeek)
    expect([dateFrom, dateTo]).toEqual(['2026-03-27T00:00:00.000Z', '2026-04-02T23:59:59.999Z'])
    const train = schedules.find(({ workflowName }) => workflowName === 'train')
    expect(train?.firings.slice(0, 4)).toEqual([
      '2026-03-27T01:30:00.000Z',
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T02:00:00.000+01:00',
      '2026-03-30T01:30:00.000+01:00',
    ])
    expect(train?.firings).toHaveLength(7)
    expect(train?.clockChanges).toEqual(['2026-03-29T02:00:00.000+01:00'])
  })

  it('has no firings of a paused schedule, and says where some are left out', async () => {
    const { schedules } = await pageOf(springWeek)
    expect(schedules.find(({ workflowName }) => workflowName === 'paused')).toMatchObject({
      isPaused: true,
      firings: [],
      hasMore: false,
    })
    const often = schedules.find(({ workflowName }) => workflowName === 'often')
    expect([often?.firings.length, often?.hasMore]).toEqual([168, true])
  })

  it('begins with a firing at its very start', async () => {
    const { schedules } = await pageOf({ dateFrom: '2026-03-30T06:00:00Z', dateTo: '2026-03-30T07:00:00Z' })
    const report = schedules.filter(({ workflowName }) => workflowName === 'report')
    expect(report.map(({ firings }) => firings)).toEqual([['2026-03-30T06:00:00.000Z'], ['2026-03-30T07:00:00.000Z']])
  })

  it('spans seven days from now when nothing is said', async () => {
    const before = Date.now()
    const { dateFrom, dateTo, schedules } = await pageOf({})
    expect(Date.parse(dateFrom)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(dateTo) - Date.parse(dateFrom)).toBe(7 * 24 * 3_600_000)
    expect(schedules.find(({ workflowName }) => workflowName === 'train')?.firings).toHaveLength(7)
  })

  it('comes in pages', async () => {
    const page = await pageOf({ ...springWeek, pageSize: '2', pageNumber: '3' })
    expect(page).toMatchObject({ pageCount: 3, pageNumber: 3, pageSize: 2, schedulesCount: 5 })
    expect(page.schedules.map(({ workflowName }) => workflowName)).toEqual(['train'])
  })

  it.each([
    [{ dateFrom: '2026-03-02', dateTo: '2026-03-01' }, 'dateTo: must be after dateFrom'],
    [{ dateFrom: '2026-03-01', dateTo: '2026-04-01' }, 'dateTo: must be at most 31 days after dateFrom'],
    [{ dateFrom: 'tomorrow' }, 'dateFrom: must be a date in ISO 8601'],
  ])('refuses %j', async (query, words) => {
    const answer = await calendar(query)
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request'])
    expect(answer.body['detail']).toContain(words)
  })
})

describe('what fired', () => {
  it('is told of all workflows, newest first, with the run that was started or why none was', async () => {
    const minute = 60_000
    const now = Math.floor(Date.now() / minute) * minute
    const day = 24 * 60 * minute
    const [train = 0, deleted = 0] = [ids.get('train'), ids.get('deleted')]
    const run = await fixture.call('executeWorkflow', { params: { workflowId: train } })
    const executionId = textIn(run, 'executionId')
    const schedule = { cron: '30 1 * * *', timezone: 'Asia/Kolkata' }
    const fired = { schedule, until: null, reason: null }
    const gone = '5f0c7a3e-0000-4000-8000-000000000000'
    const of = { tenantId: fixture.tenant.id }
    await fixture.database.transaction(async (tx) => {
      await recordTicks(tx, { ...of, workflowId: train }, [
        { ...fired, tick: now - day, executionId },
        { ...fired, tick: now - 2 * day, executionId: null, reason: 'the engine was away' },
        { ...fired, tick: now - 3 * day, executionId: gone },
        { ...fired, tick: now - 9 * day, executionId: gone },
      ])
      await recordTicks(tx, { ...of, workflowId: deleted }, [{ ...fired, tick: now - day, executionId: gone }])
    })
    const list = (query: Readonly<Record<string, string>> = {}, token = fixture.tenant.token) =>
      fixture.call('listPastFirings', { query, token })
    const common = { workflowId: train, workflowName: 'train', timezone: 'Asia/Kolkata' }
    expect((await list()).body).toMatchObject({
      firingsCount: 3,
      firings: [
        {
          ...common,
          outcome: 'fired',
          executionId,
          runStatus: 'Running',
          scheduledAt: expect.stringMatching(/\+05:30$/),
        },
        { ...common, outcome: 'missed', executionId: null, runStatus: null, reason: 'the engine was away' },
        { ...common, outcome: 'fired', executionId: gone, runStatus: null },
      ],
    })
    const dateFrom = new Date(now - 10 * day).toISOString()
    expect((await list({ dateFrom, pageSize: '3', pageNumber: '2' })).body).toMatchObject({
      firingsCount: 4,
      pageCount: 2,
      firings: [{ executionId: gone }],
    })
    expect((await list({}, fixture.otherTenant.token)).body).toMatchObject({ firingsCount: 0, firings: [] })
  })
})
