/** Runs that start by themselves: by the clock, and by signed calls from outside. */
import { createHmac, randomUUID } from 'node:crypto'
import { eventually, HttpReceiver } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from './server-process.ts'

let server: ServerProcess
let receiver: HttpReceiver

beforeAll(async () => {
  receiver = await HttpReceiver.open()
  server = await createServerProcess()
  await server.start()
})
afterAll(async () => {
  await server.dispose()
  await receiver.close()
})

const ping = () => ({ type: 'http' as const, method: 'get' as const, url: `${server.baseUrl}/healthz` })

describe('a schedule', () => {
  it.each([
    ['six fields', '* * * * * *'],
    ['seven fields', '*/1 * * * * ? *'],
  ])('for every second, with %s, starts runs that succeed, each for its own time', async (words, cron) => {
    const { workflows } = server.client
    const { id } = await workflows.createWorkflow({
      name: `every second, ${words}`,
      metadata: { allowConcurrentExecution: true },
      triggers: [{ cron }],
      steps: { ping: ping() },
    })
    await eventually(
      async () => {
        const ended = await workflows.listExecutions(id, { statuses: ['Success'] }).all()
        expect(ended.length).toBeGreaterThanOrEqual(2)
      },
      { timeoutMs: 60_000 },
    )
    await workflows.pauseWorkflow(id)
    const fired = await workflows.listScheduleHistory(id, { outcomes: ['fired'] }).all()
    const runs = await workflows.listExecutions(id).all()
    expect(new Set(fired.map(({ executionId }) => executionId))).toEqual(
      new Set(runs.map(({ executionId }) => executionId)),
    )
    expect(fired).toHaveLength(runs.length)
    expect(new Set(fired.map(({ scheduledAt }) => scheduledAt)).size).toBe(fired.length)
    expect((await workflows.describeWorkflow(id)).triggers).toEqual([{ cron, nextRuns: [] }])
  })

  it('that was missed while the server was down catches up once, and its watcher is told of the rest', async () => {
    const { workflows } = server.client
    const { id } = await workflows.createWorkflow({
      name: 'interrupted',
      metadata: { allowConcurrentExecution: true },
      triggers: [{ cron: '* * * * * *' }],
      watchers: [
        {
          events: { missed: true },
          webhook: { name: 'ops', url: receiver.url, payload: '{"event":"{{event}}","why":"{{reason}}"}' },
        },
      ],
      steps: { ping: ping() },
    })
    const history = () => workflows.listScheduleHistory(id, { pageSize: 1000 }).all()
    await eventually(async () => expect((await history()).length).toBeGreaterThan(0), { timeoutMs: 30_000 })
    const isMissed = ({ reason }: { reason: string | null }) => (reason ?? '').includes('only the last')
    // Again when a start was so quick that it missed nothing.
    await eventually(
      async () => {
        await server.stop()
        await server.start()
        expect((await history()).some(isMissed)).toBe(true)
      },
      { timeoutMs: 60_000 },
    )
    await workflows.pauseWorkflow(id)
    const ticks = (await history()).toReversed()
    const firstMissed = ticks.findIndex(isMissed)
    const afterMissed = ticks.slice(firstMissed).findIndex(({ outcome }) => outcome === 'fired')
    const [caughtUp] = ticks.slice(firstMissed + afterMissed)
    expect(ticks.slice(firstMissed, firstMissed + afterMissed).every(isMissed)).toBe(true)
    const run = await workflows.waitForExecution(id, caughtUp?.executionId ?? '')
    expect([run.status, run.reason]).toEqual(['Success', null])
    await eventually(() => expect(receiver.calls.map(({ body }) => body).join()).toContain('"event":"missed"'), {
      timeoutMs: 30_000,
    })
    expect(receiver.calls.map(({ body }) => body).join()).toContain('of the times that passed only the last')
  })
})

describe('a webhook', () => {
  const body = JSON.stringify({ event: 'uploaded', file: 'sales.csv' })

  /** As any sender does it, without our SDK. */
  async function send(webhook: string, secret: string, content = body): Promise<Response> {
    const [id, timestamp] = [`msg_${randomUUID()}`, String(Math.floor(Date.now() / 1000))]
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
    return fetch(`${server.baseUrl}/workflows/api/v1/hooks/${webhook}`, {
      method: 'POST',
      headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
      body: content,
    })
  }

  it('that is signed starts a run to Success, which has the payload, and neither token nor secret is logged', async () => {
    const { workflows } = server.client
    const { id, triggers = [] } = await workflows.createWorkflow({
      name: 'hooked',
      triggers: [{ webhook: true, signingSecret: true }],
      steps: { ping: { ...ping(), url: `${server.baseUrl}/healthz?payload={{WEBHOOK_PAYLOAD}}` } },
    })
    const [hook] = triggers
    const { webhook, signingSecret } = { webhook: hook?.webhook ?? '', signingSecret: hook?.signingSecret ?? '' }
    const answer = await send(webhook, signingSecret)
    expect(answer.status).toBe(202)
    const { executionId } = (await answer.json()) as { executionId: string }
    const run = await workflows.waitForExecution(id, executionId)
    expect(run.status).toBe('Success')
    expect((await send(webhook, signingSecret, '{"event":"deleted"}')).status).toBe(401)
    expect((await send(webhook, 'whsec_AAAA')).status).toBe(401)
    const again = await workflows.callWebhook(webhook, { from: 'the SDK' }, { signingSecret })
    expect((await workflows.waitForExecution(id, again.executionId)).status).toBe('Success')
    expect(await workflows.listExecutions(id).all()).toHaveLength(2)
    for (const secret of [webhook, signingSecret]) expect(server.output()).not.toContain(secret)
  })
})
