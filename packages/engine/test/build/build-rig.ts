/** Builds on a real database and object store, with a builder that builds nothing. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AutodeployResource, BuildDetails } from '@cairn/contract'
import { buildLogStream, noCrashPoints } from '@cairn/domain'
import {
  type BuildRequest,
  createFakeDriver,
  createFakeImageBuilder,
  type FakeBuild,
  type FakeImageBuilder,
  type ImageBuilder,
} from '@cairn/driver'
import {
  enqueueWork,
  ensureTenant,
  insertBuild,
  insertImage,
  insertImageVersion,
  insertStoredObject,
  type Hints,
  openHints,
  openLocalObjectStore,
  type ObjectStore,
  readLog,
  readResourceEvents,
  type SecretCipher,
} from '@cairn/store'
import {
  createTestDatabase,
  eventually,
  openTestCipher,
  silentLogger,
  type TestDatabase,
  testProgramEnvironment,
} from '@cairn/testkit'
import { createBuildReconciler } from '../../src/build/build-reconciler.ts'
import { type BuildSettings, defaultBuildSettings } from '../../src/build/build-settings.ts'
import { type ReconcileLoop, startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'
import type { Reconciler } from '../../src/reconcile/reconciler.ts'
import { createGitRepositories, type Repositories } from '../../src/repository/git-repositories.ts'
import { quickTimes } from './quick-times.ts'

export interface AskedBuild {
  readonly details?: BuildDetails
  /** Zip of the context; null = none is uploaded. */
  readonly context?: Uint8Array | null
  readonly tenant?: string
  /** Its next version, in the place of a new image. */
  readonly image?: number
  readonly autodeploy?: readonly AutodeployResource[]
}

export interface BuildIds {
  readonly tenantId: string
  readonly imageId: number
  readonly versionId: number
  readonly buildId: number
}

export interface BuildState {
  readonly status: string
  readonly reason: string | null
  readonly attempts: number
  readonly versionStatus: string
  readonly engineImageId: string | null
  readonly exposedPorts: number[] | null
}

export class BuildRig {
  readonly test: TestDatabase
  readonly directory: string
  readonly objectStore: ObjectStore
  readonly hints: Hints
  readonly secretCipher: SecretCipher
  readonly repositories: Repositories
  readonly driver = createFakeDriver({ clock: Date })
  /** Where contexts are unpacked. */
  temporaryDirectory: string
  /** What the next builds do. */
  build: (request: BuildRequest) => FakeBuild = () => ({})
  /** Told of the signal of each build. */
  onBuild: (signal: AbortSignal) => void = () => undefined
  readonly builder: FakeImageBuilder = this.#createBuilder()
  #loops: ReconcileLoop[] = []
  #images = 0

  private constructor(test: TestDatabase, directory: string, objectStore: ObjectStore, secretCipher: SecretCipher) {
    this.test = test
    this.secretCipher = secretCipher
    this.temporaryDirectory = join(directory, 'temporary')
    this.repositories = createGitRepositories({
      path: testProgramEnvironment().PATH,
      temporaryDirectory: join(directory, 'repositories'),
      egressAllow: ['127.0.0.1'],
    })
    this.directory = directory
    this.objectStore = objectStore
    this.hints = openHints({ url: test.url, applicationName: 'build test', onError: () => undefined })
  }

