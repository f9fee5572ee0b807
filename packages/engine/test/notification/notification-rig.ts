/** Watched workflows and runs on a real database, the reconciler on its loop, and what became of the deliveries. */
import { createHash, randomUUID } from 'node:crypto'
import type { Watcher } from '@cairn/contract'
import { type Clock, deliveryPatienceMs, noCrashPoints, notificationKey, type NotificationWork } from '@cairn/domain'
import {
  type DeliveryRecord,
  type DeliveryWithAttempts,
  enqueueWork,
  ensureUser,
  findDelivery,
  findUser,
  type Hints,
  insertExecution,
  insertSecret,
  insertWorkflow,
  listDeliveries,
  openHints,
  openInvitation,
  placeOfInvitation,
  queueInvitationMail,
  replaceSecret,
  type SecretCipher,
  reviseWorkflow,
  lockWorkflow,
  upsertRunPlan,
  type UserRecord,
} from '@cairn/store'
import { createTestDatabase, eventually, openTestCipher, planOf, silentLogger, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { createGuardedAgent, parseEgressAllow } from '../../src/execution/http/egress-guard.ts'
import { createNotificationReconciler } from '../../src/notification/notification-reconciler.ts'
import {
  defaultNotificationSettings,
  type MailSettings,
  type NotificationSettings,
} from '../../src/notification/notification-settings.ts'
import { ReceiverGate } from '../../src/notification/receiver-gate.ts'
import { createMailSender } from '../../src/notification/send-mail.ts'
import { createWebhookSender } from '../../src/notification/send-webhook.ts'
import { startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'

export const systemClock: Clock = { now: () => Date.now() }

const times = { leaseMs: 600, renewEveryMs: 100, pollMs: 20 }

export interface EngineOptions {
  readonly mail?: MailSettings | null
  readonly egressAllow?: readonly string[]
  readonly clock?: Clock
  readonly settings?: Partial<NotificationSettings>
}

export interface RunOptions {
  readonly status?: 'running' | 'queued' | 'success' | 'failed' | 'stopped'
  readonly reason?: string | null
  /** Milliseconds ago. */
  readonly startedAgoMs?: number | null
  readonly finishedAgoMs?: number
}

export class NotificationRig {
  readonly test: TestDatabase
  readonly hints: Hints
  readonly tenantId = randomUUID()
  readonly #secretCipher: SecretCipher
  #stops: (() => Promise<void>)[] = []

  private constructor(test: TestDatabase, secretCipher: SecretCipher) {
    this.test = test
    this.#secretCipher = secretCipher
    this.hints = openHints({ url: test.url, applicationName: 'notification test', onError: () => undefined })
  }

  static async create(): Promise<NotificationRig> {
    const test = await createTestDatabase({ maxConnections: 10 })
    const rig = new NotificationRig(test, await openTestCipher(test.database))
    await rig.test.database.db.insertInto('tenant').values({ id: rig.tenantId, name: 'acme' }).execute()
    return rig
  }

  async close(): Promise<void> {
    await this.stopEngines()
    await this.hints.close()
    await this.test.drop()
  }

  /** Answers the way to stop it. */
  startEngine(options: EngineOptions = {}): () => Promise<void> {
    const settings = { ...defaultNotificationSettings, ...options.settings }
    const agent = createGuardedAgent(parseEgressAllow(options.egressAllow ?? ['127.0.0.1']))
    const { database } = this.test
    const reconciler = createNotificationReconciler({
      ...settings,
      database,
      hints: this.hints,
      clock: options.clock ?? systemClock,
      crashPoints: noCrashPoints,
      logger: silentLogger,
      secretCipher: this.#secretCipher,
      publicUrl: 'http://cairn.test',
      gate: new ReceiverGate(settings.perReceiver),
      sendMail: createMailSender(options.mail ?? null, settings.mailTimeoutMs),
      sendWebhook: createWebhookSender(agent, settings.webhookTimeoutMs),
    })
    const loop = startReconcileLoop({
      database,
      hints: this.hints,
      reconcilers: [reconciler],
      logger: silentLogger,
      times,
    })
    const stop = async (): Promise<void> => {
      await loop.stop()
      await agent.destroy()
    }
    this.#stops.push(stop)
    return stop
  }

  async stopEngines(): Promise<void> {
    await Promise.all(this.#stops.map((stop) => stop()))
    this.#stops = []
  }

  async addWorkflow(watchers: readonly Watcher[], name: string = `nightly ${randomUUID()}`): Promise<number> {
    const workflow = { tenantId: this.tenantId, name, body: { watchers }, secrets: [], createdBy: 'a@b.c' }
    const id = await this.test.database.transaction((tx) => insertWorkflow(tx, workflow))
    if (id === null) throw new Error('the name is taken')
    return id
  }

  /** Of the tenant; a name that it has gets the new value. */
  async setSecret(name: string, value: string): Promise<void> {
    const { tenantId } = this
    const secret = this.#secretCipher.seal(value, { tenantId, name })
    const write = { tenantId, name, secret, by: 'a@b.c' }
    await this.test.database.transaction(async (tx) => {
      if (!(await insertSecret(tx, write))) await replaceSecret(tx, write)
    })
  }

  /** A user whose invitation is due to be mailed; answers the user's id. Again for one who is there. */
  async inviteByMail(email: string, link: string): Promise<string> {
    const { tenantId } = this
    const invitationHash = createHash('sha256').update(link).digest()
    const at = new Date()
    const giveUpAt = new Date(at.getTime() + deliveryPatienceMs)
    const userId = await this.test.database.transaction(async (tx) => {
      const id = await ensureUser(tx, { tenantId, email, name: email, role: 'viewer', by: 'a@b.c' })
      const key = { tenantId, userId: id }
      await openInvitation(tx, key, { hash: invitationHash, expiresAt: new Date(at.getTime() + 3_600_000) })
      const sealed = this.#secretCipher.seal(link, placeOfInvitation(key))
      await queueInvitationMail(tx, { ...key, invitationHash, link: sealed, invitedBy: 'a@b.c', at, giveUpAt })
      return id
    })
    this.hints.notify('work')
    return userId
  }

  /** What the user's record says of the mail. */
  async invitationMail(userId: string): Promise<UserRecord['invitationMail'] | undefined> {
    return (await findUser(this.test.database.db, { tenantId: this.tenantId, userId }))?.invitationMail
  }

  async changeWatchers(workflowId: number, watchers: readonly Watcher[]): Promise<void> {
    await this.test.database.transaction(async (tx) => {
      const locked = await lockWorkflow(tx, this.tenantId, workflowId)
      if (locked === null) throw new Error('no workflow')
      await reviseWorkflow(tx, locked, { name: locked.name, body: { watchers }, secrets: [], updatedBy: 'a@b.c' })
    })
  }

  /** A run as the engine would have left it. */
  async addRun(workflowId: number, options: RunOptions = {}): Promise<string> {
    const { status = 'failed', reason = 'exit code 1', startedAgoMs = 60_000, finishedAgoMs = 0 } = options
    const id = randomUUID()
    const isEnded = status !== 'running' && status !== 'queued'
    await this.test.database.transaction(async (tx) => {
      const plan = { workflowId, revision: 1, digest: 'd', body: planOf({}, { watched: true }) }
      const planId = await upsertRunPlan(tx, plan)
      const { tenantId } = this
      const parameters = { global: {}, stepWise: {} }
      await insertExecution(tx, { id, tenantId, workflowId, planId, parameters, trigger: 'manual', startedBy: 'a@b.c' })
      await sql`
        update execution set status = ${status}, reason = ${isEnded && status !== 'success' ? reason : null},
          finished_at = ${isEnded ? new Date(Date.now() - finishedAgoMs) : null}
        where id = ${id}`.execute(tx)
      if (startedAgoMs === null) return
      await sql`
        insert into execution_event (execution_id, sequence, at, type, step, attempt)
        values (${id}, 1, ${new Date(Date.now() - startedAgoMs)}, 'attempt.started', 'a', 1)`.execute(tx)
    })
    return id
  }

  async enqueue(...works: readonly NotificationWork[]): Promise<void> {
    const requests = works.map((work) => ({ kind: 'notification' as const, key: notificationKey(work) }))
    await this.test.database.transaction((tx) => enqueueWork(tx, ...requests))
    this.hints.notify('work')
  }

  /** A failed run whose end is to be told. */
  async endRun(workflowId: number, options: RunOptions = {}): Promise<string> {
    const executionId = await this.addRun(workflowId, options)
    await this.enqueue({ kind: 'finished', executionId })
    return executionId
  }

  /** Oldest watcher first. */
  async deliveries(workflowId: number): Promise<readonly DeliveryRecord[]> {
    const page = await listDeliveries(
      this.test.database.db,
      this.tenantId,
      { workflowId },
      { pageNumber: 1, pageSize: 1000 },
    )
    return page.items.toSorted((a, b) => a.watcher - b.watcher || a.channel.localeCompare(b.channel))
  }

  async details(id: string): Promise<DeliveryWithAttempts> {
    const found = await findDelivery(this.test.database.db, this.tenantId, id)
    if (found === null) throw new Error('no delivery')
    return found
  }

  /** The only delivery of the workflow. */
  async only(workflowId: number): Promise<DeliveryWithAttempts> {
    const [delivery, ...others] = await this.deliveries(workflowId)
    if (delivery === undefined || others.length > 0) throw new Error(`${others.length + 1} deliveries`)
    return this.details(delivery.id)
  }

  /** The work that is left. */
  async work(): Promise<{ key: string; dueInMs: number }[]> {
    const { rows } = await sql<{ key: string; dueInMs: number }>`
      select key, extract(epoch from available_at - now())::float8 * 1000 as "dueInMs" from work
      where kind = 'notification' order by key`.execute(this.test.database.db)
    return rows
  }

  async settled(): Promise<void> {
    await eventually(async () => {
      const work = await this.work()
      if (work.length > 0) throw new Error(`work is left: ${JSON.stringify(work)}`)
    })
  }
}
