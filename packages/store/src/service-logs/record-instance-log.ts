import { type InstanceState, serviceLogStream } from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { deleteLogs } from '../logs/delete-logs.ts'
import type { ServiceKey } from '../service-state/service-key.ts'

/** Opens the log of an instance that is added. Call under the service's lock, which makes the numbers rise. */
export async function openInstanceLog(tx: Tx, service: ServiceKey, instance: InstanceState): Promise<void> {
  await tx
    .insertInto('service_instance_log')
    .values({
      tenant_id: service.tenantId,
      service_id: service.id,
      workload_name: instance.name,
      revision: instance.revision,
      restart: instance.restart,
      created_at: new Date(instance.createdAt),
      ended_at: null,
    })
    .onConflict((conflict) => conflict.column('workload_name').doUpdateSet({ ended_at: null }))
    .execute()
}

/** No line comes after this: an instance is forgotten once its container is gone. */
export async function endInstanceLog(tx: Tx, service: ServiceKey, workload: string): Promise<void> {
  await tx
    .updateTable('service_instance_log')
    .set({ ended_at: new Date() })
    .where('tenant_id', '=', service.tenantId)
    .where('service_id', '=', service.id)
    .where('workload_name', '=', workload)
    .execute()
}

/** Call before the service's row goes. Lines that come later are found by the sweep. */
export async function deleteServiceLogs(tx: Tx, service: ServiceKey): Promise<void> {
  await deleteLogs(tx, serviceLogStream(service.id, ''))
}