  #createBuilder(): FakeImageBuilder {
    const builder = createFakeImageBuilder(this.driver, (request) => this.build(request))
    return {
      ...builder,
      build: (request, onLine, call) => {
        this.onBuild(call.signal)
        return builder.build(request, onLine, call)
      },
    }
  }

  static async create(): Promise<BuildRig> {
    const directory = await mkdtemp(join(tmpdir(), 'cairn-builds-'))
    const test = await createTestDatabase()
    return new BuildRig(test, directory, await openLocalObjectStore(directory), await openTestCipher(test.database))
  }

  async close(): Promise<void> {
    await this.stopLoops()
    await this.hints.close()
    await this.test.drop()
    await rm(this.directory, { recursive: true, force: true })
  }

  createReconciler(settings: Partial<BuildSettings> = {}, builder: ImageBuilder = this.builder): Reconciler {
    const { hints, objectStore, driver } = this
    return createBuildReconciler({
      database: this.test.database,
      hints,
      objectStore,
      builder,
      driver,
      secretCipher: this.secretCipher,
      repositories: this.repositories,
      temporaryDirectory: this.temporaryDirectory,
      clock: Date,
      logger: silentLogger,
      installationId: 'test',
      registry: null,
      crashPoints: noCrashPoints,
      settings: { ...defaultBuildSettings, ...settings },
    })
  }

  startLoop(settings: Partial<BuildSettings> = {}, builder: ImageBuilder = this.builder): ReconcileLoop {
    const { database } = this.test
    const reconciler = this.createReconciler(settings, builder)
    const { hints } = this
    const loop = startReconcileLoop({
      database,
      hints,
      reconcilers: [reconciler],
      logger: silentLogger,
      times: quickTimes,
    })
    this.#loops.push(loop)
    return loop
  }

  async stopLoops(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()))
    this.#loops = []
  }

  /** As the API does it: a new image with a version, its build, and the work, in one transaction. */
  async ask(asked: AskedBuild = {}): Promise<BuildIds> {
    const { details = {}, context = null, tenant = 'default', autodeploy = [] } = asked
    const stored = context === null ? null : await this.objectStore.put(piece(context), { maxBytes: 10_000_000 })
    if (stored?.kind === 'too_large') throw new Error('the context is too large for this test')
    this.#images += 1
    const ids = await this.test.database.transaction(async (tx) => {
      if (stored !== null) await insertStoredObject(tx, stored)
      const tenantId = await ensureTenant(tx, tenant)
      const createdBy = 'someone@example.com'
      const named = { tenantId, name: `image-${this.#images}`, type: 'api', createdBy } as const
      const imageId = asked.image ?? (await insertImage(tx, named))
      if (imageId === null) throw new Error('the name is taken')
      const versionId = await insertImageVersion(tx, {
        tenantId,
        imageId,
        createdBy,
        version: `0.0.${asked.image === undefined ? 1 : this.#images}`,
        description: '',
        buildDetails: details,
        contextSha256: stored?.sha256 ?? null,
      })
      if (versionId === null) throw new Error('the version is taken')
      const buildId = await insertBuild(tx, {
        tenantId,
        imageId,
        versionId,
        requestedBy: createdBy,
        autodeployment: autodeploy.length === 0 ? null : { id: crypto.randomUUID(), resources: autodeploy },
      })
      await enqueueWork(tx, { kind: 'build', key: String(buildId) })
      return { tenantId, imageId, versionId, buildId }
    })
    this.hints.notify('work')
    return ids
  }

  /** The build once it is over. */
  async ended(ids: Pick<BuildIds, 'buildId'>, timeoutMs = 15_000): Promise<BuildState> {
    return eventually(
      async () => {
        const state = await this.read(ids)
        if (!['success', 'failed', 'stopped'].includes(state.status)) throw new Error(`the build is ${state.status}`)
        return state
      },
      { timeoutMs },
    )
  }

  async read({ buildId }: Pick<BuildIds, 'buildId'>): Promise<BuildState> {
    return this.test.database.db
      .selectFrom('build')
      .innerJoin('image_version as version', 'version.id', 'build.version_id')
      .select([
        'build.status',
        'build.reason',
        'build.attempts',
        'version.status as versionStatus',
        'version.engine_image_id as engineImageId',
        'version.exposed_ports as exposedPorts',
      ])
      .where('build.id', '=', buildId)
      .executeTakeFirstOrThrow()
  }

  async readLines({ buildId }: Pick<BuildIds, 'buildId'>): Promise<string[]> {
    const page = await readLog(this.test.database.db, buildLogStream(buildId), { token: null })
    return page.lines.map(({ text }) => text)
  }

  async readEvents(ids: Pick<BuildIds, 'buildId' | 'tenantId'>): Promise<string[]> {
    return (await this.readEventFacts(ids)).map(({ type }) => type)
  }

  async readEventFacts({ tenantId, buildId }: Pick<BuildIds, 'buildId' | 'tenantId'>) {
    const resource = { tenantId, kind: 'build', resourceId: String(buildId) }
    return readResourceEvents(this.test.database.db, resource)
  }
}

async function* piece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
