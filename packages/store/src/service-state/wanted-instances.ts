/**
 * How many instances a service keeps: none while users have stopped it, else what scaling wants, else `minInstances`. The
 * columns are written here and in services/write-service.ts, always under the lock of the service's row.
 */
import type { Tx } from '../database/database.ts'
import { enqueueWork } from '../work/enqueue-work.ts'

/** The columns that say it. */
interface WantedColumns {
  readonly min_instances: number
  readonly scaled_instances: number | null
  readonly stopped_by: string | null
}

export function wantedInstances(service: WantedColumns): number {
  return service.stopped_by === null ? (service.scaled_instances ?? service.min_instances) : 0
}

/**
 * What scaling wants instead of `minInstances`; null = nothing else, 0 = the service sleeps. Enqueues the service's work;
 * the caller gives the hint `work` after the commit. False = nothing changed: it is wanted already, or the service is
 * stopped, is being deleted or is gone.
 */
export async function scaleService(tx: Tx, serviceId: string, instances: number | null): Promise<boolean> {
  const scaled = await tx
    .updateTable('service')
    .set({ scaled_instances: instances })
    .where('id', '=', serviceId)
    .where('stopped_by', 'is', null)
    .where('status', 'not in', ['DELETING', 'DELETE_FAILED'])
    .where('scaled_instances', 'is distinct from', instances)
    .executeTakeFirst()
  if (scaled.numUpdatedRows === 0n) return false
  await enqueueWork(tx, { kind: 'service', key: serviceId })
  return true
}
