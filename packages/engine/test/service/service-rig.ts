/** One service on a real database and the engine in memory, driven pass by pass on a clock that the test moves. */
import { randomBytes } from 'node:crypto'
import {
  type CrashPoints,
  defaultScaleSettings,
  type HealthCheck,
  noCrashPoints,
  type ScaleSettings,
  serviceLogStream,
  type ServiceSpec,
  type ServiceState,
} from '@cairn/domain'
import { createFakeDriver, type FakeDriver } from '@cairn/driver'
import {
  applyServiceWrites,
  claimWork,
  createSecretCipher,
  enqueueWork,
  ensureTenant,
  finishWork,
  type Hints,
  type HintTopic,
  holdLease,
  insertSecret,
  insertService,
  lockService,
  markServiceDeleting,
  markServiceStarted,
  markServiceStopped,
  readLog,
  readServiceRoutes,
  readScaleState,
  readServiceState,
  requeueWork,
  replaceSecret,
  reviseService,
  type Tx,
  wakeService,
  type WakeState,
} from '@cairn/store'
import { createManualClock, eventually, type ManualClock, silentLogger, type TestDatabase } from '@cairn/testkit'
import { LeaseLost, type ReconcileResult } from '../../src/reconcile/reconciler.ts'
import { createServiceReconciler, type ServiceReconciler } from '../../src/service/reconcile-service.ts'

export function aSpec(change: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    image: { imageId: 3, versionId: 7, name: 'app', version: '1', engineId: 'sha256:1' },
    resources: { instanceTypeId: 1, cpus: 0.25, memoryBytes: 512 * 1024 ** 2 },
    env: {},
    secrets: [],
    entrypoint: ['serve'],
    healthCheckPath: '/health',
    port: 8000,
    sessionStickiness: false,
    scaleToZero: false,
    ...change,
  }
}

const keyOfTests = randomBytes(32)

export class ServiceRig {
  readonly clock: ManualClock = createManualClock()
  readonly driver: FakeDriver
  readonly hinted: HintTopic[] = []
  readonly #listeners = new Set<() => void>()
  readonly cipher = createSecretCipher([keyOfTests])
  health: HealthCheck = { kind: 'healthy' }
  scaling: ScaleSettings = defaultScaleSettings
  reconciler: ServiceReconciler
  readonly test: TestDatabase
  tenantId = ''
  serviceId = ''

  constructor(test: TestDatabase) {
    this.test = test
    this.driver = createFakeDriver({
      clock: this.clock,
      programs: {
        serve: { durationMs: 'endless' },
        broken: { exitCode: 3, output: [{ stream: 'stderr', text: 'boom' }] },
      },
    })
    this.reconciler = this.anotherReconciler()
  }

  /** As a server that starts anew, on the same database and engine. */
  anotherReconciler(crashPoints: CrashPoints = noCrashPoints): ServiceReconciler {
    const hints: Hints = {
      notify: (topic) => this.hinted.push(topic),
      subscribe: (topic, listener) => {
        if (topic !== 'work') return () => undefined
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
      close: () => Promise.resolve(),
    }
    this.reconciler = createServiceReconciler({
      database: this.test.database,
      hints,
      driver: this.driver,
      installationId: 'test',
      secretCipher: this.cipher,
      logger: silentLogger,
      checkHealth: () => Promise.resolve(this.health),
      scaling: this.scaling,
      clock: this.clock,
      crashPoints,
    })
    return this.reconciler
  }

  async create(spec: ServiceSpec = aSpec(), name = `svc-${crypto.randomUUID().slice(0, 8)}`): Promise<void> {
    await this.test.database.transaction(async (tx) => {
      this.tenantId = await ensureTenant(tx, 'default')
      const service = { tenantId: this.tenantId, name, serviceType: 'api' as const, access: 'private' as const }
      const id = await insertService(tx, {
        ...service,
        title: null,
        description: null,
        tags: [],
        minInstances: 1,
        spec,
        createdBy: 'me',
      })
      if (id === null) throw new Error('the name is taken')
      this.serviceId = id
      await enqueueWork(tx, { kind: 'service', key: id })
    })
  }

  async update(spec: ServiceSpec): Promise<void> {
    await this.test.database.transaction(async (tx) => {
      const locked = await lockService(tx, this.tenantId, this.serviceId)
      if (locked === null) throw new Error('the service is gone')
      await reviseService(tx, locked, { spec, createdBy: 'me', cause: 'updated', rolledBackTo: null })
      await enqueueWork(tx, { kind: 'service', key: this.serviceId })
    })
  }

  /** Stores the secret, or gives it another value. */
  async secret(name: string, value: string): Promise<void> {
    await this.test.database.transaction(async (tx) => {
      const tenantId = await ensureTenant(tx, 'default')
      const id = this.cipher.keyIds[0] ?? ''
      await tx
        .insertInto('secret_key')
        .values({ id })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const write = { tenantId, name, secret: this.cipher.seal(value, { tenantId, name }), by: 'me' }
      if (!(await insertSecret(tx, write))) await replaceSecret(tx, write)
    })
  }

  async stop(): Promise<void> {
    await this.#change((tx) => markServiceStopped(tx, this.serviceId, 'ada@example.com'))
  }

  async start(): Promise<void> {
    await this.#change((tx) => markServiceStarted(tx, this.serviceId))
  }

  async scale(instances: number | null): Promise<void> {
    const service = { id: this.serviceId, tenantId: this.tenantId }
    await this.#change((tx) => applyServiceWrites(tx, service, [{ kind: 'want-instances', instances, cause: 'load' }]))
  }

  async #change(change: (tx: Tx) => Promise<void>): Promise<void> {
    await this.test.database.transaction(async (tx) => {
      await lockService(tx, this.tenantId, this.serviceId)
      await change(tx)
      await enqueueWork(tx, { kind: 'service', key: this.serviceId })
    })
  }

