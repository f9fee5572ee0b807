import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, numberIn } from './api-fixture.ts'

let fixture: ApiFixture
let workflowId: number
let count = 0

const steps = { a: { type: 'http', url: 'http://x/' } }
const events = { fail: true }
const watchers = [
  { user: 'Default@example.com', events },
  {
    webhook: { name: 'info', url: 'https://abc.com/post', payload: '{ "pingback-url": "https:/workflow/123" }' },
    events,
  },
  { email: { name: 'crew', recipients: { to: ['a@b.c', 'd@e.f'] } }, events },
]

beforeAll(async () => {
  fixture = await createApiFixture()
})
afterAll(() => fixture.close())
beforeEach(async () => {
  count += 1
  workflowId = numberIn(
    await fixture.call('createWorkflow', { body: { name: `watched ${count}`, watchers, steps } }),
    'id',
  )
})

async function test(watcherIndex: number): Promise<{ id: string; channel: string }[]> {
  const { status, body } = await fixture.call('testWatcher', { params: { workflowId, watcherIndex } })
  expect(status).toBe(202)
  return body['deliveries'] as { id: string; channel: string }[]
}

async function deliveryOf(watcherIndex: number, channel: string): Promise<string> {
  return (await test(watcherIndex)).find((delivery) => delivery.channel === channel)?.id ?? ''
}

async function inbox(query: Readonly<Record<string, string>> = {}) {
  const { body } = await fixture.call('listInbox', { query })
  return body as { entries: { id: string; readAt: string | null }[]; entriesCount: number; unreadCount: number }
}

describe('a workflow with watchers', () => {
  it.each([
    ['user', [{ user: 'nobody', events }], 'watchers.0.user'],
    [
      'recipient',
      [{ email: { recipients: { to: ['a@b.c\r\nBcc: x@y.z'] } }, events }],
      'watchers.0.email.recipients.to.0',
    ],
    ['webhook', [{ webhook: { name: 'n', url: 'gopher://x/', payload: '' }, events }], 'watchers.0.webhook.url'],
  ])('is refused when a %s cannot be told anything', async (_, broken, field) => {
    const { status, body } = await fixture.call('createWorkflow', { body: { name: 'broken', watchers: broken, steps } })
    expect({ status, body }).toMatchObject({ status: 400, body: { code: 'invalid_workflow', errors: [{ field }] } })
  })

  it('shows them as they were written', async () => {
    const { body } = await fixture.call('describeWorkflow', { params: { workflowId } })
    expect(body['watchers']).toEqual(watchers)
  })
})

describe('a webhook whose calls are signed', () => {
  const signed = [{ webhook: { name: 'n', url: 'https://x.test/', payload: '', signingSecret: 'shop-key' }, events }]

  it('names a secret that there is, and that stays while it is named', async () => {
    const unknown = await fixture.call('createWorkflow', { body: { name: 'signed', watchers: signed, steps } })
    expect(unknown).toMatchObject({
      status: 400,
      body: {
        errors: [
          {
            field: 'watchers.0.webhook.signingSecret',
            rule: 'secret "shop-key" does not exist; GET /secrets/api/v1/secrets lists them',
          },
        ],
      },
    })
    await fixture.call('createSecret', { body: { name: 'shop-key', value: 'a key of tests' } })
    const created = await fixture.call('createWorkflow', { body: { name: 'signed', watchers: signed, steps } })
    expect(created.status).toBe(201)
    const { body } = await fixture.call('describeWorkflow', { params: { workflowId: numberIn(created, 'id') } })
    expect(body['watchers']).toEqual(signed)
    const removed = await fixture.call('deleteSecret', { params: { secretName: 'shop-key' } })
    expect(removed.status).toBe(409)
  })
})

describe('a test of a watcher', () => {
  it('makes a delivery for each of its recipients, due at once', async () => {
    fixture.hinted.length = 0
    expect(await test(2)).toMatchObject([
      {
        event: 'test',
        watcher: 2,
        watcherName: 'crew',
        channel: 'email',
        target: 'a@b.c',
        status: 'pending',
        attempts: 0,
      },
      { target: 'd@e.f' },
    ])
    expect(fixture.hinted).toEqual(['work'])
    const rows = await fixture.database.db.selectFrom('work').select('key').where('kind', '=', 'notification').execute()
    expect(rows).toHaveLength(2)
  })

  it('has the shape of the newest run', async () => {
    const run = await fixture.call('executeWorkflow', { params: { workflowId } })
    const executionId = run.body['executionId']
    expect(await test(1)).toMatchObject([{ executionId, channel: 'webhook', target: 'https://abc.com/post' }])
  })

  it('is refused for a watcher that is not there', async () => {
    const answer = await fixture.call('testWatcher', { params: { workflowId, watcherIndex: 3 } })
    expect(answer).toMatchObject({
      status: 404,
      body: { detail: `watcher 3 of workflow ${workflowId} does not exist` },
    })
  })
})

