/** Watchers are told what happened to runs: in the inbox, by mail and by webhook, over what gets in between. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Watcher } from '@cairn/contract'
import { eventually, HttpReceiver, MailReceiver } from '@cairn/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from './server-process.ts'

const run = promisify(execFile)
let server: ServerProcess
let mail: MailReceiver
/** What the workflows' steps call. */
let target: HttpReceiver
let hook: HttpReceiver

beforeAll(async () => {
  mail = await MailReceiver.open()
  target = await HttpReceiver.open()
  server = await createServerProcess({
    CAIRN_SMTP_URL: mail.url,
    CAIRN_MAIL_FROM: 'Cairn <cairn@example.com>',
    // Loopback by one address only, so that there is a refused one.
    CAIRN_EGRESS_ALLOW: '127.0.0.1',
  })
  await server.start()
})
beforeEach(async () => {
  hook = await HttpReceiver.open()
  mail.mails.length = 0
  mail.judge = () => null
  target.answer = (_call, response) => response.end()
})
afterEach(() => hook.close())
afterAll(async () => {
  await server.dispose()
  await target.close()
  await mail.close()
})

const user = 'admin@cairn.local'
const crew = ['user1@peak.ai', 'user2@peak.ai']
const patient = { timeoutMs: 30_000 }

/** The three kinds of the seed. */
function watchersOf(events: Watcher['events']): Watcher[] {
  const payload = '{ "pingback-url": "https:/workflow/{{workflowId}}", "event": "{{event}}", "why": {{reason}} }'
  return [
    { user, events },
    { webhook: { name: 'info', url: `${hook.url}/post`, payload }, events },
    { email: { name: 'email-watcher-1', recipients: { to: crew } }, events },
  ]
}

async function createWorkflow(name: string, watchers: Watcher[], cron?: string): Promise<number> {
  const { id } = await server.client.workflows.createWorkflow({
    name,
    watchers,
    ...(cron !== undefined && { triggers: [{ cron }] }),
    steps: { call: { type: 'http', method: 'get', url: `${target.url}/` } },
  })
  return id
}

async function runOnce(workflowId: number): Promise<string> {
  const { executionId } = await server.client.workflows.executeWorkflow(workflowId)
  await server.client.workflows.waitForExecution(workflowId, executionId)
  return executionId
}

const deliveriesOf = (workflowId: number) => server.client.notifications.listDeliveries({ workflowId }).all()

/** The only delivery of the workflow. */
async function deliveryOf(workflowId: number) {
  const [delivery, ...others] = await deliveriesOf(workflowId)
  expect(others).toEqual([])
  return server.client.notifications.describeDelivery(delivery?.id ?? '')
}

/** Everything that all three kinds of watchers were told of the workflow, by now delivered. */
async function told(workflowId: number, event: string, executionId: string): Promise<void> {
  await eventually(async () => {
    const deliveries = (await deliveriesOf(workflowId)).filter((delivery) => delivery.event === event)
    expect(deliveries.map(({ channel, status, target: to }) => `${channel} ${status} ${to}`).toSorted()).toEqual(
      [
        `inbox delivered ${user}`,
        `webhook delivered ${hook.url}/post`,
        ...[user, ...crew].map((address) => `email delivered ${address}`),
      ].toSorted(),
    )
    expect(new Set(deliveries.map((one) => one.executionId))).toEqual(new Set([executionId]))
  }, patient)
}

/** A mail as its reader sees it. */
const readable = (raw: string): string => raw.replaceAll('=\r\n', '').replaceAll('=3D', '=')

describe('who is invited', () => {
  it('gets a mail with the link, sets the password by it once, and the link stands nowhere else', async () => {
    const email = 'ann@example.com'
    const { url, mailed } = await server.client.people.inviteUser({ email, role: 'viewer' })
    expect(mailed).toBe(true)
    const invited = async () => (await server.client.people.listUsers({ searchTerm: email }).all())[0]
    await eventually(
      async () => expect((await invited())?.invitationMail).toMatchObject({ status: 'delivered' }),
      patient,
    )
    const [received] = mail.mails
    expect(received?.to).toEqual([email])
    expect(readable(received?.raw ?? '')).toContain(url)
    const token = new URL(url).hash.slice(1)
    const accept = { token, password: 'correct horse battery' }
    expect(await server.client.people.acceptInvitation(accept)).toMatchObject({ user: { email } })
    await expect(server.client.people.acceptInvitation(accept)).rejects.toMatchObject({ status: 401 })
    expect(server.output()).not.toContain(token)
    const known = [
      await server.client.notifications.listDeliveries().all(),
      await server.client.people.listAuditEvents().all(),
      await invited(),
    ]
    expect(JSON.stringify(known)).not.toContain(token)
  })
})

