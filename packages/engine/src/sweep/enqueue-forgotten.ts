import { type Logger, notificationKey } from '@cairn/domain'
import {
  type Database,
  enqueueWork,
  findForgottenBuilds,
  findForgottenDeletions,
  findForgottenDescriptions,
  findForgottenDeliveries,
  findForgottenSchedules,
  findForgottenServices,
  findImagesToPush,
  type Hints,
  type WorkRequest,
} from '@cairn/store'
import type { ReconcileContext } from '../reconcile/reconciler.ts'

/**
 * Enqueues live builds, deletions of images, services, schedules and deliveries that have no work row. Every change enqueues in its own transaction, so there are none
 * unless the tables were changed by hand or Cairn has a fault: hence the warning.
 */
export async function enqueueForgotten(
  { database, hints, logger }: { readonly database: Database; readonly hints: Hints; readonly logger: Logger },
  context: ReconcileContext,
): Promise<void> {
  const builds = await findForgottenBuilds(database.db)
  const deletions = await findForgottenDeletions(database.db)
  const images = new Set([...deletions, ...(await findForgottenDescriptions(database.db))])
  const services = await findForgottenServices(database.db)
  const schedules = await findForgottenSchedules(database.db)
  const deliveries = await findForgottenDeliveries(database.db)
  const requests: WorkRequest[] = [
    ...builds.map((id) => ({ kind: 'build' as const, key: String(id) })),
    ...[...images].map((id) => ({ kind: 'image' as const, key: String(id) })),
    ...services.map((key) => ({ kind: 'service' as const, key })),
    ...schedules.map((id) => ({ kind: 'schedule' as const, key: String(id) })),
    ...deliveries.map((deliveryId) => ({
      kind: 'notification' as const,
      key: notificationKey({ kind: 'delivery', deliveryId }),
    })),
  ]
  if (requests.length === 0) return
  logger.warn({ requests }, 'live resources had no work and were enqueued again')
  await database.transaction(async (tx) => {
    await context.holdLease(tx)
    await enqueueWork(tx, ...requests)
  })
  hints.notify('work')
}

/** Images that were built before there was a registry, or this one. */
export async function enqueuePushes(
  parts: {
    readonly database: Database
    readonly hints: Hints
    readonly registry: { readonly address: string } | null
  },
  context: ReconcileContext,
): Promise<void> {
  const { database, hints, registry } = parts
  const images = registry === null ? [] : await findImagesToPush(database.db, registry.address)
  if (images.length === 0) return
  await database.transaction(async (tx) => {
    await context.holdLease(tx)
    await enqueueWork(tx, ...images.map((id) => ({ kind: 'push' as const, key: String(id) })))
  })
  hints.notify('work')
}
