/**
 * Bytes that nothing refers to: rows whose artifact is gone, and files whose upload ended before its row was written.
 *
 * Always true: bytes are removed only under the object's lock and after the references were looked for under it, and
 * only when nobody put the same bytes lately; so an upload of the same content that has no row yet finds its bytes.
 */
import type { Clock, Logger } from '@cairn/domain'
import {
  type Database,
  deleteUnreferencedObject,
  findKnownObjects,
  findUnusedObjects,
  lockStoredObject,
  type ObjectStore,
} from '@cairn/store'

export interface ObjectSweepParts {
  readonly database: Database
  readonly objectStore: ObjectStore
  readonly logger: Logger
  readonly clock: Clock
  /** Age in milliseconds from which unused bytes go; an upload under way is younger. */
  readonly objectAgeMs: number
}

const batch = 200

/** Removes objects that have a row but no reference. */
export async function removeUnusedRows(parts: ObjectSweepParts, signal: AbortSignal): Promise<void> {
  for (const sha256 of await findUnusedObjects(parts.database.db, parts.objectAgeMs, batch)) {
    signal.throwIfAborted()
    await removeIfUnused(parts, sha256)
  }
}

/** Removes files that have no row. Reads the whole list of files, so call it seldom. */
export async function removeStrayFiles(parts: ObjectSweepParts, signal: AbortSignal): Promise<void> {
  let hashes: string[] = []
  for await (const { sha256, storedAt } of parts.objectStore.list()) {
    signal.throwIfAborted()
    if (parts.clock.now() - storedAt.getTime() >= parts.objectAgeMs) hashes.push(sha256)
    if (hashes.length < batch) continue
    await removeUnknown(parts, hashes)
    hashes = []
  }
  await removeUnknown(parts, hashes)
}

async function removeUnknown(parts: ObjectSweepParts, hashes: readonly string[]): Promise<void> {
  const known = await findKnownObjects(parts.database.db, hashes)
  for (const sha256 of hashes) if (!known.has(sha256)) await removeIfUnused(parts, sha256)
}

async function removeIfUnused(parts: ObjectSweepParts, sha256: string): Promise<void> {
  const { database, objectStore, logger } = parts
  const removed = await database.transaction(async (tx) => {
    await lockStoredObject(tx, sha256)
    if (await isYoung(parts, sha256)) return false
    if (!(await deleteUnreferencedObject(tx, sha256))) return false
    await objectStore.delete(sha256)
    return true
  })
  if (removed) logger.info({ sha256 }, 'removed bytes that nothing refers to')
}

async function isYoung({ objectStore, clock, objectAgeMs }: ObjectSweepParts, sha256: string): Promise<boolean> {
  const storedAt = await objectStore.storedAt(sha256)
  return storedAt !== null && clock.now() - storedAt.getTime() < objectAgeMs
}
