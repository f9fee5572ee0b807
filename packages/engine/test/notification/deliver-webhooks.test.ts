import { createHmac } from 'node:crypto'
import type { Watcher } from '@cairn/contract'
import { requestRedelivery } from '@cairn/store'
import { createManualClock, eventually, HttpReceiver, type ReceivedCall } from '@cairn/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { NotificationRig } from './notification-rig.ts'

let rig: NotificationRig
let hook: HttpReceiver

beforeAll(async () => {
  rig = await NotificationRig.create()
})
beforeEach(async () => {
  hook = await HttpReceiver.open()
})
afterEach(async () => {
  await rig.stopEngines()
  await rig.test.database.db.deleteFrom('work').execute()
  await hook.close()
})
afterAll(() => rig.close())

const watcher = (url: string, payload = '{}'): Watcher => ({
  webhook: { name: 'info', url, payload },
  events: { fail: true },
})

/** A failed run of a new workflow with one webhook. */
async function fail(url = `${hook.url}/`): Promise<number> {
  const workflowId = await rig.addWorkflow([watcher(url)])
  await rig.endRun(workflowId)
  return workflowId
}

async function statusOf(workflowId: number): Promise<string> {
  return (await rig.only(workflowId)).status
}

async function redeliver(id: string): Promise<void> {
  const now = new Date()
  const times = { now, giveUpAt: new Date(now.getTime() + 60_000) }
  const asked = { tenantId: rig.tenantId, id }
  expect(await rig.test.database.transaction((tx) => requestRedelivery(tx, asked, times))).toBe('due')
  rig.hints.notify('work')
}

