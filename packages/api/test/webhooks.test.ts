import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, numberIn } from './api-fixture.ts'
import { type HookAnswer, type Sent, send, signed } from './webhook-rig.ts'

let fixture: ApiFixture
beforeAll(async () => {
  fixture = await createApiFixture({ limits: { runs: { mostLiveRuns: 1, mostWaitingRuns: 1 } } })
})
afterAll(() => fixture.close())

let name = 0
beforeEach(() => {
  name += 1
  fixture.hinted.length = 0
})
afterEach(() => endRuns())

const steps = { call: { type: 'http', url: 'http://example.com' } }

interface Hook {
  readonly webhook: string
  readonly signingSecret?: string
}
interface Made extends Hook {
  readonly workflowId: number
}

async function make(trigger: object = {}, body: object = {}): Promise<Made> {
  const triggers = [{ webhook: true, ...trigger }]
  const answer = await fixture.call('createWorkflow', { body: { name: `w${name}`, triggers, steps, ...body } })
  const [hook] = answer.body['triggers'] as [Hook]
  return { ...hook, workflowId: numberIn(answer, 'id') }
}
async function update({ workflowId }: Made, triggers: readonly object[]): Promise<readonly Hook[]> {
  const answer = await fixture.call('updateWorkflow', { params: { workflowId }, body: { triggers, steps } })
  return (answer.body['triggers'] ?? []) as Hook[]
}
const triggersOf = async ({ workflowId }: Made): Promise<unknown> =>
  (await fixture.call('describeWorkflow', { params: { workflowId } })).body['triggers']
const call = (hook: Hook, sent?: Sent): Promise<HookAnswer> => send(fixture, hook.webhook, sent)

interface RunRow {
  id: string
  trigger: string
  started_by: string
  parameters: { global: Record<string, string>; stepWise: object }
  status: string
}
async function runsOf({ workflowId }: Made): Promise<RunRow[]> {
  const { rows } = await fixture.database.pool.query<RunRow>(
    'select id, trigger, started_by, parameters, status from execution where workflow_id = $1 order by created_at',
    [workflowId],
  )
  return rows
}
const endRuns = () => fixture.database.pool.query(`update execution set status = 'success', finished_at = now()`)

