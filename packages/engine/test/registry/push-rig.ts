/** Pushes on a real database, to a registry in memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { noCrashPoints } from '@cairn/domain'
import type { RegistryVerbs } from '@cairn/driver'
import { enqueueWork } from '@cairn/store'
import { eventually, silentLogger } from '@cairn/testkit'
import { createImageReconciler } from '../../src/image/image-reconciler.ts'
import { type ReconcileLoop, startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'
import { createPushReconciler } from '../../src/registry/push-reconciler.ts'
import { quickTimes } from '../build/quick-times.ts'
import { ImageRig, type MadeImage } from '../image/image-rig.ts'
import { testRegistry } from './test-registry.ts'

/** An image with one version, or several, that were built. */
export interface BuiltImage extends MadeImage {
  /** Content ids of the versions. */
  readonly ids: readonly string[]
}

export class PushRig {
  readonly images: ImageRig
  readonly #loops: ReconcileLoop[] = []

  private constructor(images: ImageRig) {
    this.images = images
  }

  static async create(): Promise<PushRig> {
    return new PushRig(await ImageRig.create())
  }

  async close(): Promise<void> {
    await this.stopLoops()
    await this.images.close()
  }

  async stopLoops(): Promise<void> {
    await Promise.all(this.#loops.splice(0).map((loop) => loop.stop()))
  }

  /** Pushes and deletes. */
  startLoop(changes: Partial<RegistryVerbs> = {}, registry = testRegistry): void {
    const { test, hints, objectStore, driver: engine } = this.images
    const driver = { ...engine, ...changes }
    const { database } = test
    const common = { database, driver, installationId: 'test', logger: silentLogger, crashPoints: noCrashPoints }
    const reconcilers = [
      createPushReconciler({ ...common, registry }),
      createImageReconciler({ ...common, objectStore }),
    ]
    this.#loops.push(startReconcileLoop({ database, hints, reconcilers, logger: silentLogger, times: quickTimes }))
  }

  /** A process that pushes until it is killed at the point. */
  async dieAt(point: string): Promise<void> {
    const script = join(import.meta.dirname, 'push-and-die.ts')
    const args = [script, this.images.test.url, point]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    const [, signal]: unknown[] = await once(child, 'exit')
    if (signal !== 'SIGKILL') throw new Error(`the process passed ${point} and ended by itself`)
  }

  /** Versions with the same content share its id. */
  async build(contents: readonly string[]): Promise<BuiltImage> {
    const image = await this.images.make(contents.map((_content, index) => `0.0.${index + 1}`))
    const ids: string[] = []
    for (const [index, content] of contents.entries()) {
      ids.push(await this.rebuild(image, index, content))
    }
    return { ...image, ids }
  }

  /** As a build ends. Answers the content id. */
  async rebuild({ imageId, tags, versionIds }: MadeImage, index: number, content: string): Promise<string> {
    const tag = tags[index] ?? ''
    const { id } = this.images.driver.control.addImage(tag, { id: `sha256:${content}` })
    await this.images.test.database.transaction(async (tx) => {
      await tx
        .updateTable('image_version')
        .set({ status: 'ready', engine_image_id: id, engine_tag: tag, described_engine_id: id })
        .where('id', '=', versionIds[index] ?? 0)
        .execute()
      await enqueueWork(tx, { kind: 'push', key: String(imageId) })
    })
    this.images.hints.notify('work')
    return id
  }

  repositoryOf({ tags }: MadeImage): string {
    return `${testRegistry.address}/${(tags[0] ?? '').split(':')[0] ?? ''}`
  }

  /** The digest that the registry has under the version's tag. */
  async inRegistry(image: MadeImage, index = 0): Promise<string | null> {
    const place = { repository: this.repositoryOf(image), tag: String(image.versionIds[index]), access: testRegistry }
    return this.images.driver.findPushed(place, { signal: AbortSignal.timeout(5000) })
  }

  async rows({ imageId }: MadeImage): Promise<readonly object[]> {
    return this.images.test.database.db
      .selectFrom('image_push')
      .select(['engine_image_id', 'attempts', 'reason'])
      .where('image_id', '=', imageId)
      .orderBy('version_id')
      .execute()
  }

  /** Waits until there is no work. */
  async settle(): Promise<void> {
    const done = async (): Promise<void> => {
      const due = await this.images.dueWork()
      if (due.length > 0) throw new Error(`work is left: ${due.join(', ')}`)
    }
    await eventually(done, { timeoutMs: 15_000 })
  }
}