describe('a webhook', () => {
  it('that fails for a while is called again, under the same id, until it answers', async () => {
    const clock = createManualClock(Date.now())
    hook.answer = (_call, response) => response.writeHead(hook.calls.length < 3 ? 503 : 204).end('details')
    rig.startEngine({ clock })
    const workflowId = await fail()
    const [pauses, waits] = [[6000, 36_000], [] as number[]]
    for (const [round, pause] of pauses.entries()) {
      const waiting = await eventually(async () => {
        const delivery = await rig.only(workflowId)
        expect(delivery).toMatchObject({ status: 'pending', attempts: round + 1, lastError: expect.any(String) })
        // Until its answer is there, an attempt is counted and has the time of the one before.
        expect(delivery.nextAttemptAt?.getTime()).toBeGreaterThan(clock.now())
        expect((await rig.work())[0]?.dueInMs).toBeGreaterThan(1000)
        return delivery
      })
      waits.push((waiting.nextAttemptAt?.getTime() ?? 0) - clock.now())
      await rig.enqueue({ kind: 'delivery', deliveryId: waiting.id })
      await eventually(async () => expect((await rig.work())[0]?.dueInMs).toBeGreaterThan(1000))
      expect(hook.calls).toHaveLength(round + 1)
      clock.advance(pause)
      await rig.enqueue({ kind: 'delivery', deliveryId: waiting.id })
    }
    await eventually(async () => expect(await statusOf(workflowId)).toBe('delivered'))
    expect(waits[0]).toBeGreaterThanOrEqual(5000)
    expect(waits[0]).toBeLessThanOrEqual(6000)
    expect(waits[1]).toBeGreaterThanOrEqual(30_000)
    const { id, history, lastError } = await rig.only(workflowId)
    expect(new Set(hook.calls.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]))
    expect(lastError).toBeNull()
    expect(history).toMatchObject([
      {
        attempt: 1,
        answer: 503,
        error: 'the receiver answered 503 Service Unavailable',
        durationMs: expect.any(Number),
      },
      { attempt: 2, answer: 503 },
      { attempt: 3, answer: 204, error: null },
    ])
    expect(JSON.stringify(history)).not.toContain('details')
  })

  it('is given up after 24 hours, with its last error', async () => {
    const clock = createManualClock(Date.now())
    hook.answer = (_call, response) => response.writeHead(500).end()
    rig.startEngine({ clock })
    const workflowId = await fail()
    const first = await eventually(async () => {
      const delivery = await rig.only(workflowId)
      expect(delivery).toMatchObject({ status: 'pending', attempts: 1 })
      expect((await rig.work())[0]?.dueInMs).toBeGreaterThan(1000)
      return delivery
    })
    clock.advance(24 * 3_600_000)
    await rig.enqueue({ kind: 'delivery', deliveryId: first.id })
    await eventually(async () =>
      expect(await rig.only(workflowId)).toMatchObject({
        status: 'failed',
        attempts: 2,
        nextAttemptAt: null,
        lastError: 'the receiver answered 500 Internal Server Error (given up after 2 attempts)',
      }),
    )
    await rig.settled()
  })

  it('that asks for patience is given it', async () => {
    hook.answer = (_call, response) => response.writeHead(429, { 'retry-after': '3600' }).end()
    rig.startEngine()
    const workflowId = await fail()
    await eventually(async () => {
      const { nextAttemptAt, status, attempts } = await rig.only(workflowId)
      expect({ status, attempts }).toEqual({ status: 'pending', attempts: 1 })
      expect((nextAttemptAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(3_500_000)
    })
  })

  it.each([400, 401, 404, 410, 304])('that answers %d is not called again', async (status) => {
    hook.answer = (_call, response) => response.writeHead(status).end()
    rig.startEngine()
    const workflowId = await fail()
    await rig.settled()
    const { lastError, ...delivery } = await rig.only(workflowId)
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1, history: [{ answer: status }] })
    expect(lastError).toContain(`the receiver answered ${status}`)
  })

  it('that nobody answers is tried again', async () => {
    rig.startEngine()
    const workflowId = await fail('http://127.0.0.1:9/')
    await eventually(async () =>
      expect(await rig.only(workflowId)).toMatchObject({
        status: 'pending',
        lastError: expect.stringMatching(/^the request failed: .*ECONNREFUSED/),
        history: [{ answer: null }],
      }),
    )
  })

  it('that hangs is left after its time, and the others are called meanwhile', async () => {
    hook.answer = (call, response) => {
      if (call.path === '/quick') response.end()
    }
    rig.startEngine({ settings: { webhookTimeoutMs: 1000, concurrency: 8, perReceiver: 4 } })
    const other = await HttpReceiver.open()
    try {
      const hanging = await rig.addWorkflow(Array.from({ length: 20 }, () => watcher(`${hook.url}/hang`)))
      await rig.endRun(hanging)
      await eventually(() => expect(hook.calls.length).toBe(4))
      const quick = await fail(`${other.url}/quick`)
      await eventually(async () => expect(await statusOf(quick)).toBe('delivered'))
      expect(hook.calls.length).toBe(4)
      await eventually(async () => {
        const errors = (await rig.deliveries(hanging)).map(({ lastError }) => lastError)
        expect(errors).toContain('no answer within 1 s')
      })
    } finally {
      await other.close()
    }
  })

  it('counts as told by the header of its answer; 1 GB behind it is not read', async () => {
    let written = 0
    hook.answer = (_call, response) => {
      response.writeHead(200, { 'content-length': String(2 ** 30) })
      const block = Buffer.alloc(2 ** 16)
      const write = (): void => {
        while (written < 2 ** 30 && !response.destroyed) {
          written += block.length
          if (!response.write(block)) return
        }
      }
      response.on('drain', write).on('error', () => undefined)
      write()
    }
    rig.startEngine()
    const workflowId = await fail()
    await eventually(async () => expect(await statusOf(workflowId)).toBe('delivered'))
    await rig.settled()
    expect(written).toBeLessThan(2 ** 25)
  })

  it('counts as told also when the body of its answer never ends', async () => {
    hook.answer = (_call, response) => {
      response.writeHead(200)
      response.write('x')
    }
    rig.startEngine()
    const workflowId = await fail()
    await eventually(async () => expect(await statusOf(workflowId)).toBe('delivered'))
  })
})

