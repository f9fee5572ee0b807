/** Deletions on a real database, with an engine in memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildLogStream, imageTag, noCrashPoints } from '@cairn/domain'
import { createFakeDriver, type ImageVerbs } from '@cairn/driver'
import {
  appendLogLines,
  enqueueWork,
  ensureTenant,
  type Hints,
  insertBuild,
  insertImage,
  insertImageVersion,
  markVersionsDeleting,
  type ObjectStore,
  openHints,
  openLocalObjectStore,
} from '@cairn/store'
import { createTestDatabase, silentLogger, type TestDatabase } from '@cairn/testkit'
import { createImageReconciler } from '../../src/image/image-reconciler.ts'
import { type ReconcileLoop, startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'
import { quickTimes } from '../build/quick-times.ts'

export interface MadeImage {
  readonly tenantId: string
  readonly imageId: number
  readonly versionIds: readonly number[]
  readonly buildIds: readonly number[]
  /** By which the engine knows the versions. */
  readonly tags: readonly string[]
}

export class ImageRig {
  readonly test: TestDatabase
  readonly hints: Hints
  readonly driver = createFakeDriver({ clock: Date, anyImage: false })
  readonly directory: string
  readonly objectStore: ObjectStore
  readonly #loops: ReconcileLoop[] = []
  #images = 0

  private constructor(test: TestDatabase, directory: string, objectStore: ObjectStore) {
    this.test = test
    this.directory = directory
    this.objectStore = objectStore
    this.hints = openHints({ url: test.url, applicationName: 'image test', onError: () => undefined })
  }

  static async create(): Promise<ImageRig> {
    const directory = await mkdtemp(join(tmpdir(), 'cairn-images-'))
    return new ImageRig(await createTestDatabase(), directory, await openLocalObjectStore(directory))
  }

  async close(): Promise<void> {
    await this.stopLoops()
    await this.hints.close()
    await this.test.drop()
    await rm(this.directory, { recursive: true, force: true })
  }

  startLoop(changes: Partial<ImageVerbs> = {}): void {
    const { hints, objectStore } = this
    const driver = { ...this.driver, ...changes }
    const { database } = this.test
    const parts = {
      database,
      driver,
      objectStore,
      installationId: 'test',
      logger: silentLogger,
      crashPoints: noCrashPoints,
    }
    const reconcilers = [createImageReconciler(parts)]
    this.#loops.push(startReconcileLoop({ database, hints, reconcilers, logger: silentLogger, times: quickTimes }))
  }

  /** A process that does what a loop does, until it is killed at the point. */
  async dieAt(point: string): Promise<void> {
    const script = join(import.meta.dirname, 'delete-and-die.ts')
    const child = spawn(process.execPath, [script, this.test.url, this.directory, point], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [, signal]: unknown[] = await once(child, 'exit')
    if (signal !== 'SIGKILL') throw new Error(`the process passed ${point} and ended by itself`)
  }

  /** Kinds of work that is left to do. */
  async dueWork(): Promise<string[]> {
    return (await this.test.database.db.selectFrom('work').select('kind').execute()).map(({ kind }) => kind)
  }

  async stopLoops(): Promise<void> {
    await Promise.all(this.#loops.splice(0).map((loop) => loop.stop()))
  }

  /** An image with versions that were built, each with a log. */
  async make(versions: readonly string[]): Promise<MadeImage> {
    this.#images += 1
    const name = `image-${this.#images}`
    const made = await this.test.database.transaction(async (tx) => {
      const tenantId = await ensureTenant(tx, 'default')
      const createdBy = 'someone@example.com'
      const imageId = await insertImage(tx, { tenantId, name, type: 'api', createdBy })
      if (imageId === null) throw new Error('the name is taken')
      const [versionIds, buildIds]: [number[], number[]] = [[], []]
      for (const version of versions) {
        const added = { tenantId, imageId, createdBy, version, description: '', buildDetails: {}, contextSha256: null }
        const versionId = await insertImageVersion(tx, added)
        if (versionId === null) throw new Error('the version is taken')
        const buildId = await insertBuild(tx, { tenantId, imageId, versionId })
        versionIds.push(versionId)
        buildIds.push(buildId)
        await tx
          .updateTable('build')
          .set({ status: 'success', finished_at: new Date() })
          .where('id', '=', buildId)
          .execute()
      }
      return { tenantId, imageId, versionIds, buildIds }
    })
    for (const buildId of made.buildIds) {
      await appendLogLines(this.test.database.db, buildLogStream(buildId), 1, [{ at: Date.now(), text: 'built' }])
    }
    const tags = made.versionIds.map((id) => imageTag('test', made.tenantId, made.imageId, id))
    for (const tag of tags) this.driver.control.addImage(tag, {})
    return { ...made, tags }
  }

  /** As the API does it. */
  async delete({ imageId, versionIds }: Pick<MadeImage, 'imageId' | 'versionIds'>): Promise<void> {
    await this.test.database.transaction(async (tx) => {
      await markVersionsDeleting(tx, versionIds, 'someone@example.com')
      await enqueueWork(tx, { kind: 'image', key: String(imageId) })
    })
    this.hints.notify('work')
  }

  /** What is left of it: rows and streams of logs. */
  async left({ imageId, buildIds }: MadeImage): Promise<object> {
    const { db } = this.test.database
    const streams = buildIds.map(buildLogStream)
    return {
      images: (await db.selectFrom('image').select('id').where('id', '=', imageId).execute()).length,
      versions: await db
        .selectFrom('image_version')
        .select(['version', 'status'])
        .where('image_id', '=', imageId)
        .orderBy('id')
        .execute(),
      builds: (await db.selectFrom('build').select('id').where('image_id', '=', imageId).execute()).length,
      logs: (await db.selectFrom('log_chunk').select('stream').where('stream', 'in', streams).execute()).length,
    }
  }
}

export const nothing = { images: 0, versions: [], builds: 0, logs: 0 }
