/** What an engine's pass writes of scaling. Call under the lock of the service's row and the lease of its work. */
import type { ServiceWrite } from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { recordResourceEvent } from '../resource-events/record-resource-event.ts'
import type { ServiceKey } from '../service-state/service-key.ts'
import { endWake } from './wake-service.ts'

type WriteOf<Kind extends ServiceWrite['kind']> = Extract<ServiceWrite, { readonly kind: Kind }>

export async function changeTier(tx: Tx, service: ServiceKey, write: WriteOf<'change-tier'>): Promise<void> {
  if (write.from === 'waking') await endWakeUnderWay(tx, service, write)
  await tx
    .updateTable('service')
    .set({
      scale_tier: write.tier,
      scale_since: new Date(write.at),
      wake_failure: null,
      ...(write.tier === 'asleep' ? { scaled_instances: 0 } : {}),
      ...(write.from === 'asleep' ? { scaled_instances: null } : {}),
    })
    .where('id', '=', service.id)
    .where('scale_tier', 'in', [write.from, write.tier])
    .execute()
  await recordResourceEvent(tx, {
    tenantId: service.tenantId,
    kind: 'service',
    resourceId: service.id,
    type: `service.${write.tier}`,
    reason: write.cause,
  })
}

async function endWakeUnderWay(tx: Tx, service: ServiceKey, write: WriteOf<'change-tier'>): Promise<void> {
  const { wakes } = await tx
    .selectFrom('service')
    .select('wakes')
    .where('id', '=', service.id)
    .executeTakeFirstOrThrow()
  if (write.tier === 'awake') {
    await endWake(tx, service.id, wakes)
    return
  }
  await tx
    .updateTable('service_wake')
    .set({ ended_at: new Date(), outcome: 'failed', reason: write.cause })
    .where('service_id', '=', service.id)
    .where('number', '=', wakes)
    .where('ended_at', 'is', null)
    .execute()
}

export async function wantInstances(tx: Tx, service: ServiceKey, write: WriteOf<'want-instances'>): Promise<void> {
  await tx.updateTable('service').set({ scaled_instances: write.instances }).where('id', '=', service.id).execute()
  await recordResourceEvent(tx, {
    tenantId: service.tenantId,
    kind: 'service',
    resourceId: service.id,
    type: 'service.scaled',
    reason: write.cause,
    data: { instances: write.instances },
  })
}

export async function failWake(tx: Tx, service: ServiceKey, reason: string): Promise<void> {
  await tx.updateTable('service').set({ wake_failure: reason }).where('id', '=', service.id).execute()
  await tx
    .updateTable('service_wake')
    .set({ reason })
    .where('service_id', '=', service.id)
    .where('ended_at', 'is', null)
    .execute()
}