describe('a webhook with a signing secret', () => {
  const signed = (name: string): Watcher => ({
    webhook: { name: 'info', url: `${hook.url}/`, payload: '{"run": "{{executionId}}"}', signingSecret: name },
    events: { fail: true },
  })
  /** As a receiver does it. */
  const signatureOf = (call: ReceivedCall | undefined, key: string | Buffer): string => {
    const header = (name: string): string => String(call?.headers[name])
    const text = `${header('webhook-id')}.${header('webhook-timestamp')}.${call?.body}`
    return `v1,${createHmac('sha256', key).update(text).digest('base64')}`
  }
  const failSigned = async (name: string): Promise<number> => {
    const workflowId = await rig.addWorkflow([signed(name)])
    await rig.endRun(workflowId)
    await rig.settled()
    return workflowId
  }

  it.each([
    ['text', 'shop & key', Buffer.from('shop & key')],
    ['a key behind whsec_', 'whsec_c2hvcCBrZXk=', Buffer.from('shop key')],
  ])('is called with a signature that anybody can check who has the secret: %s', async (_, secret, key) => {
    await rig.setSecret('shop', secret)
    rig.startEngine()
    const workflowId = await failSigned('shop')
    const [call] = hook.calls
    expect(call?.headers['webhook-id']).toBe((await rig.only(workflowId)).id)
    expect(call?.headers['webhook-signature']).toBe(signatureOf(call, key))
  })

  it.each([
    ['does not exist', 'gone', null, /^secret "gone", which signs the calls, does not exist any more$/],
    ['is empty', 'hollow', 'whsec_', /^secret "hollow", which signs the calls, is empty behind "whsec_"$/],
  ])('is not called when the secret %s', async (_, name, value, error) => {
    if (value !== null) await rig.setSecret(name, value)
    rig.startEngine()
    const workflowId = await failSigned(name)
    expect(await rig.only(workflowId)).toMatchObject({ status: 'failed', lastError: expect.stringMatching(error) })
    expect(hook.calls).toEqual([])
  })

  it('is signed with the present value when it is delivered again', async () => {
    await rig.setSecret('rotated', 'first')
    rig.startEngine()
    const workflowId = await failSigned('rotated')
    await rig.setSecret('rotated', 'second')
    await redeliver((await rig.only(workflowId)).id)
    await rig.settled()
    const [first, second] = hook.calls
    expect(first?.headers['webhook-signature']).toBe(signatureOf(first, 'first'))
    expect(second?.headers['webhook-signature']).toBe(signatureOf(second, 'second'))
  })
})

