/** A server that delivers notifications until it is killed at a named point. Arguments: database URL, SMTP URL, point. */
import { openDatabase, openHints } from '@cairn/store'
import { killAt, openTestCipher, silentLogger } from '@cairn/testkit'
import { createGuardedAgent, parseEgressAllow } from '../../src/execution/http/egress-guard.ts'
import { createNotificationReconciler } from '../../src/notification/notification-reconciler.ts'
import { defaultNotificationSettings } from '../../src/notification/notification-settings.ts'
import { ReceiverGate } from '../../src/notification/receiver-gate.ts'
import { createMailSender } from '../../src/notification/send-mail.ts'
import { createWebhookSender } from '../../src/notification/send-webhook.ts'
import { startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'

const [url = '', smtpUrl = '', point = ''] = process.argv.slice(2)
const onError = (): void => undefined
const database = openDatabase({ url, maxConnections: 3, applicationName: 'dies', onError })
const hints = openHints({ url, applicationName: 'dies', onError })
const reconciler = createNotificationReconciler({
  ...defaultNotificationSettings,
  database,
  hints,
  clock: Date,
  crashPoints: killAt(point),
  logger: silentLogger,
  secretCipher: await openTestCipher(database),
  publicUrl: 'http://cairn.test',
  gate: new ReceiverGate(1),
  sendMail: createMailSender({ url: smtpUrl, from: 'cairn@cairn.test', domains: [] }, 10_000),
  sendWebhook: createWebhookSender(createGuardedAgent(parseEgressAllow(['127.0.0.1'])), 10_000),
})
const times = { leaseMs: 600, renewEveryMs: 100, pollMs: 20 }
startReconcileLoop({ database, hints, reconcilers: [reconciler], logger: silentLogger, times })
