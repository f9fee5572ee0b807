/** Workflows with schedules in a test database, and passes over them one at a time. */
import type { UpdateWorkflowBody } from '@cairn/contract'
import { type CrashPoints, noCrashPoints } from '@cairn/domain'
import {
  claimWork,
  type Database,
  deleteWorkflow,
  ensureTenant,
  type Hints,
  holdLease,
  insertWorkflow,
  listTicks,
  lockWorkflow,
  type LockedWorkflow,
  removeTriggers,
  requeueWork,
  finishWork,
  restartSchedules,
  reviseWorkflow,
  setWorkflowPaused,
  storeBody,
  syncSchedules,
  type StoredTick,
  type Tx,
  type WorkItem,
} from '@cairn/store'
import { createTestDatabase, silentLogger, type TestDatabase } from '@cairn/testkit'
import type { ReconcileContext, Reconciler, ReconcileResult } from '../../src/reconcile/reconciler.ts'
import { createScheduleReconciler } from '../../src/schedule/schedule-reconciler.ts'
import { defaultScheduleSettings, type ScheduleSettings } from '../../src/schedule/schedule-settings.ts'

export type Body = Partial<UpdateWorkflowBody>

const steps: UpdateWorkflowBody['steps'] = { call: { type: 'http', url: 'http://example.com' } }

export class ScheduleRig {
  readonly test: TestDatabase
  readonly tenantId: string
  readonly hinted: string[] = []
  #workflows = 0

  private constructor(test: TestDatabase, tenantId: string) {
    this.test = test
    this.tenantId = tenantId
  }

  static async open(): Promise<ScheduleRig> {
    const test = await createTestDatabase({ maxConnections: 8 })
    return new ScheduleRig(test, await test.database.transaction((tx) => ensureTenant(tx, 'acme')))
  }

  get database(): Database {
    return this.test.database
  }

  /** A workflow that runs one http step, unless the body says otherwise. */
  create(body: Body): Promise<number> {
    this.#workflows += 1
    const name = `w${this.#workflows}`
    return this.database.transaction(async (tx) => {
      const stored = storeBody({ steps, ...body }, name, null)
      const id = await insertWorkflow(tx, {
        tenantId: this.tenantId,
        name,
        body: stored,
        secrets: [],
        createdBy: 'test',
      })
      if (id === null) throw new Error('the name is taken')
      await syncSchedules(tx, { tenantId: this.tenantId, workflowId: id }, stored.triggers)
      return id
    })
  }

  update(workflowId: number, body: Body): Promise<void> {
    return this.#change(workflowId, async (tx, locked) => {
      const stored = storeBody({ steps, ...body }, locked.name, null)
      await reviseWorkflow(tx, locked, { name: locked.name, body: stored, secrets: [], updatedBy: 'test' })
      await syncSchedules(tx, { tenantId: this.tenantId, workflowId }, stored.triggers)
    })
  }

  setPaused(workflowId: number, paused: boolean): Promise<void> {
    return this.#change(workflowId, async (tx, locked) => {
      await setWorkflowPaused(tx, locked, paused, 'test')
      if (!paused) await restartSchedules(tx, { tenantId: this.tenantId, workflowId })
    })
  }

  delete(workflowId: number): Promise<void> {
    return this.#change(workflowId, async (tx, locked) => {
      await deleteWorkflow(tx, locked, 'test')
      await removeTriggers(tx, { tenantId: this.tenantId, workflowId })
    })
  }

  #change(workflowId: number, change: (tx: Tx, locked: LockedWorkflow) => Promise<void>): Promise<void> {
    return this.database.transaction(async (tx) => {
      const locked = await lockWorkflow(tx, this.tenantId, workflowId)
      if (locked === null) throw new Error('the workflow is gone')
      await change(tx, locked)
    })
  }

  /** As if nobody had looked at the schedules for so long. */
  async setLastLook(workflowId: number, at: Date): Promise<void> {
    await this.database.db
      .updateTable('workflow_schedule')
      .set({ handled_until: at })
      .where('workflow_id', '=', workflowId)
      .execute()
    await this.database.pool.query(`update work set available_at = now() where kind = 'schedule' and key = $1`, [
      String(workflowId),
    ])
  }

  reconciler(
    options: { readonly settings?: Partial<ScheduleSettings>; readonly crashPoints?: CrashPoints } = {},
  ): Reconciler {
    const hints: Hints = {
      notify: (topic) => void this.hinted.push(topic),
      subscribe: () => () => undefined,
      close: () => Promise.resolve(),
    }
    return createScheduleReconciler({
      database: this.database,
      hints,
      logger: silentLogger,
      machine: () => null,
      crashPoints: options.crashPoints ?? noCrashPoints,
      settings: { ...defaultScheduleSettings, ...options.settings },
    })
  }

  /** A pass over each key that is due, as the loop makes them; answers their results. */
  async pass(settings: Partial<ScheduleSettings> = {}): Promise<ReconcileResult[]> {
    const reconciler = this.reconciler({ settings })
    const items = await claimWork(this.database.db, { kinds: ['schedule'], limit: 100, leaseMs: 60_000 })
    const results: ReconcileResult[] = []
    for (const item of items) {
      const result = await reconciler.reconcile(item, this.contextOf(item))
      results.push(result)
      await this.database.transaction((tx) =>
        result.kind === 'requeue' ? requeueWork(tx, item, result.afterMs) : finishWork(tx, item),
      )
    }
    return results
  }

  /** A pass over one key, as by a process whose lease has run out when it dies. */
  async passBy(reconciler: Reconciler, workflowId: number): Promise<ReconcileResult> {
    const items = await claimWork(this.database.db, { kinds: ['schedule'], limit: 100, leaseMs: 0 })
    const item = items.find(({ key }) => key === String(workflowId))
    if (item === undefined) throw new Error('the schedule is not due')
    return reconciler.reconcile(item, { ...this.contextOf(item), holdLease: () => Promise.resolve() })
  }

  contextOf(item: WorkItem): ReconcileContext {
    return {
      signal: new AbortController().signal,
      holdLease: async (tx) => {
        if (!(await holdLease(tx, item))) throw new Error('the lease was lost')
      },
    }
  }

  /** The oldest first. */
  async ticks(workflowId: number): Promise<StoredTick[]> {
    const filter = { workflowId, from: new Date(0), to: new Date(8_640_000_000_000) }
    const { items } = await listTicks(this.database.db, this.tenantId, filter, { pageNumber: 1, pageSize: 1000 })
    return items.toReversed()
  }

  runs(workflowId: number) {
    return this.database.db
      .selectFrom('execution')
      .select(['id', 'trigger', 'started_by'])
      .where('workflow_id', '=', workflowId)
      .execute()
  }

  async endRuns(): Promise<void> {
    await this.database.db.updateTable('execution').set({ status: 'success', finished_at: new Date() }).execute()
  }

  async notifications(): Promise<string[]> {
    const rows = await this.database.db.selectFrom('work').select('key').where('kind', '=', 'notification').execute()
    return rows.map(({ key }) => key)
  }
}