describe('the egress guard (CVE-2025-6454, CVE-2026-32096)', () => {
  it.each([
    [
      'a metadata service',
      'http://169.254.169.254/latest/meta-data/',
      /^169\.254\.169\.254 is at .* a private or special/,
    ],
    ['a private address', 'http://10.0.0.1/', /^10\.0\.0\.1 is at 10\.0\.0\.1, a private/],
    ['a mapped address', 'http://[::ffff:10.0.0.1]/', /a private or special address/],
    ['this machine by name', 'http://localhost:1/', /^localhost is at .*, a private/],
  ])('keeps webhooks from %s and says why', async (_, url, reason) => {
    rig.startEngine({ egressAllow: [] })
    const workflowId = await fail(url)
    await rig.settled()
    expect(await rig.only(workflowId)).toMatchObject({
      status: 'failed',
      attempts: 1,
      lastError: expect.stringMatching(reason),
    })
  })

  it('checks the target of a redirect, and keeps the request as it is', async () => {
    const other = await HttpReceiver.open()
    try {
      hook.answer = (call, response) => {
        const location = call.path === '/private' ? 'http://127.0.0.2:1/' : `${other.url}/moved`
        response.writeHead(302, { location }).end()
      }
      rig.startEngine()
      const refused = await fail(`${hook.url}/private`)
      const followed = await fail(`${hook.url}/public`)
      await rig.settled()
      expect(await rig.only(refused)).toMatchObject({
        status: 'failed',
        lastError: expect.stringMatching(/^127\.0\.0\.2 is at 127\.0\.0\.2, a private/),
      })
      expect(await statusOf(followed)).toBe('delivered')
      expect(other.calls).toMatchObject([{ method: 'POST', path: '/moved', body: '{}' }])
      expect(other.calls[0]?.headers['webhook-id']).toBe((await rig.only(followed)).id)
    } finally {
      await other.close()
    }
  })

  it('ends a loop of redirects', async () => {
    hook.answer = (_call, response) => response.writeHead(307, { location: '/again' }).end()
    rig.startEngine()
    const workflowId = await fail()
    await rig.settled()
    expect(await rig.only(workflowId)).toMatchObject({ status: 'failed', lastError: 'redirected more than 5 times' })
  })

  it('lets no value of a run add a header, a path or a host (CR/LF in names)', async () => {
    rig.startEngine()
    const url = `${hook.url}/{{workflowName}}?why={{reason}}`
    const workflowId = await rig.addWorkflow([watcher(url)], 'x\r\nhost: evil/../..')
    await rig.endRun(workflowId, { reason: 'a\r\nx-evil: 1&b=2#c' })
    await rig.settled()
    expect(hook.calls).toMatchObject([
      { path: '/x%0D%0Ahost%3A%20evil%2F..%2F..?why=a%0D%0Ax-evil%3A%201%26b%3D2%23c' },
    ])
    expect(hook.calls[0]?.headers).not.toHaveProperty('x-evil')
  })
})

describe('a delivery', () => {
  it('is made once by two engines that share the work', async () => {
    rig.startEngine()
    rig.startEngine()
    const workflows: number[] = []
    for (let index = 0; index < 20; index += 1) workflows.push(await fail(`${hook.url}/${index}`))
    await rig.settled()
    expect(hook.calls.map(({ path }) => path).toSorted()).toEqual(workflows.map((_, index) => `/${index}`).toSorted())
  })

  it('can be made again at once, whether it failed or not, with its patience anew', async () => {
    hook.answer = (_call, response) => response.writeHead(hook.calls.length === 1 ? 404 : 200).end()
    rig.startEngine()
    const workflowId = await fail()
    await rig.settled()
    const failed = await rig.only(workflowId)
    expect(failed.status).toBe('failed')
    await redeliver(failed.id)
    await rig.settled()
    expect(await rig.only(workflowId)).toMatchObject({ status: 'delivered', attempts: 2, lastError: null })
    await redeliver(failed.id)
    await rig.settled()
    expect(await rig.only(workflowId)).toMatchObject({ status: 'delivered', attempts: 3 })
    expect(hook.calls.map(({ headers }) => headers['webhook-id'])).toEqual([failed.id, failed.id, failed.id])
  })

  it('that is asked for again while it is under way is made again afterwards', async () => {
    const { promise: asked, resolve: goOn } = Promise.withResolvers<void>()
    hook.answer = (_call, response) => {
      void asked.then(() => response.writeHead(404).end())
    }
    rig.startEngine()
    const workflowId = await fail()
    await eventually(() => expect(hook.calls).toHaveLength(1))
    await redeliver((await rig.only(workflowId)).id)
    goOn()
    await rig.settled()
    const { status, history } = await rig.only(workflowId)
    expect({ status, answers: history.map(({ answer }) => answer) }).toEqual({ status: 'failed', answers: [404, 404] })
  })

  it('under way when the engine stops is waited for, so that it is not made twice', async () => {
    const { promise: stopping, resolve: letGo } = Promise.withResolvers<void>()
    hook.answer = (_call, response) => {
      void stopping.then(() => response.end())
    }
    const stop = rig.startEngine()
    const workflowId = await fail()
    await eventually(() => expect(hook.calls).toHaveLength(1))
    const stopped = stop()
    letGo()
    await stopped
    expect(await statusOf(workflowId)).toBe('delivered')
    rig.startEngine()
    await rig.settled()
    expect(hook.calls).toHaveLength(1)
  })
})
