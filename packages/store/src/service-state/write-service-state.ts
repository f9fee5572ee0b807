/**
 * The only writer of revisions' and instances' states. Every change of a revision names the statuses it may come from;
 * one that finds another status throws, and the transaction leaves nothing.
 *
 * Lock order: the service's row (`lockServiceForPass`), then the own work row (`holdLease`), then revisions and instances.
 * Whoever holds the service's row is alone, so the guards only fail when the decision was wrong.
 */
import type { RevisionStatus } from '@cairn/contract'
import {
  type InstanceState,
  isDeleting,
  revisionTransitions,
  type ScaleState,
  type ServiceState,
  type ServiceWrite,
} from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { recordResourceEvent, type ResourceEvent } from '../resource-events/record-resource-event.ts'
import { changeTier, failWake, wantInstances } from '../scale/write-scale.ts'
import { deleteServiceLogs, endInstanceLog, openInstanceLog } from '../service-logs/record-instance-log.ts'
import { holdServiceSecrets, releaseServiceSecrets } from '../services/hold-service-secrets.ts'
import type { ServiceKey } from './service-key.ts'
import { wantedInstances } from './wanted-instances.ts'

export type { ServiceKey } from './service-key.ts'

export interface LockedForPass extends Pick<ServiceState, 'generation' | 'wanted' | 'stoppedBy'> {
  readonly isDeleting: boolean
  readonly tier: ScaleState['tier']
  readonly wakes: number
}

/** Locks the service and answers what users may have changed since a pass read it; null = it is gone. */
export async function lockServiceForPass(tx: Tx, serviceId: string): Promise<LockedForPass | null> {
  const row = await tx
    .selectFrom('service')
    .select(['generation', 'status', 'min_instances', 'scaled_instances', 'stopped_by', 'scale_tier', 'wakes'])
    .where('id', '=', serviceId)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    generation: row.generation,
    wanted: wantedInstances(row),
    stoppedBy: row.stopped_by,
    isDeleting: isDeleting(row),
    tier: row.scale_tier,
    wakes: row.wakes,
  }
}

/** Call after {@link lockServiceForPass} and `holdLease`. */
export async function applyServiceWrites(tx: Tx, service: ServiceKey, writes: readonly ServiceWrite[]): Promise<void> {
  for (const write of writes) await applyWrite(tx, service, write)
}

async function applyWrite(tx: Tx, service: ServiceKey, write: ServiceWrite): Promise<void> {
  switch (write.kind) {
    case 'add-instance':
      await addInstance(tx, service, write.instance)
      break
    case 'update-instance':
      await updateInstance(tx, write.instance)
      break
    case 'forget-instance':
      await forgetInstance(tx, service, write.name)
      break
    case 'activate-revision':
      await activateRevision(tx, service, write)
      break
    case 'fail-revision':
      await moveRevision(tx, service, { ...write, to: 'failed' })
      await tx
        .updateTable('service')
        .set({ observed_generation: write.revision })
        .where('id', '=', service.id)
        .execute()
      await holdServiceSecrets(tx, service)
      await record(tx, service, 'revision.failed', { reason: write.reason, data: { revision: write.revision } })
      break
    case 'retire-revision':
      await moveRevision(tx, service, { ...write, to: 'removed' })
      await holdServiceSecrets(tx, service)
      await record(tx, service, 'revision.removed', { reason: write.reason, data: { revision: write.revision } })
      break
    case 'explain-revision':
      await explainRevision(tx, service, write)
      break
    case 'set-status':
      await tx
        .updateTable('service')
        .set({ status: write.status, status_reason: write.reason })
        .where('id', '=', service.id)
        .execute()
      await record(tx, service, 'service.status', {
        ...(write.reason === null ? {} : { reason: write.reason }),
        data: { status: write.status },
      })
      break
    case 'change-tier':
      await changeTier(tx, service, write)
      break
    case 'want-instances':
      await wantInstances(tx, service, write)
      break
    case 'fail-wake':
      await failWake(tx, service, write.reason)
      break
    case 'remove-service':
      await removeService(tx, service)
      break
  }
}

async function removeService(tx: Tx, service: ServiceKey): Promise<void> {
  await releaseServiceSecrets(tx, service.id)
  await deleteServiceLogs(tx, service)
  await tx.deleteFrom('service').where('id', '=', service.id).execute()
  await record(tx, service, 'service.removed', {})
}

