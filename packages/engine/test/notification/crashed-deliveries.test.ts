import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Watcher } from '@cairn/contract'
import { HttpReceiver, MailReceiver } from '@cairn/testkit'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
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

/** Runs a server until it dies at the point by SIGKILL. */
async function dieAt(point: string): Promise<void> {
  const script = join(import.meta.dirname, 'notify-and-die.ts')
  const child = spawn(process.execPath, [script, rig.test.url, mail.url, point], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [, signal]: unknown[] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}

const start = () => rig.startEngine({ mail: { url: mail.url, from: 'cairn@cairn.test', domains: [] } })
const webhook = (): Watcher => ({ webhook: { name: 'w', url: hook.url, payload: '{}' }, events: { fail: true } })
const interrupted = 'the server stopped while this was sent: it may have arrived'

it('A server that is killed after it told the watchers tells them once', async () => {
  const workflowId = await rig.addWorkflow([webhook()])
  await rig.endRun(workflowId)
  await dieAt('notification.passed')
  expect(await rig.deliveries(workflowId)).toHaveLength(1)
  start()
  await rig.settled()
  expect(await rig.only(workflowId)).toMatchObject({ status: 'delivered', attempts: 1 })
  expect(hook.calls).toHaveLength(1)
})

it.each([
  [
    'notification.attempt-begun',
    1,
    [
      { error: interrupted, answer: null },
      { error: null, answer: 200 },
    ],
  ],
  [
    'notification.sent',
    2,
    [
      { error: interrupted, answer: null },
      { error: null, answer: 200 },
    ],
  ],
  ['notification.recorded', 1, [{ error: null, answer: 200 }]],
])('A webhook whose server is killed at %s is called at least once, under one id', async (point, calls, history) => {
  const workflowId = await rig.addWorkflow([webhook()])
  await rig.endRun(workflowId)
  await dieAt(point)
  start()
  await rig.settled()
  const delivery = await rig.only(workflowId)
  expect(delivery).toMatchObject({ status: 'delivered', history })
  expect(hook.calls.map(({ headers }) => headers['webhook-id'])).toEqual(
    Array.from({ length: calls }, () => delivery.id),
  )
})

it('A mail whose server is killed before it recorded the answer comes twice, under one Message-ID', async () => {
  const workflowId = await rig.addWorkflow([{ email: { recipients: { to: ['a@b.c'] } }, events: { fail: true } }])
  await rig.endRun(workflowId)
  await dieAt('notification.sent')
  start()
  await rig.settled()
  const { id } = await rig.only(workflowId)
  const ids = mail.mails.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)?.[1])
  expect(ids).toEqual([`<${id}@cairn.test>`, `<${id}@cairn.test>`])
})