describe('a call of a webhook', () => {
  it('starts a run, needs no API token, and gives any JSON to the steps', async () => {
    const hook = await make()
    const answer = await call(hook, { body: '{"event": "push"}' })
    expect([answer.status, fixture.hinted]).toEqual([202, ['execution']])
    const [run] = await runsOf(hook)
    expect(run).toMatchObject({ id: answer.body['executionId'], trigger: 'webhook', started_by: 'webhook' })
    expect(run?.parameters.global).toEqual({ WEBHOOK_PAYLOAD: '{"event": "push"}' })
  })

  it('takes a body of execute, and none', async () => {
    const hook = await make()
    await call(hook, { body: '{"params":{"global":{"A":"1"}},"stepsToRun":[{"stepName":"call"}]}' })
    await endRuns()
    expect((await call(hook)).status).toBe(202)
    expect((await runsOf(hook)).map((run) => run.parameters.global)).toEqual([{ A: '1' }, {}])
  })

  it('names the field of a body of execute that is wrong', async () => {
    const hook = await make()
    const answers = [
      await call(hook, { body: '{"params":{"global":{"A":1}}}' }),
      await call(hook, { body: '{"stepsToRun":[{"stepName":"nosuch"}]}' }),
      await call(hook, { body: 'nothing' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
    expect(answers.map(({ body }) => body['detail'])).toEqual([
      expect.stringContaining('params.global.A'),
      expect.stringContaining('stepsToRun'),
      'body: must be JSON',
    ])
    expect(await runsOf(hook)).toEqual([])
  })

  it('is refused while a run is live, and when as many wait as may', async () => {
    const alone = await make()
    await call(alone)
    expect(await call(alone)).toMatchObject({ status: 409, body: { code: 'already_running' } })
    name += 1
    const many = await make({}, { metadata: { allowConcurrentExecution: true } })
    const statuses = [await call(many), await call(many)].map(({ status }) => status)
    const full = await call(many)
    expect([...statuses, full.status, full.body['code']]).toEqual([202, 202, 429, 'queue_full'])
    expect(full.headers['retry-after']).toBeDefined()
  })

  it('starts runs of a paused workflow too: pausing stops schedules only', async () => {
    const hook = await make()
    await update(hook, [{ cron: '0 0 * * *' }, { webhook: hook.webhook }])
    await fixture.call('pauseWorkflow', { params: { workflowId: hook.workflowId } })
    expect((await call(hook)).status).toBe(202)
  })

  it('with the message id of an earlier one starts no second run, also at the same time', async () => {
    const hook = await make({}, { metadata: { allowConcurrentExecution: true } })
    const sent = { headers: { 'webhook-id': 'm-1' }, body: '1' }
    const answers = await Promise.all([call(hook, sent), call(hook, sent), call(hook, sent)])
    expect(new Set(answers.map(({ body }) => body['executionId'])).size).toBe(1)
    expect(await runsOf(hook)).toHaveLength(1)
    expect(await call(hook, { ...sent, body: '2' })).toMatchObject({ status: 409, body: { code: 'replayed' } })
  })
})

describe('the size of a call', () => {
  it('is refused before the body is read when it is announced, and while it is read when not', async () => {
    const hook = await make()
    const announced = await call(hook, { headers: { 'content-length': '1048577' } })
    const large = await call(hook, { body: Buffer.alloc(1_048_577, ' ') })
    expect([announced, large].map(({ status, body }) => [status, body['code']])).toEqual([
      [413, 'payload_too_large'],
      [413, 'payload_too_large'],
    ])
    expect((await call(hook, { body: Buffer.alloc(1_048_576, ' ') })).status).toBe(202)
  })

  it('counts for hooks that exist only: the others get the answer of a wrong token', async () => {
    const answer = await send(fixture, randomUUID(), { headers: { 'content-length': '1048577' } })
    expect(answer.status).toBe(404)
  })
})

describe('the rate of calls', () => {
  it('is bounded for each hook and for each address, whatever hooks it names, before the body is read', async () => {
    const bound = { perSecond: 0.001, burst: 2 }
    const slow = await createApiFixture({ limits: { hookRate: { byHook: bound, byAddress: { ...bound, burst: 6 } } } })
    try {
      const made = await slow.call('createWorkflow', { body: { name: 'w', triggers: [{ webhook: true }], steps } })
      const [{ webhook }] = made.body['triggers'] as [Hook]
      const from = (remoteAddress: string, token: string) => send(slow, token, { remoteAddress, body: 'no JSON' })
      const byHook = [await from('10.0.0.1', webhook), await from('10.0.0.2', webhook), await from('10.0.0.3', webhook)]
      expect(byHook.map(({ status }) => status)).toEqual([400, 400, 429])
      expect(byHook[2]).toMatchObject({ body: { code: 'rate_limited' }, headers: { 'retry-after': expect.anything() } })
      const guesses = await Promise.all(Array.from({ length: 7 }, () => from('10.0.0.4', randomUUID())))
      expect(guesses.filter(({ status }) => status === 404)).toHaveLength(6)
      expect(guesses.filter(({ status }) => status === 429)).toHaveLength(1)
    } finally {
      await slow.close()
    }
  })
})

describe('a token', () => {
  it('that is wrong, malformed, replaced or of a deleted workflow gets one and the same answer', async () => {
    const replaced = await make()
    const [next] = await update(replaced, [{ webhook: true }])
    name += 1
    const deleted = await make()
    await fixture.call('deleteWorkflow', { params: { workflowId: deleted.workflowId } })
    name += 1
    const removed = await make()
    await update(removed, [{}])
    const tokens = [replaced.webhook, deleted.webhook, removed.webhook, randomUUID(), 'x', 'x'.repeat(500), '%00']
    const answers = await Promise.all(tokens.map((token) => send(fixture, token, { body: '{"a":1}' })))
    const told = answers.map(({ status, body: { requestId: _id, ...body } }) => JSON.stringify([status, body]))
    expect([...new Set(told)]).toEqual([
      JSON.stringify([
        404,
        { detail: 'there is no such webhook', message: 'there is no such webhook', code: 'not_found' },
      ]),
    ])
    expect((await send(fixture, next?.webhook ?? '')).status).toBe(202)
  })

  it('stays when it is preserved or named, and is another one otherwise', async () => {
    const hook = await make()
    const token = { webhook: hook.webhook }
    expect(await update(hook, [{ webhook: true, webhookPolicy: 'preserve' }])).toEqual([token])
    expect(await update(hook, [{ webhook: hook.webhook.toUpperCase() }])).toEqual([token])
    expect(await triggersOf(hook)).toEqual([token])
    const [other] = await update(hook, [{ webhook: true }])
    expect(other?.webhook).not.toBe(hook.webhook)
  })

  it('is in no row as it is, and is written in any case', async () => {
    const hook = await make()
    const { rows } = await fixture.database.pool.query(
      `select row_to_json(r)::text || row_to_json(w)::text as text from workflow_revision as r
       join workflow_webhook as w on w.workflow_id = r.workflow_id where r.workflow_id = $1`,
      [hook.workflowId],
    )
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(hook.webhook)
    expect((await send(fixture, hook.webhook.toUpperCase())).status).toBe(202)
  })

  it('that was lost with the key file is another one as soon as the workflow is saved again', async () => {
    const hook = await make()
    await fixture.database.pool.query('delete from workflow_webhook where workflow_id = $1', [hook.workflowId])
    expect(await triggersOf(hook)).toEqual([{}])
    const [next] = await update(hook, [{ webhook: true, webhookPolicy: 'preserve' }])
    expect(await triggersOf(hook)).toEqual([next])
    expect((await call(next ?? hook)).status).toBe(202)
    expect((await call(hook)).status).toBe(404)
  })

  it("of another tenant is not kept by naming it, nor is that tenant's hook touched", async () => {
    const theirs = await fixture.call('createWorkflow', {
      token: fixture.otherTenant.token,
      body: { name: 'theirs', triggers: [{ webhook: true }], steps },
    })
    const [{ webhook }] = theirs.body['triggers'] as [Hook]
    const mine = await make({ webhook })
    expect(mine.webhook).not.toBe(webhook)
    const answer = await send(fixture, webhook)
    expect(answer.status).toBe(202)
    expect(await runsOf(mine)).toEqual([])
    expect(await runsOf({ webhook, workflowId: numberIn(theirs, 'id') })).toHaveLength(1)
  })
})

describe('a signing secret', () => {
  const body = '{"event":"push"}'
  const callSigned = (hook: Hook, secret: string, signing = {}) =>
    call(hook, { body, headers: signed(secret, body, signing) })

  it('that is made for the hook is shown once, and calls without it are refused', async () => {
    const hook = await make({ signingSecret: true })
    const secret = hook.signingSecret ?? ''
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(await triggersOf(hook)).toEqual([{ webhook: hook.webhook, signingSecret: true }])
    expect(await call(hook, { body })).toMatchObject({ status: 401, body: { code: 'invalid_signature' } })
    expect((await callSigned(hook, 'whsec_AAAA')).status).toBe(401)
    expect(await runsOf(hook)).toEqual([])
    expect((await callSigned(hook, secret)).status).toBe(202)
  })

  it('stays with a hook that is preserved or sent back as shown, until it is taken away', async () => {
    const hook = await make({ signingSecret: true })
    const token = { webhook: hook.webhook }
    expect(await update(hook, [{ webhook: true, webhookPolicy: 'preserve' }])).toEqual([token])
    expect(await update(hook, [{ ...token, signingSecret: true }])).toEqual([token])
    expect((await callSigned(hook, hook.signingSecret ?? '')).status).toBe(202)
    await endRuns()
    expect(await update(hook, [{ ...token, signingSecret: false }])).toEqual([token])
    expect((await call(hook, { body })).status).toBe(202)
    const [again] = await update(hook, [{ ...token, signingSecret: true }])
    expect(again?.signingSecret).not.toBe(hook.signingSecret)
  })

  it('can be a stored secret, which then must exist and cannot be deleted', async () => {
    const secretName = `hook-${name}`
    const trigger = { webhook: true, signingSecret: secretName }
    const refused = await fixture.call('createWorkflow', { body: { name: `w${name}`, triggers: [trigger], steps } })
    expect([refused.status, refused.body['detail']]).toEqual([
      400,
      `triggers.0.signingSecret: secret "${secretName}" does not exist; GET /secrets/api/v1/secrets lists them`,
    ])
    await fixture.call('createSecret', { body: { name: secretName, value: 'first value' } })
    const hook = await make(trigger)
    expect(hook.signingSecret).toBeUndefined()
    const params = { secretName }
    expect((await fixture.call('deleteSecret', { params })).status).toBe(409)
    expect((await callSigned(hook, 'first value')).status).toBe(202)
    await endRuns()
    await fixture.call('rotateSecret', { params, body: { value: 'second value' } })
    expect((await callSigned(hook, 'first value')).status).toBe(401)
    expect((await callSigned(hook, 'second value')).status).toBe(202)
    await update(hook, [{}])
    expect((await fixture.call('deleteSecret', { params })).status).toBe(200)
  })

  // CVE-2026-28449, CVE-2026-41395, CVE-2026-32053: replays without memory, or under a key that was not signed
  it('lets no call be replayed, as it was or with another body, id or time', async () => {
    const hook = await make({ signingSecret: true }, { metadata: { allowConcurrentExecution: true } })
    const headers = signed(hook.signingSecret ?? '', body, { id: 'm1' })
    expect((await call(hook, { body, headers })).status).toBe(202)
    expect(await call(hook, { body, headers })).toMatchObject({ status: 409, body: { code: 'replayed' } })
    const later = String(Number(headers['webhook-timestamp']) + 1)
    const changed = [
      { body: '{"event":"pull"}', headers },
      { body, headers: { ...headers, 'webhook-id': 'm2' } },
      { body, headers: { ...headers, 'webhook-timestamp': later } },
      { body, headers: { ...headers, 'webhook-signature': `${headers['webhook-signature']}x` } },
    ]
    const answers = await Promise.all(changed.map((sent) => call(hook, sent)))
    expect(answers.map(({ status }) => status).slice(0, 3)).toEqual([401, 401, 401])
    expect([401, 409]).toContain(answers[3]?.status)
    expect(await runsOf(hook)).toHaveLength(1)
  })

  it('lets the sender repeat a call by signing it anew, which starts no second run', async () => {
    const hook = await make({ signingSecret: true }, { metadata: { allowConcurrentExecution: true } })
    const secret = hook.signingSecret ?? ''
    const [early, late] = [-20, -10].map((offset) => signed(secret, body, { id: 'm1', offset }))
    const first = await call(hook, { body, headers: { ...early } })
    const again = await call(hook, { body, headers: { ...late } })
    expect([again.status, again.body['executionId']]).toEqual([202, first.body['executionId']])
    expect((await call(hook, { body, headers: { ...early } })).status).toBe(409)
    expect((await call(hook, { body, headers: { ...late } })).status).toBe(409)
    expect(await runsOf(hook)).toHaveLength(1)
  })

  it('leaves a call that started nothing to be sent again as it was', async () => {
    const hook = await make({ signingSecret: true })
    const secret = hook.signingSecret ?? ''
    await callSigned(hook, secret)
    const headers = signed(secret, body)
    expect((await call(hook, { body, headers })).body['code']).toBe('already_running')
    await endRuns()
    expect((await call(hook, { body, headers })).status).toBe(202)
  })

  it('of calls of another time is refused without a run', async () => {
    const hook = await make({ signingSecret: true })
    const secret = hook.signingSecret ?? ''
    const statuses = [-301, 310].map(async (offset) => (await callSigned(hook, secret, { offset })).status)
    expect(await Promise.all(statuses)).toEqual([401, 401])
    expect(await runsOf(hook)).toEqual([])
  })
})