  async delete(): Promise<void> {
    await this.test.database.transaction(async (tx) => {
      await lockService(tx, this.tenantId, this.serviceId)
      await markServiceDeleting(tx, this.serviceId, 'me')
      await enqueueWork(tx, { kind: 'service', key: this.serviceId })
    })
  }

  /** One pass, whether the key is due or not; its lease ends as the loop ends it. */
  async pass(): Promise<ReconcileResult> {
    const { database } = this.test
    await database.transaction((tx) => enqueueWork(tx, { kind: 'service', key: this.serviceId }))
    // Another transaction may hold the row for a moment: the end of a log enqueues the key too.
    const item = await eventually(async () => {
      const items = await claimWork(database.db, { kinds: ['service'], limit: 100, leaseMs: 0 })
      const own = items.find((candidate) => candidate.key === this.serviceId)
      if (own === undefined) throw new Error('the key was not claimed')
      return own
    })
    const result = await this.reconciler.reconcile(item, {
      signal: AbortSignal.timeout(20_000),
      holdLease: async (tx) => {
        if (!(await holdLease(tx, item))) throw new LeaseLost(item)
      },
    })
    await database.transaction((tx) =>
      result.kind === 'requeue' ? requeueWork(tx, item, result.afterMs) : finishWork(tx, item),
    )
    return result
  }

  /** Passes at the times that they ask for, until so much time has gone by or nothing is left to do. */
  async run(forMs: number): Promise<void> {
    const end = this.clock.now() + forMs
    for (;;) {
      const result = await this.pass()
      const next = result.kind === 'requeue' ? this.clock.now() + Math.max(1, result.afterMs) : Infinity
      if (next > end) break
      this.clock.advance(next - this.clock.now())
    }
    this.clock.advance(end - this.clock.now())
  }

  /** As a gateway does; answers what it is told. */
  async wake(cause = 'GET /'): Promise<WakeState | null> {
    const { db, pool } = this.test.database
    const state = await wakeService(db, { id: this.serviceId, tenantId: this.tenantId }, cause)
    // Gateways write the database's time; this rig's is its own.
    const at = new Date(this.clock.now())
    await pool.query('update service set scale_since = $2 where id = $1', [this.serviceId, at])
    for (const listener of this.#listeners) listener()
    return state
  }

  async tier(): Promise<string | undefined> {
    return (await readScaleState(this.test.database.db, this.serviceId))?.tier
  }

  async state(): Promise<ServiceState> {
    const stored = await readServiceState(this.test.database.db, this.serviceId)
    if (stored === null) throw new Error('the service is gone')
    return stored.state
  }

  async route() {
    const routes = await readServiceRoutes(this.test.database.db)
    return routes.find((route) => route.serviceId === this.serviceId) ?? null
  }

  /** Names of this service's containers, running or not. */
  async containers(): Promise<readonly string[]> {
    const all = await this.driver.list({ signal: AbortSignal.timeout(1_000) })
    return all.filter((seen) => seen.owner.id === this.serviceId).map((seen) => seen.name)
  }

  async log(workload: string): Promise<readonly string[]> {
    const stream = serviceLogStream(this.serviceId, workload)
    const page = await readLog(this.test.database.db, stream, { token: null })
    return page.lines.map((line) => line.text)
  }

  async close(): Promise<void> {
    await this.reconciler.stop()
  }
}
