/**
 * Keeps the engine's disk in order by policy, and measures it.
 *
 * Always true: a version's row says that its image is gone before the image goes; an image on the engine is removed only
 * when two looks in a row found that no version needs it, so one that a build has just made is never taken for waste.
 */
import { type Clock, type DiskPolicy, type DiskReport, type Logger, refuseOnFullDisk } from '@cairn/domain'
import { type Call, DriverError, type EngineDriver, type OwnImage } from '@cairn/driver'
import {
  type Database,
  findNeededImages,
  findNeededVersions,
  findPrunableVersions,
  lockImageForPass,
  pruneVersion,
  recordResourceEvent,
  writeDiskReport,
} from '@cairn/store'
import type { ReconcileContext } from '../reconcile/reconciler.ts'

export interface DiskKeeperParts {
  readonly database: Database
  readonly driver: Pick<EngineDriver, 'listImages' | 'removeImage' | 'diskUsage' | 'diskSpace' | 'pruneBuildCache'>
  readonly logger: Logger
  readonly clock: Clock
  readonly policy: DiskPolicy
  /** Milliseconds between two looks. */
  readonly everyMs: number
}

export interface DiskKeeper {
  /** Looks, unless it has lately. */
  run(context: ReconcileContext): Promise<void>
}

const dayMs = 24 * 3_600_000
/** Versions whose images go in one look. */
const batch = 50

export function createDiskKeeper(parts: DiskKeeperParts): DiskKeeper {
  let lookedAt = Number.NEGATIVE_INFINITY
  let unneededBefore: ReadonlySet<string> = new Set()
  return {
    async run(context) {
      if (parts.clock.now() - lookedAt < parts.everyMs) return
      await pruneVersions(parts, context)
      unneededBefore = await removeUnneeded(parts, unneededBefore, context)
      await measure(parts, context)
      lookedAt = parts.clock.now()
    },
  }
}

/** Why no build can start now; null = one may. What the cache takes is given up first. */
export async function makeRoom(
  driver: Pick<EngineDriver, 'diskSpace' | 'pruneBuildCache'>,
  keepFreeBytes: number,
  call: Call,
): Promise<string | null> {
  const space = await driver.diskSpace(call)
  if (space === null || refuseOnFullDisk(space.freeBytes, keepFreeBytes) === null) return null
  await driver.pruneBuildCache(0, call)
  const after = await driver.diskSpace(call)
  return after === null ? null : refuseOnFullDisk(after.freeBytes, keepFreeBytes)
}

async function pruneVersions({ database, policy, logger }: DiskKeeperParts, context: ReconcileContext): Promise<void> {
  if (policy.unusedImageDays === 0) return
  const reason = `its image was removed, as nothing has used it for ${policy.unusedImageDays} days; update the version to build it again`
  for (const version of await findPrunableVersions(database.db, policy.unusedImageDays * dayMs, batch)) {
    context.signal.throwIfAborted()
    const isPruned = await database.transaction(async (tx) => {
      if (!(await lockImageForPass(tx, version.imageId))) return false
      await context.holdLease(tx)
      if (!(await pruneVersion(tx, version, reason))) return false
      const { tenantId, imageId, id } = version
      const event = { tenantId, kind: 'image', resourceId: String(imageId), type: 'image.pruned', reason }
      await recordResourceEvent(tx, { ...event, data: { versionId: id } })
      return true
    })
    if (isPruned) logger.info({ imageId: version.imageId, versionId: version.id }, 'an unused image is removed')
  }
}

/** Answers what no version needs now, by tag or, without one, by id. */
async function removeUnneeded(
  parts: DiskKeeperParts,
  before: ReadonlySet<string>,
  { signal }: ReconcileContext,
): Promise<ReadonlySet<string>> {
  const unneeded = await findUnneeded(parts.database, await parts.driver.listImages({ signal }))
  for (const reference of unneeded) {
    if (!before.has(reference)) continue
    try {
      await parts.driver.removeImage(reference, { signal })
      parts.logger.info({ image: reference }, 'an image that no version needs is removed')
    } catch (error) {
      // A container or another image still stands on it; the next look finds it again.
      signal.throwIfAborted()
      if (!(error instanceof DriverError)) throw error
    }
  }
  return new Set(unneeded)
}

async function findUnneeded(database: Database, images: readonly OwnImage[]): Promise<string[]> {
  const tags = images.flatMap((image) => image.tags.map((tag) => ({ tag, versionId: versionOf(tag) })))
  const versions = tags.flatMap(({ versionId }) => (versionId === null ? [] : [versionId]))
  const needed = await findNeededVersions(database.db, versions)
  const untagged = images.filter((image) => image.tags.length === 0).map(({ id }) => id)
  const named = await findNeededImages(database.db, untagged)
  return [
    ...tags.filter(({ versionId }) => versionId !== null && !needed.has(versionId)).map(({ tag }) => tag),
    ...untagged.filter((id) => !named.has(id)),
  ]
}

/** null = a tag that somebody else gave. */
function versionOf(tag: string): number | null {
  const [, imageId, versionId] = /^cairn\/[a-z0-9]+\/[0-9a-f]{32}\/(\d{1,15}):(\d{1,15})$/u.exec(tag) ?? []
  return imageId === undefined || versionId === undefined ? null : Number(versionId)
}

async function measure(parts: DiskKeeperParts, { signal }: ReconcileContext): Promise<void> {
  const { driver, policy, database, logger } = parts
  let usage = await driver.diskUsage({ signal })
  if (usage.buildCacheBytes > policy.buildCacheBytes) {
    const freedBytes = await driver.pruneBuildCache(policy.buildCacheBytes, { signal })
    logger.info({ freedBytes }, 'the cache of builds was cut to what it may take')
    usage = await driver.diskUsage({ signal })
  }
  const space = await driver.diskSpace({ signal })
  const report: DiskReport = {
    freeBytes: space?.freeBytes ?? null,
    totalBytes: space?.totalBytes ?? null,
    ...usage,
  }
  await writeDiskReport(database.db, report)
}
