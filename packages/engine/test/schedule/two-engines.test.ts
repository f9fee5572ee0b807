import { noCrashPoints } from '@cairn/domain'
import { eventually, silentLogger } from '@cairn/testkit'
import { afterAll, expect, test } from 'vitest'
import { type ReconcileLoop, startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'
import { ScheduleRig } from './schedule-rig.ts'

const rig = await ScheduleRig.open()
afterAll(() => rig.test.drop())

const everySecond = { triggers: [{ cron: '* * * * * *' }], metadata: { allowConcurrentExecution: true } }

/** An engine process as far as schedules go. */
function startEngine(): ReconcileLoop {
  return startReconcileLoop({
    database: rig.database,
    hints: { notify: () => undefined, subscribe: () => () => undefined, close: () => Promise.resolve() },
    reconcilers: [rig.reconciler({ settings: { mostLiveRuns: 1000 } })],
    logger: silentLogger,
  })
}

test('Two engines start each tick once, and when one ends the other goes on', async () => {
  const ids = await Promise.all([rig.create(everySecond), rig.create(everySecond)])
  const engines = [startEngine(), startEngine()]
  const fired = async (id: number) => (await rig.ticks(id)).filter(({ outcome }) => outcome === 'fired')
  const haveFired = (count: number) =>
    eventually(async () => {
      for (const id of ids) expect((await fired(id)).length).toBeGreaterThanOrEqual(count)
    })
  await haveFired(2)
  await engines[0]?.stop()
  await haveFired(4)
  await engines[1]?.stop()
  for (const id of ids) {
    const runs = (await rig.runs(id)).map((run) => run.id)
    const ticks = await fired(id)
    expect(new Set(ticks.map(({ executionId }) => executionId))).toEqual(new Set(runs))
    expect(ticks).toHaveLength(runs.length)
    expect(new Set(ticks.map(({ tick }) => tick.getTime())).size).toBe(ticks.length)
  }
})

test.each(['schedule.claimed', 'schedule.before-commit', 'schedule.committed'])(
  'An engine that dies at %s leaves a tick that the next one starts once',
  async (point) => {
    const id = await rig.create({ triggers: [{ cron: '0 0 1 1 *' }] })
    const year = new Date().getUTCFullYear()
    await rig.setLastLook(id, new Date(Date.UTC(year, 0, 1) - 1000))
    const grace = { graceMs: 366 * 24 * 3_600_000 }
    const dying = rig.reconciler({
      settings: grace,
      crashPoints: {
        ...noCrashPoints,
        reach: (reached) => {
          if (reached === point) throw new Error('dies here')
        },
      },
    })
    await expect(rig.passBy(dying, id)).rejects.toThrow('dies here')
    await rig.passBy(rig.reconciler({ settings: grace }), id)
    expect(await rig.runs(id)).toHaveLength(1)
    expect(await rig.ticks(id)).toMatchObject([{ outcome: 'fired' }])
  },
)
