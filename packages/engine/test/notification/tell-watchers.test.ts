import type { Watcher } from '@cairn/contract'
import { recordResourceEvent } from '@cairn/store'
import { createManualClock, eventually, HttpReceiver, MailReceiver } from '@cairn/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { NotificationRig } from './notification-rig.ts'

let rig: NotificationRig
let hook: HttpReceiver
let mail: MailReceiver

beforeAll(async () => {
  rig = await NotificationRig.create()
  hook = await HttpReceiver.open()
  mail = await MailReceiver.open()
})
afterEach(async () => {
  await rig.stopEngines()
  hook.calls.length = 0
  mail.mails.length = 0
})
afterAll(async () => {
  await rig.close()
  await hook.close()
  await mail.close()
})

const start = () => rig.startEngine({ mail: { url: mail.url, from: 'Cairn <cairn@cairn.test>', domains: [] } })

function webhookOn(events: Watcher['events'], payload = '{"event": "{{event}}"}'): Watcher {
  return { webhook: { name: 'info', url: `${hook.url}/post`, payload }, events }
}

const eventsCalled = (): unknown[] => hook.calls.map(({ body }) => JSON.parse(body).event)

describe('the end of a watched run', () => {
  it('tells the three kinds of watchers of the example, each as asked', async () => {
    start()
    const events = { success: false, fail: true, runtimeExceeded: 10 }
    const workflowId = await rig.addWorkflow([
      { user: 'abc@peak.ai', events: { success: false, fail: true } },
      {
        webhook: { name: 'info', url: `${hook.url}/post`, payload: '{ "pingback-url": "https:/workflow/123" }' },
        events,
      },
      { email: { name: 'email-watcher-1', recipients: { to: ['user1@peak.ai', 'user2@peak.ai'] } }, events },
    ])
    const executionId = await rig.endRun(workflowId)
    await rig.settled()
    expect(await rig.deliveries(workflowId)).toMatchObject([
      {
        watcher: 0,
        channel: 'email',
        target: 'abc@peak.ai',
        status: 'delivered',
        attempts: 1,
        event: 'fail',
        executionId,
      },
      { watcher: 0, channel: 'inbox', target: 'abc@peak.ai', status: 'delivered', attempts: 0 },
      { watcher: 1, channel: 'webhook', watcherName: 'info', status: 'delivered', attempts: 1, lastError: null },
      { watcher: 2, channel: 'email', watcherName: 'email-watcher-1', status: 'delivered' },
      { watcher: 2, channel: 'email', status: 'delivered' },
    ])
    expect(hook.calls).toMatchObject([
      { method: 'POST', path: '/post', body: '{ "pingback-url": "https:/workflow/123" }' },
    ])
    expect(hook.calls[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'cairn' })
    expect(mail.mails.flatMap(({ to }) => to).toSorted()).toEqual(['abc@peak.ai', 'user1@peak.ai', 'user2@peak.ai'])
  })

  it('says what happened, to which run, why and where to look', async () => {
    start()
    const payload =
      '{"text": "{{workflowName}}: {{reason}}", "run": "{{executionId}}", "id": {{workflowId}}, "status": "{{status}}", "url": {{url}}, "at": "{{startedAt}} {{finishedAt}}", "tenant": "{{tenant}}"}'
    const workflowId = await rig.addWorkflow([webhookOn({ fail: true }, payload)], 'with "quotes"')
    const executionId = await rig.endRun(workflowId, { reason: 'step "a" failed:\n\texit code 1' })
    await rig.settled()
    expect(JSON.parse(hook.calls[0]?.body ?? '')).toEqual({
      text: 'with "quotes": step "a" failed:\n\texit code 1',
      run: executionId,
      id: workflowId,
      status: 'Failed',
      url: `http://cairn.test/workflows/${workflowId}/runs/${executionId}`,
      at: expect.stringMatching(/^\d{4}-.+Z \d{4}-.+Z$/),
      tenant: 'acme',
    })
  })

  it('is told once, however often the work for it is repeated, also after its watchers changed', async () => {
    start()
    const workflowId = await rig.addWorkflow([webhookOn({ fail: true })])
    const executionId = await rig.endRun(workflowId)
    await rig.settled()
    await rig.changeWatchers(workflowId, [webhookOn({ fail: true }), webhookOn({ fail: true })])
    await rig.enqueue({ kind: 'finished', executionId })
    await rig.settled()
    expect(hook.calls).toHaveLength(1)
  })

  it('is told to those who watch when it comes, not to those of before', async () => {
    const workflowId = await rig.addWorkflow([webhookOn({ fail: true }, '{"event": "old"}')])
    await rig.addRun(workflowId)
    await rig.changeWatchers(workflowId, [webhookOn({ fail: true }, '{"event": "new"}')])
    await rig.endRun(workflowId)
    start()
    await rig.settled()
    expect(eventsCalled()).toEqual(['new'])
  })

  it('is told to nobody when it was stopped, or when nobody asked', async () => {
    start()
    const workflowId = await rig.addWorkflow([webhookOn({ fail: true }), webhookOn({ runtimeExceeded: 10 })])
    await rig.endRun(workflowId, { status: 'stopped' })
    await rig.endRun(workflowId, { status: 'success' })
    await rig.settled()
    expect(await rig.deliveries(workflowId)).toEqual([])
  })

  it('is a recovery when the run that ended before it failed, whatever was stopped in between', async () => {
    start()
    const workflowId = await rig.addWorkflow([webhookOn({ success: true, recovered: true })])
    const other = await rig.addWorkflow([])
    await rig.addRun(other, { status: 'failed' })
    for (const status of ['success', 'failed', 'stopped', 'success', 'success'] as const) {
      await rig.endRun(workflowId, { status })
      await rig.settled()
    }
    expect(eventsCalled()).toEqual(['success', 'recovered', 'success'])
  })
})

