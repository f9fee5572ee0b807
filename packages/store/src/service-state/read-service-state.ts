import type { ScaleState, ServiceIdentity, ServiceState } from '@cairn/domain'
import type { Db } from '../database/database.ts'
import { toScaleState } from '../scale/read-scale-state.ts'
import { wantedInstances } from './wanted-instances.ts'

/** A service as its reconciler sees it. */
export interface StoredService {
  readonly identity: ServiceIdentity
  readonly state: ServiceState
  readonly scale: ScaleState
}

/**
 * Everything recorded about a service; null = no such service. Removed and failed revisions are left out unless they
 * are the newest one or still have instances, so that the cost does not grow with the number of past deployments.
 */
export async function readServiceState(db: Db, serviceId: string): Promise<StoredService | null> {
  const service = await db
    .selectFrom('service')
    .innerJoin('tenant', 'tenant.id', 'service.tenant_id')
    .selectAll('service')
    .select('tenant.name as tenant_name')
    .where('service.id', '=', serviceId)
    .executeTakeFirst()
  if (service === undefined) return null
  const [revisions, instances] = await Promise.all([readRevisions(db, serviceId), readInstances(db, serviceId)])
  return {
    identity: {
      id: service.id,
      name: service.name,
      serviceType: service.service_type,
      tenant: { id: service.tenant_id, name: service.tenant_name },
    },
    scale: toScaleState(service),
    state: {
      id: service.id,
      generation: service.generation,
      status: service.status,
      statusReason: service.status_reason,
      activeRevision: service.active_revision,
      wanted: wantedInstances(service),
      stoppedBy: service.stopped_by,
      longestDrainMs: service.drain_seconds === null ? null : service.drain_seconds * 1000,
      revisions,
      instances,
    },
  }
}

async function readRevisions(db: Db, serviceId: string): Promise<ServiceState['revisions']> {
  const rows = await db
    .selectFrom('service_revision as r')
    .select(['r.revision', 'r.status', 'r.spec', 'r.reason', 'r.cause', 'r.launched'])
    .where('r.service_id', '=', serviceId)
    .where((eb) =>
      eb.or([
        eb('r.status', 'not in', ['removed', 'failed']),
        eb('r.revision', '=', eb.selectFrom('service').select('generation').where('id', '=', serviceId)),
        eb.exists(
          eb
            .selectFrom('service_instance as i')
            .select('i.workload_name')
            .whereRef('i.service_id', '=', 'r.service_id')
            .whereRef('i.revision', '=', 'r.revision'),
        ),
      ]),
    )
    .orderBy('r.revision')
    .execute()
  return rows.map((row) => ({
    revision: row.revision,
    status: row.status,
    spec: row.spec,
    reason: row.reason,
    cause: row.cause,
    launched: row.launched,
  }))
}

async function readInstances(db: Db, serviceId: string): Promise<ServiceState['instances']> {
  const rows = await db
    .selectFrom('service_instance')
    .selectAll()
    .where('service_id', '=', serviceId)
    .orderBy('revision')
    .orderBy('ordinal')
    .orderBy('restart')
    .execute()
  return rows.map((row) => ({
    name: row.workload_name,
    revision: row.revision,
    ordinal: row.ordinal,
    restart: row.restart,
    status: row.status,
    crashes: row.crashes,
    failures: row.failures,
    host: row.host,
    port: row.port,
    reason: row.reason,
    startAfter: row.start_after.getTime(),
    createdAt: row.started_at.getTime(),
    readyAt: row.ready_at?.getTime() ?? null,
    drainingSince: row.draining_since?.getTime() ?? null,
  }))
}
