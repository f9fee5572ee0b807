/**
 * Pushes what was built to a registry, and removes from it what is no version's any more. A key is an image's id, and an
 * image's versions are the tags of one repository; so of all processes one at a time changes a repository.
 *
 * Always true: the row of a push stands before the registry has anything of it, and goes after the registry has nothing.
 * A push or a removal that is repeated changes nothing. A manifest that versions share goes with the last of them. One
 * version that cannot be pushed does not hold up the others. A registry that is away is tried again with growing pauses,
 * a minute at most, for ever: the reason is shown with the version.
 */
import { type CrashPoints, createSecretMask, imageTag, type Logger, type SecretMask } from '@cairn/domain'
import { DriverError, type RegistryVerbs } from '@cairn/driver'
import {
  beginPush,
  type Database,
  findImageTenant,
  findPush,
  forgetPush,
  isPushShared,
  notePushFailure,
  readAbandonedPushes,
  readUnpushedVersions,
  recordPush,
  type StoredPush,
  type Tx,
  type VersionToPush,
} from '@cairn/store'
import { maskError } from '../execution/secrets/read-attempt-secrets.ts'
import type { ReconcileContext, Reconciler, ReconcileResult } from '../reconcile/reconciler.ts'
import { accessTo, type RegistrySettings } from './registry-settings.ts'

export interface PushReconcilerOptions {
  readonly database: Database
  readonly driver: RegistryVerbs
  readonly installationId: string
  readonly logger: Logger
  readonly crashPoints: CrashPoints
  /** null = images stay on the engine only. */
  readonly registry: RegistrySettings | null
}

/** Milliseconds of one push: a registry that takes longer hangs. */
const patienceMs = 30 * 60_000

export function createPushReconciler(options: PushReconcilerOptions): Reconciler {
  const { registry } = options
  const { username = '', password = '' } = registry?.login ?? {}
  const secrets = registry?.login ? [password, Buffer.from(`${username}:${password}`).toString('base64')] : []
  const mask = createSecretMask(secrets.filter((secret) => secret !== ''))
  return {
    kind: 'push',
    concurrency: 2,
    reconcile: (item, context) =>
      registry === null
        ? Promise.resolve({ kind: 'done' })
        : new PushPass({ ...options, registry, mask }, Number(item.key), context).run(),
  }
}

interface PushParts extends PushReconcilerOptions {
  readonly registry: RegistrySettings
  /** Of the login. */
  readonly mask: SecretMask
}

class PushPass {
  readonly #parts: PushParts
  readonly #imageId: number
  readonly #context: ReconcileContext

  constructor(parts: PushParts, imageId: number, context: ReconcileContext) {
    this.#parts = parts
    this.#imageId = imageId
    this.#context = context
  }

  async run(): Promise<ReconcileResult> {
    const { db } = this.#parts.database
    const errors: unknown[] = []
    const attempt = async (versionId: number, work: () => Promise<void>): Promise<void> => {
      try {
        await work()
      } catch (error) {
        errors.push(await this.#note(versionId, error))
      }
    }
    const tenantId = await findImageTenant(db, this.#imageId)
    const repository = tenantId === null ? null : this.#placeOf(tenantId, 0).repository
    const versions = repository === null ? [] : await readUnpushedVersions(db, this.#imageId, repository)
    for (const version of versions) await attempt(version.versionId, () => this.#push(version))
    for (const push of await readAbandonedPushes(db, this.#imageId)) {
      await attempt(push.versionId, () => this.#remove(push))
    }
    return errors.length === 0 ? { kind: 'done' } : { kind: 'failed', error: errors[0] }
  }

  #placeOf(tenantId: string, versionId: number): { readonly repository: string; readonly tag: string } {
    const { registry, installationId } = this.#parts
    const [name = '', tag = ''] = imageTag(installationId, tenantId, this.#imageId, versionId).split(':')
    return { repository: `${registry.address}/${name}`, tag }
  }

  async #push(version: VersionToPush): Promise<void> {
    const { registry: access, driver, database, crashPoints, logger } = this.#parts
    const place = this.#placeOf(version.tenantId, version.versionId)
    await this.#transition((tx) => beginPush(tx, { ...version, imageId: this.#imageId }, place))
    const signal = AbortSignal.any([this.#context.signal, AbortSignal.timeout(patienceMs)])
    const digest = await driver.pushImage({ ...place, access, reference: version.engineImageId }, { signal })
    crashPoints.reach('push.pushed')
    const before = await findPush(database.db, version.versionId)
    if (before !== null && before.digest !== null && before.digest !== digest) await this.#removeManifest(before)
    await this.#transition((tx) => recordPush(tx, version, digest))
    logger.info({ imageId: this.#imageId, versionId: version.versionId, ...place, digest }, 'image pushed')
  }

  async #remove(push: StoredPush): Promise<void> {
    const { driver, registry, crashPoints, logger } = this.#parts
    const { repository, tag, versionId } = push
    const access = accessTo(registry, repository)
    // A process that died may have pushed what it did not write down.
    const digest = push.digest ?? (await driver.findPushed({ repository, tag, access }, this.#context))
    if (digest !== null) await this.#removeManifest({ ...push, digest })
    crashPoints.reach('push.removed')
    await this.#transition((tx) => forgetPush(tx, versionId))
    logger.info({ imageId: this.#imageId, versionId, repository, tag }, 'image removed from the registry')
  }

  async #removeManifest({ versionId, repository, digest }: StoredPush): Promise<void> {
    const { driver, registry, database, logger } = this.#parts
    if (digest === null || (await isPushShared(database.db, { versionId, repository, digest }))) return
    const access = accessTo(registry, repository)
    const isRemoved = await driver.removePushed({ repository, digest, access }, this.#context)
    if (!isRemoved) logger.warn({ repository, digest }, 'the registry does not let images be removed; this one stays')
  }

  /** Answers the error as it may be logged. @throws what is no word of the registry or the engine */
  async #note(versionId: number, error: unknown): Promise<unknown> {
    this.#context.signal.throwIfAborted()
    if (!(error instanceof DriverError)) throw error
    const reason = this.#parts.mask.mask(error.message)
    await this.#transition((tx) => notePushFailure(tx, versionId, reason))
    return maskError(error, this.#parts.mask)
  }

  async #transition(change: (tx: Tx) => Promise<void>): Promise<void> {
    await this.#parts.database.transaction(async (tx) => {
      await this.#context.holdLease(tx)
      await change(tx)
    })
  }
}