describe('a limit to the run time', () => {
  it('is told of once when it has passed, counted from the first attempt, and the run goes on', async () => {
    start()
    const workflowId = await rig.addWorkflow([webhookOn({ runtimeExceeded: 10 }), webhookOn({ runtimeExceeded: 20 })])
    const executionId = await rig.addRun(workflowId, { status: 'running', startedAgoMs: 10 * 60_000 })
    await rig.enqueue({ kind: 'runtime', executionId })
    await eventually(() => expect(eventsCalled()).toEqual(['runtimeExceeded']))
    const again = await eventually(async () => {
      const [work, ...others] = await rig.work()
      if (work === undefined || others.length > 0 || work.dueInMs < 0) throw new Error('the pass is not over')
      return work
    })
    expect(again.key).toBe(`runtime:${executionId}`)
    expect(again.dueInMs).toBeGreaterThan(9 * 60_000)
    await rig.enqueue({ kind: 'runtime', executionId })
    await eventually(async () => expect((await rig.work())[0]?.dueInMs).toBeGreaterThan(60_000))
    expect(await rig.deliveries(workflowId)).toMatchObject([{ watcher: 0, event: 'runtimeExceeded' }])
    await rig.endRun(workflowId, { status: 'stopped' })
  })

  it('fires once across a restart', async () => {
    const workflowId = await rig.addWorkflow([webhookOn({ runtimeExceeded: 1 })])
    const executionId = await rig.addRun(workflowId, { status: 'running', startedAgoMs: 61_000 })
    for (let round = 0; round < 2; round += 1) {
      const stop = start()
      await rig.enqueue({ kind: 'runtime', executionId })
      await eventually(async () => {
        const work = await rig.work()
        expect(work.filter(({ key }) => key === `runtime:${executionId}`)).toEqual([])
      })
      await eventually(() => expect(hook.calls).toHaveLength(1))
      await stop()
    }
    expect(await rig.deliveries(workflowId)).toHaveLength(1)
  })

  it('does not run while the run waits to begin', async () => {
    const clock = createManualClock(Date.now())
    rig.startEngine({ clock })
    const workflowId = await rig.addWorkflow([webhookOn({ runtimeExceeded: 5 })])
    const executionId = await rig.addRun(workflowId, { status: 'queued', startedAgoMs: null })
    clock.advance(3_600_000)
    await rig.enqueue({ kind: 'runtime', executionId })
    await eventually(async () => {
      const work = (await rig.work()).find(({ key }) => key === `runtime:${executionId}`)
      expect(work?.dueInMs).toBeGreaterThan(4 * 60_000)
    })
    expect(await rig.deliveries(workflowId)).toEqual([])
  })

  it('is not told of when the run ended in time, and is when it ended late and nobody looked', async () => {
    start()
    const workflowId = await rig.addWorkflow([webhookOn({ runtimeExceeded: 1 })])
    const quick = await rig.addRun(workflowId, { status: 'success', startedAgoMs: 120_000, finishedAgoMs: 61_000 })
    const slow = await rig.addRun(workflowId, { status: 'success', startedAgoMs: 120_000, finishedAgoMs: 59_000 })
    await rig.enqueue({ kind: 'runtime', executionId: quick }, { kind: 'runtime', executionId: slow })
    await eventually(async () =>
      expect(await rig.deliveries(workflowId)).toMatchObject([{ executionId: slow, status: 'delivered' }]),
    )
  })

  it('leaves no work behind once the run has ended', async () => {
    start()
    const workflowId = await rig.addWorkflow([webhookOn({ runtimeExceeded: 600 })])
    const executionId = await rig.addRun(workflowId, { status: 'running' })
    await rig.enqueue({ kind: 'runtime', executionId })
    await eventually(async () => {
      const work = (await rig.work()).find(({ key }) => key === `runtime:${executionId}`)
      expect(work?.dueInMs).toBeGreaterThan(60_000)
    })
    await rig.test.database.db
      .updateTable('execution')
      .set({ status: 'success', finished_at: new Date() })
      .where('id', '=', executionId)
      .execute()
    await rig.enqueue({ kind: 'finished', executionId })
    await eventually(async () => expect((await rig.work()).filter(({ key }) => key.endsWith(executionId))).toEqual([]))
  })
})