describe('the three kinds of watchers', () => {
  it('are told of a failure, of the recovery after it, and of a success; each once', async () => {
    const id = await createWorkflow('nightly', watchersOf({ success: true, fail: true, recovered: true }))
    target.answer = (_call, response) => response.writeHead(404).end()
    await told(id, 'fail', await runOnce(id))
    target.answer = (_call, response) => response.end()
    await told(id, 'recovered', await runOnce(id))
    await told(id, 'success', await runOnce(id))
    expect(hook.calls.map(({ body }) => JSON.parse(body) as object)).toEqual([
      { 'pingback-url': `https:/workflow/${id}`, event: 'fail', why: expect.stringContaining('404') },
      { 'pingback-url': `https:/workflow/${id}`, event: 'recovered', why: null },
      { 'pingback-url': `https:/workflow/${id}`, event: 'success', why: null },
    ])
    expect(mail.mails.map(({ to, raw }) => `${to.join()} ${/^Subject: (.*)\r$/m.exec(raw)?.[1]}`).toSorted()).toEqual(
      [user, ...crew]
        .flatMap((to) => ['failed', 'recovered', 'succeeded'].map((what) => `${to} [Cairn] nightly ${what}`))
        .toSorted(),
    )
    const inbox = await server.client.notifications.listInbox({ unread: true }).all()
    expect(inbox.filter(({ workflowId }) => workflowId === id).map(({ title }) => title)).toEqual([
      'nightly succeeded',
      'nightly recovered',
      'nightly failed',
    ])
  })

  it('are told once, while the run still goes on, that it takes longer than it should', async () => {
    const { promise: enough, resolve: goOn } = Promise.withResolvers<void>()
    target.answer = (_call, response) => {
      void enough.then(() => response.end())
    }
    const id = await createWorkflow('slow', watchersOf({ success: false, fail: false, runtimeExceeded: 0.01 }))
    const { executionId } = await server.client.workflows.executeWorkflow(id)
    await told(id, 'runtimeExceeded', executionId)
    const { status } = await server.client.workflows.getExecutionDetails(id, executionId)
    expect(status).toBe('Running')
    goOn()
    await server.client.workflows.waitForExecution(id, executionId)
    expect(hook.calls).toHaveLength(1)
    expect(await deliveriesOf(id)).toHaveLength(5)
  })

  it('are told that a scheduled run did not start because another was going on', async () => {
    const { promise: enough, resolve: goOn } = Promise.withResolvers<void>()
    target.answer = (_call, response) => {
      void enough.then(() => response.end())
    }
    const id = await createWorkflow('crowded', watchersOf({ missed: true }), '* * * * * *')
    const notStarted = { event: 'missed', why: expect.stringContaining('had not ended') }
    await eventually(() => {
      const bodies = hook.calls.map(({ body }) => JSON.parse(body) as object)
      expect(bodies).toContainEqual({ 'pingback-url': `https:/workflow/${id}`, ...notStarted })
    }, patient)
    await server.client.workflows.pauseWorkflow(id)
    goOn()
    await eventually(async () => {
      const channels = (await deliveriesOf(id)).filter(({ status }) => status === 'delivered')
      expect(new Set(channels.map(({ channel }) => channel))).toEqual(new Set(['inbox', 'email', 'webhook']))
      expect(channels.every(({ event, executionId }) => event === 'missed' && executionId === null)).toBe(true)
    }, patient)
  })
})