async function forgetInstance(tx: Tx, service: ServiceKey, workload: string): Promise<void> {
  await tx.deleteFrom('service_instance').where('workload_name', '=', workload).execute()
  await endInstanceLog(tx, service, workload)
}

async function addInstance(tx: Tx, service: ServiceKey, instance: InstanceState): Promise<void> {
  await tx
    .insertInto('service_instance')
    .values({
      workload_name: instance.name,
      service_id: service.id,
      revision: instance.revision,
      ordinal: instance.ordinal,
      restart: instance.restart,
      started_at: new Date(instance.createdAt),
      ...changingColumns(instance),
    })
    .execute()
  await openInstanceLog(tx, service, instance)
  await tx
    .updateTable('service_revision')
    .set({ launched: instance.restart + 1 })
    .where('service_id', '=', service.id)
    .where('revision', '=', instance.revision)
    .where('launched', '<=', instance.restart)
    .execute()
  await record(tx, service, 'instance.wanted', {
    ...(instance.reason === null ? {} : { reason: instance.reason }),
    data: { revision: instance.revision, workload: instance.name, restart: instance.restart },
  })
}

async function updateInstance(tx: Tx, instance: InstanceState): Promise<void> {
  await tx
    .updateTable('service_instance')
    .set({ ...changingColumns(instance), updated_at: new Date() })
    .where('workload_name', '=', instance.name)
    .execute()
}

function changingColumns(instance: InstanceState) {
  return {
    status: instance.status,
    crashes: instance.crashes,
    failures: instance.failures,
    host: instance.host,
    port: instance.port,
    reason: instance.reason,
    start_after: new Date(instance.startAfter),
    ready_at: instance.readyAt === null ? null : new Date(instance.readyAt),
    draining_since: instance.drainingSince === null ? null : new Date(instance.drainingSince),
  }
}

/** The flip: one transaction takes the old revision out of traffic and puts the new one in. */
async function activateRevision(tx: Tx, service: ServiceKey, write: { readonly revision: number }): Promise<void> {
  await tx
    .updateTable('service_revision')
    .set({ status: 'draining' })
    .where('service_id', '=', service.id)
    .where('status', '=', 'active')
    .execute()
  await moveRevision(tx, service, { revision: write.revision, to: 'active', reason: null })
  await tx
    .updateTable('service')
    .set({ active_revision: write.revision, observed_generation: write.revision })
    .where('id', '=', service.id)
    .execute()
  await record(tx, service, 'revision.activated', { data: { revision: write.revision } })
}

async function explainRevision(
  tx: Tx,
  service: ServiceKey,
  write: { readonly revision: number; readonly reason: string | null },
): Promise<void> {
  await tx
    .updateTable('service_revision')
    .set({ reason: write.reason })
    .where('service_id', '=', service.id)
    .where('revision', '=', write.revision)
    .where('status', '=', 'draining')
    .execute()
}

interface RevisionMove {
  readonly revision: number
  readonly to: RevisionStatus
  readonly reason: string | null
}

async function moveRevision(tx: Tx, service: ServiceKey, move: RevisionMove): Promise<void> {
  const statuses = Object.keys(revisionTransitions) as RevisionStatus[]
  const from = statuses.filter((status) => (revisionTransitions[status] as readonly RevisionStatus[]).includes(move.to))
  const moved = await tx
    .updateTable('service_revision')
    .set({
      status: move.to,
      reason: move.reason,
      ...(move.to === 'active' ? { activated_at: new Date() } : {}),
    })
    .where('service_id', '=', service.id)
    .where('revision', '=', move.revision)
    .where('status', 'in', from)
    .returning('revision')
    .execute()
  if (moved.length === 1) return
  throw new Error(
    `revision ${move.revision} of service ${service.id} cannot become ${move.to}: it is not ${from.join(' or ')}`,
  )
}

function record(
  tx: Tx,
  service: ServiceKey,
  type: string,
  facts: Pick<ResourceEvent, 'reason' | 'data'>,
): Promise<void> {
  return recordResourceEvent(tx, {
    tenantId: service.tenantId,
    kind: 'service',
    resourceId: service.id,
    type,
    ...facts,
  })
}
