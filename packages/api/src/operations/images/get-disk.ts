import { readDiskReport, readOwnImageSizes } from '@cairn/store'
import type { Operation } from '../../operation.ts'

/** From what the engine last wrote down: the API itself asks no container engine. */
export const getDisk: Operation<'getDisk'> = async (context, { caller }) => {
  const { db } = context.database
  const stored = await readDiskReport(db)
  const report = stored?.report
  return {
    measuredAt: stored?.measuredAt.toISOString() ?? null,
    freeBytes: report?.freeBytes ?? null,
    totalBytes: report?.totalBytes ?? null,
    imageBytes: report?.imageBytes ?? null,
    containerBytes: report?.containerBytes ?? null,
    volumeBytes: report?.volumeBytes ?? null,
    buildCacheBytes: report?.buildCacheBytes ?? null,
    policy: { ...context.limits.disk },
    ownImages: { ...(await readOwnImageSizes(db, caller.tenantId)) },
  }
}