describe('deliveries', () => {
  it('are listed newest first, by workflow, run, channel, status and event', async () => {
    await test(0)
    await test(2)
    const list = async (query: Readonly<Record<string, string>>) =>
      (await fixture.call('listDeliveries', { query: { workflowId: String(workflowId), ...query } })).body
    expect(await list({})).toMatchObject({ deliveriesCount: 4, pageNumber: 1, pageCount: 1 })
    expect(await list({ channel: 'inbox' })).toMatchObject({ deliveries: [{ channel: 'inbox', status: 'delivered' }] })
    expect(await list({ status: 'pending', pageSize: '2' })).toMatchObject({ deliveriesCount: 3, pageCount: 2 })
    expect(await list({ status: 'failed' })).toMatchObject({ deliveries: [], deliveriesCount: 0 })
    expect(await list({ event: 'fail,success' })).toMatchObject({ deliveriesCount: 0 })
    expect(await list({ executionId: crypto.randomUUID() })).toMatchObject({ deliveriesCount: 0 })
    const everywhere = await fixture.call('listDeliveries', { token: fixture.otherTenant.token })
    expect(everywhere.body).toMatchObject({ deliveries: [], deliveriesCount: 0 })
  })

  it('show their attempts and last error', async () => {
    const deliveryId = await deliveryOf(1, 'webhook')
    const { db } = fixture.database
    const error = 'the receiver answered 404 Not Found'
    await db
      .insertInto('delivery_attempt')
      .values({ delivery_id: deliveryId, attempt: 1, started_at: new Date('2026-01-01T00:00:00Z') })
      .execute()
    await db
      .updateTable('delivery_attempt')
      .set({ finished_at: new Date('2026-01-01T00:00:01Z'), duration_ms: 1000, answer: 404, error })
      .where('delivery_id', '=', deliveryId)
      .execute()
    await db
      .updateTable('delivery')
      .set({ status: 'failed', next_attempt_at: null, attempts: 1, tries: 1, last_error: error })
      .where('id', '=', deliveryId)
      .execute()
    const { body } = await fixture.call('describeDelivery', { params: { deliveryId } })
    expect(body).toMatchObject({
      status: 'failed',
      lastError: error,
      history: [{ attempt: 1, startedAt: '2026-01-01T00:00:00.000Z', duration: 1000, answer: 404 }],
    })
    const again = await fixture.call('redeliver', { params: { deliveryId } })
    expect(again).toMatchObject({
      status: 202,
      body: { status: 'pending', attempts: 1, nextAttemptAt: expect.any(String) },
    })
  })

  it('of an inbox are not made again', async () => {
    const deliveryId = await deliveryOf(0, 'inbox')
    const answer = await fixture.call('redeliver', { params: { deliveryId } })
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })
})

describe("a user's inbox", () => {
  it('holds what the user is told, whatever the case of the address, and counts what is unread', async () => {
    await fixture.call('markInboxRead', {})
    const before = await inbox()
    await test(0)
    await test(0)
    const now = await inbox()
    expect(now).toMatchObject({ entriesCount: before.entriesCount + 2, unreadCount: 2 })
    expect(now.entries[0]).toMatchObject({
      event: 'test',
      title: `test of a watcher of watched ${count}`,
      text: expect.stringContaining('somebody asked for this test'),
      workflowId,
      workflowName: `watched ${count}`,
      executionId: null,
      readAt: null,
    })
    const entryId = now.entries[0]?.id ?? ''
    await fixture.call('markInboxEntryRead', { params: { entryId } })
    await fixture.call('markInboxEntryRead', { params: { entryId } })
    expect(await inbox({ unread: 'true' })).toMatchObject({ entriesCount: 1, unreadCount: 1 })
    await fixture.call('markInboxRead', {})
    const read = await inbox()
    expect(read.unreadCount).toBe(0)
    expect(read.entries[0]?.readAt).toEqual(expect.any(String))
  })

  it('is nobody else’s', async () => {
    const entryId = await deliveryOf(0, 'inbox')
    const { token } = fixture.otherTenant
    expect((await fixture.call('listInbox', { token })).body).toMatchObject({ entries: [], unreadCount: 0 })
    expect((await fixture.call('markInboxEntryRead', { token, params: { entryId } })).status).toBe(404)
    await fixture.call('markInboxRead', { token })
    expect((await inbox()).unreadCount).toBeGreaterThan(0)
  })
})
