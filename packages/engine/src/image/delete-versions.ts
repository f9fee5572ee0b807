/**
 * Deletion of image versions: `deleting` → gone, or `delete-failed` with the reason.
 *
 * Always true: the engine's image goes before the row that names it, and a build of the version has ended before both, so
 * a crash at any point leaves a row that is `deleting`, and the next pass finds what is left by the version's own tag. An
 * image goes with its last version. One version that cannot be removed does not hold up the others.
 *
 * Lock order: image row → own work row → builds → version (see store/images/delete-image.ts).
 */
import { buildLogStream, type CrashPoints, imageTag, type Logger } from '@cairn/domain'
import { DriverError, type EngineDriver } from '@cairn/driver'
import {
  type Database,
  deleteLog,
  type DeletingVersion,
  failVersionDeletion,
  forgetImageWithoutVersions,
  forgetVersion,
  type ImageBeingDeleted,
  lockImageForPass,
  recordResourceEvent,
  type Tx,
} from '@cairn/store'
import type { ReconcileContext } from '../reconcile/reconciler.ts'

export interface DeletionParts {
  readonly database: Database
  readonly driver: Pick<EngineDriver, 'removeImage'>
  readonly installationId: string
  readonly logger: Logger
  readonly crashPoints: CrashPoints
}

/** What is left to do when a pass has ended. */
export type PassEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly afterMs: number }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Milliseconds until a version whose build is being stopped is looked at again. */
const buildPauseMs = 500
/** Passes in a row that may fail for a reason that can go away, such as a container that still stands on the image. */
const patience = 5

export class DeletionPass {
  readonly #parts: DeletionParts
  readonly #image: ImageBeingDeleted
  readonly #context: ReconcileContext

  constructor(parts: DeletionParts, image: ImageBeingDeleted, context: ReconcileContext) {
    this.#parts = parts
    this.#image = image
    this.#context = context
  }

  async run(failures: number): Promise<PassEnd> {
    const built = this.#image.versions.filter(({ isBuilding }) => !isBuilding)
    const errors: unknown[] = []
    for (const version of built) {
      const error = await this.#delete(version, failures)
      if (error !== null) errors.push(error)
    }
    await this.#transition((tx) => this.#forgetImage(tx))
    this.#parts.crashPoints.reach('image.cleared')
    if (errors.length > 0) return { kind: 'failed', error: errors[0] }
    return built.length < this.#image.versions.length ? { kind: 'again', afterMs: buildPauseMs } : { kind: 'done' }
  }

  /** Answers the error for which it is to be tried again; null = it is gone, or has failed for good. */
  async #delete(version: DeletingVersion, failures: number): Promise<unknown> {
    const { installationId, driver, crashPoints } = this.#parts
    const { id: imageId, tenantId } = this.#image
    const { signal } = this.#context
    try {
      await driver.removeImage(imageTag(installationId, tenantId, imageId, version.id), { signal })
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof DriverError)) throw error
      if (isPassing(error, failures)) return error
      await this.#transition((tx) => this.#fail(tx, version, error.message))
      return null
    }
    crashPoints.reach('image.removed')
    await this.#transition((tx) => this.#forget(tx, version))
    crashPoints.reach('image.forgotten')
    return null
  }

  async #transition(change: (tx: Tx) => Promise<void>): Promise<void> {
    await this.#parts.database.transaction(async (tx) => {
      if (!(await lockImageForPass(tx, this.#image.id))) return
      await this.#context.holdLease(tx)
      await change(tx)
    })
  }

  async #forget(tx: Tx, version: DeletingVersion): Promise<void> {
    const builds = await forgetVersion(tx, version.id)
    if (builds === null) return
    for (const buildId of builds) await deleteLog(tx, buildLogStream(buildId))
    await this.#record(tx, 'image.version_deleted', { version: version.version })
  }

  async #forgetImage(tx: Tx): Promise<void> {
    if (await forgetImageWithoutVersions(tx, this.#image.id)) await this.#record(tx, 'image.deleted', {})
  }

  async #fail(tx: Tx, version: DeletingVersion, reason: string): Promise<void> {
    if (await failVersionDeletion(tx, version.id, reason)) {
      await this.#record(tx, 'image.version_delete_failed', { version: version.version, reason })
    }
  }

  #record(tx: Tx, type: string, data: object): Promise<void> {
    const { id, tenantId, name } = this.#image
    this.#parts.logger.info({ imageId: id, ...data }, type)
    return recordResourceEvent(tx, {
      tenantId,
      kind: 'image',
      resourceId: String(id),
      type,
      data: { name, ...data },
    })
  }
}

/** An engine that is away is waited for; any other refusal that may pass gets a few tries. */
function isPassing(error: DriverError, failures: number): boolean {
  if (error.code === 'unavailable' || error.code === 'timeout') return true
  return error.retryable && failures + 1 < patience
}