describe('a scheduled run that did not start', () => {
  it('is told of with when it was due and why', async () => {
    start()
    const tick = '2026-01-31T18:00:00.000Z'
    const payload = '{"event": "{{event}}", "due": "{{scheduledAt}}", "why": "{{reason}}", "run": {{executionId}}}'
    const workflowId = await rig.addWorkflow([webhookOn({ missed: true }, payload), webhookOn({ fail: true })])
    const event = { kind: 'workflow', resourceId: String(workflowId), type: 'schedule.missed' }
    const reason = 'the server was down'
    await rig.test.database.transaction((tx) =>
      recordResourceEvent(tx, { tenantId: rig.tenantId, ...event, reason, data: { tick } }),
    )
    for (let round = 0; round < 2; round += 1) {
      await rig.enqueue({ kind: 'missed', workflowId, tick })
      await eventually(async () => expect((await rig.work()).filter(({ key }) => key.includes(tick))).toEqual([]))
    }
    await eventually(() => expect(hook.calls).toHaveLength(1))
    expect(JSON.parse(hook.calls[0]?.body ?? '')).toEqual({ event: 'missed', due: tick, why: reason, run: null })
  })
})

it('work of a kind that this version does not know is dropped', async () => {
  start()
  await rig.test.database.db.insertInto('work').values({ kind: 'notification', key: 'riddle:1', token: null }).execute()
  await eventually(async () => expect((await rig.work()).filter(({ key }) => key === 'riddle:1')).toEqual([]))
})
