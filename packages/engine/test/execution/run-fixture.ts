/** A tenant, workflows and runs in a test database, an engine on the fake driver, and ways to look at the outcome. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredExecutionStatus } from '@cairn/contract'
import {
  describeRun,
  noCrashPoints,
  type PlannedContainerStep,
  type PlannedHttpStep,
  planDigest,
  type RecordedRunEvent,
  type RunDescription,
  type RunParameters,
  type RunPlan,
} from '@cairn/domain'
import { createFakeDriver, type EngineDriver, type FakeDriver, type FakeProgramSource } from '@cairn/driver'
import {
  type Database,
  type Hints,
  insertExecution,
  insertSecret,
  type ObjectStore,
  openLocalObjectStore,
  readRunEvents,
  requestStop,
  type SecretCipher,
  upsertRunPlan,
} from '@cairn/store'
import {
  createTestDatabase,
  eventually,
  openTestCipher,
  openTestWarehouses,
  planOf,
  plannedContainerStep,
  plannedHttpStep,
  silentLogger,
  testProgramEnvironment,
  type TestDatabase,
  type TestWarehouses,
} from '@cairn/testkit'
import {
  createGitRepositories,
  defaultExecutionSettings,
  type ExecutionEngine,
  type ExecutionEngineOptions,
  startExecutionEngine,
} from '../../src/index.ts'

export const systemClock = { now: () => Date.now() }

export function createLocalHints(): Hints {
  const listeners = new Map<string, Set<() => void>>()
  return {
    notify: (topic) => {
      for (const listener of listeners.get(topic) ?? []) listener()
    },
    subscribe: (topic, listener) => {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set.add(listener))
      return () => set.delete(listener)
    },
    close: () => Promise.resolve(),
  }
}

export function containerStep(step: Partial<PlannedContainerStep> & { command: string }): PlannedContainerStep {
  return plannedContainerStep(step)
}

export function httpStep(step: Partial<PlannedHttpStep> & { url: string }): PlannedHttpStep {
  return plannedHttpStep(step)
}

export class RunFixture {
  readonly test: TestDatabase
  readonly cipher: SecretCipher
  readonly warehouses: TestWarehouses
  readonly objectStore: ObjectStore
  readonly #directory: string
  readonly hints = createLocalHints()
  readonly driver: FakeDriver
  readonly tenantId = randomUUID()
  readonly #engines: ExecutionEngine[] = []

  private constructor(
    parts: {
      readonly test: TestDatabase
      readonly cipher: SecretCipher
      readonly warehouses: TestWarehouses
      readonly objectStore: ObjectStore
      readonly directory: string
    },
    programs: Readonly<Record<string, FakeProgramSource>>,
  ) {
    this.test = parts.test
    this.cipher = parts.cipher
    this.warehouses = parts.warehouses
    this.objectStore = parts.objectStore
    this.#directory = parts.directory
    this.driver = createFakeDriver({ clock: systemClock, installation: 'test', programs })
  }

  static async open(programs: Readonly<Record<string, FakeProgramSource>> = {}): Promise<RunFixture> {
    const test = await createTestDatabase({ maxConnections: 10 })
    const cipher = await openTestCipher(test.database)
    const directory = await mkdtemp(join(tmpdir(), 'cairn-run-test-'))
    const objectStore = await openLocalObjectStore(directory)
    const warehouses = await openTestWarehouses(test)
    const fixture = new RunFixture({ test, cipher, warehouses, objectStore, directory }, programs)
    await fixture.database.db.insertInto('tenant').values({ id: fixture.tenantId, name: 'acme' }).execute()
    return fixture
  }

  get database(): Database {
    return this.test.database
  }

  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.stop()))
    await this.warehouses.drop()
    await this.test.drop()
    await rm(this.#directory, { recursive: true, force: true })
  }

  startEngine(options: Partial<ExecutionEngineOptions> & { driver?: EngineDriver } = {}): ExecutionEngine {
    const engine = startExecutionEngine({
      database: this.database,
      hints: this.hints,
      driver: this.driver,
      installationId: 'test',
      secretCipher: this.cipher,
      warehouses: this.warehouses.warehouses,
      objectStore: this.objectStore,
      repositories: createGitRepositories({
        path: testProgramEnvironment().PATH,
        temporaryDirectory: join(this.#directory, 'repositories'),
        egressAllow: ['127.0.0.1'],
      }),
      logger: silentLogger,
      clock: systemClock,
      crashPoints: noCrashPoints,
      egressAllow: ['127.0.0.1'],
      ...options,
      settings: { ...defaultExecutionSettings, pollMs: 50, ...options.settings },
    })
    this.#engines.push(engine)
    return engine
  }

  async run(
    steps: RunPlan['steps'],
    parameters: RunParameters = { global: {}, stepWise: {} },
    fields: Partial<Omit<RunPlan, 'steps'>> = {},
  ): Promise<string> {
    const id = randomUUID()
    const plan = planOf(steps, { workflowName: 'wf', ...fields })
    await this.database.transaction(async (tx) => {
      const workflow = await tx
        .insertInto('workflow')
        .values({ tenant_id: this.tenantId, name: id, created_by: 'a@b.c', updated_by: 'a@b.c', deleted_at: null })
        .returning('id')
        .executeTakeFirstOrThrow()
      const planId = await upsertRunPlan(tx, {
        workflowId: workflow.id,
        revision: 1,
        digest: planDigest(plan),
        body: plan,
      })
      await insertExecution(tx, {
        id,
        tenantId: this.tenantId,
        workflowId: workflow.id,
        planId,
        parameters,
        trigger: 'manual',
        startedBy: 'a@b.c',
      })
    })
    this.hints.notify('execution')
    return id
  }

  /** Asks for a stop as the API does; answers the run's status. */
  async stop(executionId: string, reason: string | null = null): Promise<StoredExecutionStatus | null> {
    const { workflow_id: workflowId } = await this.database.db
      .selectFrom('execution')
      .select('workflow_id')
      .where('id', '=', executionId)
      .executeTakeFirstOrThrow()
    const stop = { tenantId: this.tenantId, workflowId, executionId, by: 'a@b.c', reason }
    const status = await this.database.transaction((tx) => requestStop(tx, stop))
    this.hints.notify('stop')
    return status
  }

  /** Stores secrets of the tenant. */
  async keepSecrets(values: Readonly<Record<string, string>>): Promise<void> {
    const { tenantId, cipher } = this
    await this.database.transaction(async (tx) => {
      for (const [name, value] of Object.entries(values)) {
        await insertSecret(tx, { tenantId, name, secret: cipher.seal(value, { tenantId, name }), by: 'a@b.c' })
      }
    })
  }

  events(executionId: string): Promise<RecordedRunEvent[]> {
    return readRunEvents(this.database.db, this.tenantId, executionId)
  }

  async describe(executionId: string): Promise<RunDescription> {
    const row = await this.database.db
      .selectFrom('execution')
      .innerJoin('run_plan', 'run_plan.id', 'execution.plan_id')
      .select('run_plan.body')
      .where('execution.id', '=', executionId)
      .executeTakeFirstOrThrow()
    return describeRun(row.body, await this.events(executionId))
  }

  /** The run as it ended. */
  async finished(
    executionId: string,
    timeoutMs = 10_000,
  ): Promise<RunDescription & { byName: Map<string, RunDescription['steps'][number]> }> {
    await eventually(
      async () => {
        const { status, finished_at } = await this.database.db
          .selectFrom('execution')
          .select(['status', 'finished_at'])
          .where('id', '=', executionId)
          .executeTakeFirstOrThrow()
        if (finished_at === null) throw new Error(`the run is ${status}`)
      },
      { timeoutMs },
    )
    const description = await this.describe(executionId)
    return { ...description, byName: new Map(description.steps.map((step) => [step.name, step])) }
  }
}
