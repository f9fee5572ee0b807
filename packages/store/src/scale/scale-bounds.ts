import type { Tx } from '../database/database.ts'

/** What users want of scaling on load; absent = it stays as it is. */
export interface ScaleBounds {
  readonly maxInstances?: number | undefined
  readonly targetConcurrency?: number | undefined
}

/** Call under the lock of the service's row; the caller enqueues the service's work when the answer is true. */
export async function writeScaleBounds(tx: Tx, serviceId: string, bounds: ScaleBounds): Promise<boolean> {
  const { maxInstances, targetConcurrency } = bounds
  const set = {
    ...(maxInstances === undefined ? {} : { max_instances: maxInstances }),
    ...(targetConcurrency === undefined ? {} : { target_concurrency: targetConcurrency }),
  }
  if (Object.keys(set).length === 0) return false
  await tx
    .updateTable('service')
    // From now on scaling begins anew within the new bounds.
    .set({ ...set, scaled_instances: (eb) => eb.case().when('scaled_instances', '=', 0).then(0).else(null).end() })
    .where('id', '=', serviceId)
    .execute()
  return true
}
