import { claimWork, readResourceEvents, recordTicks } from '@cairn/store'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { ScheduleRig } from './schedule-rig.ts'

const rig = await ScheduleRig.open()
afterAll(() => rig.test.drop())
afterEach(async () => {
  await rig.database.pool.query(`delete from work`)
  rig.hinted.length = 0
})

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** Half an hour ago, so that no tick comes while the tests run. */
const latest = new Date(Math.floor((Date.now() - 30 * minuteMs) / minuteMs) * minuteMs)
const everyHour = `${latest.getUTCMinutes()} * * * *`
const hourly = { triggers: [{ cron: everyHour }] }
/** A tick of {@link hourly}; 0 = the latest. */
const hourBefore = (hours: number): Date => new Date(latest.getTime() - hours * hourMs)
const lenient = { graceMs: hourMs }

describe('a tick that has come', () => {
  it('starts a run of the schedule, is recorded with it, and the next one is waited for', async () => {
    const id = await rig.create(hourly)
    await rig.setLastLook(id, new Date(hourBefore(0).getTime() - 1000))
    const [result] = await rig.pass(lenient)
    const [run] = await rig.runs(id)
    expect(run).toMatchObject({ trigger: 'schedule', started_by: 'schedule' })
    expect(await rig.ticks(id)).toMatchObject([{ tick: hourBefore(0), outcome: 'fired', executionId: run?.id }])
    expect(rig.hinted).toEqual(['execution'])
    expect(result).toMatchObject({ kind: 'requeue' })
    const afterMs = result?.kind === 'requeue' ? result.afterMs : 0
    expect(afterMs).toBeGreaterThan(0)
    expect(afterMs).toBeLessThanOrEqual(hourMs)
  })

  it('starts no run when it has not come yet', async () => {
    const id = await rig.create(hourly)
    expect(await rig.pass()).toMatchObject([{ kind: 'requeue' }])
    expect(await rig.runs(id)).toEqual([])
  })

  it('starts one run, however many processes look at it', async () => {
    const id = await rig.create(hourly)
    await rig.setLastLook(id, new Date(hourBefore(0).getTime() - 1000))
    const [item] = await claimWork(rig.database.db, { kinds: ['schedule'], limit: 1, leaseMs: 60_000 })
    if (item === undefined) throw new Error('nothing is due')
    const reconcilers = [1, 2, 3, 4].map(() => rig.reconciler({ settings: lenient }))
    // All of them believe in the same lease.
    await Promise.all(reconcilers.map((reconciler) => reconciler.reconcile(item, rig.contextOf(item))))
    expect(await rig.runs(id)).toHaveLength(1)
  })

  it('starts no run a second time when the clock was put back and the schedule was changed meanwhile', async () => {
    const id = await rig.create(hourly)
    const schedule = { cron: 'another', timezone: 'UTC' }
    const fired = { schedule, tick: hourBefore(0).getTime(), until: null, reason: null }
    const executionId = '5f0c7a3e-0000-4000-8000-000000000000'
    await rig.database.transaction((tx) =>
      recordTicks(tx, { tenantId: rig.tenantId, workflowId: id }, [{ ...fired, executionId }]),
    )
    await rig.setLastLook(id, new Date(hourBefore(0).getTime() - 1000))
    await rig.pass(lenient)
    expect(await rig.runs(id)).toEqual([])
    expect(await rig.ticks(id)).toHaveLength(1)
  })

  it('never moves a schedule back', async () => {
    const id = await rig.create(hourly)
    const ahead = new Date(Date.now() + 24 * hourMs)
    await rig.setLastLook(id, ahead)
    const [result] = await rig.pass(lenient)
    expect(result?.kind === 'requeue' && result.afterMs).toBe(24 * hourMs)
    const row = await rig.database.db
      .selectFrom('workflow_schedule')
      .select('handled_until')
      .where('workflow_id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row.handled_until).toEqual(ahead)
  })
})

describe('after a time without an engine', () => {
  it('the last tick runs and the others are missed, with one word for the watchers', async () => {
    const watchers = [{ user: 'a@b.c', events: { missed: true } }]
    const id = await rig.create({ ...hourly, watchers })
    await rig.setLastLook(id, new Date(hourBefore(3).getTime() + 1000))
    await rig.pass(lenient)
    expect(await rig.ticks(id)).toMatchObject([
      { tick: hourBefore(2), outcome: 'missed', reason: expect.stringContaining('only the last') },
      { tick: hourBefore(1), outcome: 'missed' },
      { tick: hourBefore(0), outcome: 'fired' },
    ])
    const told = hourBefore(1).toISOString()
    expect(await rig.notifications()).toEqual([`missed:${id}:${told}`])
    const events = await readResourceEvents(rig.database.db, {
      tenantId: rig.tenantId,
      kind: 'workflow',
      resourceId: String(id),
    })
    expect(events).toMatchObject([
      { type: 'schedule.missed', reason: expect.stringContaining('2 scheduled times'), data: { tick: told } },
    ])
    expect(rig.hinted.toSorted()).toEqual(['execution', 'work'])
  })

  it('nothing runs when the last tick is over its grace time', async () => {
    const id = await rig.create(hourly)
    await rig.setLastLook(id, new Date(hourBefore(1).getTime() + 1000))
    await rig.pass({ graceMs: 0 })
    expect(await rig.runs(id)).toEqual([])
    expect(await rig.ticks(id)).toMatchObject([
      { outcome: 'missed', reason: expect.stringContaining('grace time of 0 s') },
    ])
    expect(await rig.notifications()).toEqual([])
  })

  it('thousands of missed ticks are one record', async () => {
    const id = await rig.create({ triggers: [{ cron: '* * * * * *' }] })
    await rig.setLastLook(id, hourBefore(24))
    await rig.pass()
    const ticks = await rig.ticks(id)
    expect(ticks).toMatchObject([
      { tick: new Date(hourBefore(24).getTime() + 1000), outcome: 'missed', until: expect.any(Date) },
      { outcome: 'fired' },
    ])
  })

  it('a run that starts late says so', async () => {
    const id = await rig.create(hourly)
    await rig.setLastLook(id, new Date(hourBefore(0).getTime() - 1000))
    await rig.pass(lenient)
    expect(await rig.ticks(id)).toMatchObject([
      { outcome: 'fired', reason: expect.stringMatching(/^started 18\d\d s after/) },
    ])
  })
})

describe('a tick is missed', () => {
  async function missedReason(id: number, settings: object = {}): Promise<string | null | undefined> {
    await rig.setLastLook(id, new Date(hourBefore(0).getTime() - 1000))
    await rig.database.pool.query('delete from schedule_tick')
    await rig.pass({ ...lenient, ...settings })
    const [tick] = await rig.ticks(id)
    expect(tick?.outcome).toBe('missed')
    expect(await rig.notifications()).toEqual([`missed:${id}:${hourBefore(0).toISOString()}`])
    return tick?.reason
  }

  const watched = { ...hourly, watchers: [{ user: 'a@b.c', events: { missed: true } }] }

  it('while a run is live and concurrent runs are off, naming the run', async () => {
    const id = await rig.create(watched)
    await rig.setLastLook(id, new Date(hourBefore(0).getTime() - 1000))
    await rig.pass(lenient)
    const [run] = await rig.runs(id)
    expect(await missedReason(id)).toBe(
      `run ${run?.id} had not ended, and concurrent runs are off (metadata.allowConcurrentExecution)`,
    )
    expect(await rig.runs(id)).toHaveLength(1)
    await rig.endRuns()
  })

  it('when as many runs wait as may', async () => {
    const id = await rig.create({ ...watched, metadata: { allowConcurrentExecution: true } })
    await rig.setLastLook(id, new Date(hourBefore(0).getTime() - 1000))
    await rig.pass(lenient)
    expect(await missedReason(id, { mostLiveRuns: 1, mostWaitingRuns: 0 })).toBe(
      '1 live and 0 waiting runs are as many as this workflow may have',
    )
    await rig.endRuns()
  })

  it('when an image cannot be used, naming the step', async () => {
    const id = await rig.create({ ...watched, steps: { train: { imageId: 999, command: 'true' } } })
    expect(await missedReason(id)).toBe(
      'the workflow could not start as it is: steps.train.imageId: image 999 does not exist',
    )
  })
})

describe('a schedule', () => {
  it('that is paused neither runs nor misses anything, also not when it is resumed', async () => {
    const id = await rig.create(hourly)
    await rig.setPaused(id, true)
    await rig.setLastLook(id, hourBefore(5))
    expect(await rig.pass(lenient)).toEqual([{ kind: 'done' }])
    await rig.setPaused(id, false)
    expect(await rig.pass(lenient)).toMatchObject([{ kind: 'requeue' }])
    expect([await rig.runs(id), await rig.ticks(id)]).toEqual([[], []])
  })

  it('that is changed does not run for times before the change', async () => {
    const id = await rig.create(hourly)
    await rig.setLastLook(id, hourBefore(5))
    await rig.update(id, { triggers: [{ cron: `${everyHour} ` }] })
    await rig.pass(lenient)
    expect([await rig.runs(id), await rig.ticks(id)]).toEqual([[], []])
  })

  it('that is taken out, or whose workflow is deleted, is looked at no more', async () => {
    const changed = await rig.create(hourly)
    await rig.update(changed, { triggers: [] })
    const deleted = await rig.create(hourly)
    await rig.delete(deleted)
    expect(await rig.pass(lenient)).toEqual([{ kind: 'done' }, { kind: 'done' }])
  })

  it('whose last time is over is looked at once a day, as time zones change', async () => {
    const id = await rig.create({ triggers: [{ cron: '0 0 0 1 1 ? 2020' }, { cron: 'nonsense' }] })
    expect(await rig.pass(lenient)).toEqual([{ kind: 'requeue', afterMs: 24 * hourMs }])
    expect(await rig.runs(id)).toEqual([])
  })

  it('of several triggers starts one run for a time that they share', async () => {
    const id = await rig.create({ triggers: [{ cron: everyHour }, { cron: everyHour.replace('*', '0-23') }] })
    await rig.setLastLook(id, new Date(hourBefore(0).getTime() - 1000))
    await rig.pass(lenient)
    expect(await rig.runs(id)).toHaveLength(1)
    expect(await rig.ticks(id)).toHaveLength(1)
  })
})