describe('a receiver', () => {
  const webhook = (): Watcher[] => [
    {
      webhook: { name: 'info', url: `${hook.url}/post`, payload: '{"run": "{{executionId}}"}' },
      events: { success: true },
    },
  ]

  it('that is down shows its error, and is told once it is back', async () => {
    const id = await createWorkflow('patient', webhook())
    const port = Number(new URL(hook.url).port)
    await hook.close()
    const executionId = await runOnce(id)
    await eventually(async () => {
      const { status, attempts, lastError, nextAttemptAt } = await deliveryOf(id)
      expect({ status, attempts }).toEqual({ status: 'pending', attempts: 1 })
      expect(lastError).toContain('ECONNREFUSED')
      expect(nextAttemptAt).not.toBeNull()
    }, patient)
    hook = await HttpReceiver.open(port)
    await eventually(async () => expect((await deliveryOf(id)).status).toBe('delivered'), patient)
    const { id: deliveryId, lastError, history } = await deliveryOf(id)
    expect(lastError).toBeNull()
    expect(history).toMatchObject([
      { attempt: 1, answer: null },
      { attempt: 2, answer: 200, error: null },
    ])
    expect(hook.calls).toMatchObject([
      { method: 'POST', path: '/post', headers: { 'webhook-id': deliveryId }, body: `{"run": "${executionId}"}` },
    ])
  })

  it('that refused is told when somebody asks for it again', async () => {
    hook.answer = (_call, response) => response.writeHead(hook.calls.length === 1 ? 410 : 200).end()
    const id = await createWorkflow('refused', webhook())
    await runOnce(id)
    await eventually(async () =>
      expect(await deliveryOf(id)).toMatchObject({ status: 'failed', lastError: 'the receiver answered 410 Gone' }),
    )
    const { id: deliveryId } = await deliveryOf(id)
    await server.client.notifications.redeliver(deliveryId)
    await eventually(async () => expect((await deliveryOf(id)).status).toBe('delivered'), patient)
    expect(hook.calls.map(({ headers }) => headers['webhook-id'])).toEqual([deliveryId, deliveryId])
  })

  it('of mail that is busy shows what it says, and is told when somebody asks for it', async () => {
    mail.judge = () => ({ code: 450, words: 'greylisted, come back later' })
    const id = await createWorkflow('greylisted', [
      { email: { recipients: { to: ['ops@example.com'] } }, events: { success: true } },
    ])
    await runOnce(id)
    await eventually(async () => {
      const delivery = await deliveryOf(id)
      expect(delivery).toMatchObject({ status: 'pending', attempts: 1, history: [{ answer: 450 }] })
      expect(delivery.lastError).toContain('greylisted, come back later')
    }, patient)
    mail.judge = () => null
    await server.client.notifications.redeliver((await deliveryOf(id)).id)
    await eventually(async () => expect((await deliveryOf(id)).status).toBe('delivered'), patient)
    expect(mail.mails.map(({ to }) => to)).toEqual([['ops@example.com']])
  })

  it.each([
    ['a metadata service', 'http://169.254.169.254/latest/meta-data/'],
    ['a private address', 'http://127.0.0.2:1/'],
  ])('at %s is not called, and the delivery says why (CVE-2025-6454, CVE-2026-32096)', async (place, url) => {
    const id = await createWorkflow(`hook at ${place}`, [
      { webhook: { name: 'info', url, payload: '{}' }, events: { success: true } },
    ])
    await runOnce(id)
    await eventually(async () => {
      const { status, attempts, lastError } = await deliveryOf(id)
      expect({ status, attempts }).toEqual({ status: 'failed', attempts: 1 })
      expect(lastError).toMatch(/is at .*, a private or special address/)
    }, patient)
  })
})

describe('a signed webhook', () => {
  /** The example of the docs, as a receiver uses it. */
  async function isFromCairn(secret: string, headers: object, body: string): Promise<string> {
    const docs = await readFile('docs/watchers.md', 'utf8')
    const [, example = ''] = /```python\n([\s\S]*?)```/.exec(docs) ?? []
    const check = 'import json, sys\nprint(is_from_cairn(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3].encode()))'
    const { stdout } = await run('python3', ['-c', `${example}\n${check}`, secret, JSON.stringify(headers), body])
    return stdout.trim()
  }

  it.each(['a key of the crew', `whsec_${Buffer.from('a key of the crew').toString('base64')}`])(
    'is told from a forged one by the example of the docs, with the secret %s',
    async (value) => {
      const name = `crew-${value.length}`
      await server.client.secrets.createSecret(name, value)
      const payload = '{"run": "{{executionId}}"}'
      const id = await createWorkflow(`signed by ${name}`, [
        { webhook: { name: 'info', url: hook.url, payload, signingSecret: name }, events: { success: true } },
      ])
      await runOnce(id)
      await eventually(() => expect(hook.calls).toHaveLength(1), patient)
      const { headers = {}, body = '' } = hook.calls[0] ?? {}
      expect(await isFromCairn(value, headers, body)).toBe('True')
      expect(await isFromCairn(value, headers, body.replace('run', 'ruin'))).toBe('False')
      expect(await isFromCairn('whsec_AAAA', headers, body)).toBe('False')
      expect(server.output()).not.toContain(value)
    },
  )
})

describe('a test of a watcher', () => {
  it('is delivered without a run', async () => {
    const id = await createWorkflow('tested', watchersOf({ fail: true }))
    await server.client.workflows.testWatcher(id, 1)
    await eventually(async () => expect((await deliveryOf(id)).status).toBe('delivered'), patient)
    expect(hook.calls.map(({ body }) => JSON.parse(body) as object)).toMatchObject([{ event: 'test' }])
  })
})
