import type { InstanceStatus } from '@cairn/contract'
import type { Db } from '../database/database.ts'

/** What is recorded of an instance, for people. */
export interface ServiceInstanceRecord {
  readonly name: string
  readonly revision: number
  readonly status: InstanceStatus
  readonly reason: string | null
  readonly startedAt: Date
  readonly readyAt: Date | null
  readonly drainingSince: Date | null
  readonly crashes: number
}

/** Instances of a service that are there now, those of its newest revision first. The table keeps none that are gone. */
export function listServiceInstances(db: Db, serviceId: string): Promise<ServiceInstanceRecord[]> {
  return db
    .selectFrom('service_instance')
    .select([
      'workload_name as name',
      'revision',
      'status',
      'reason',
      'started_at as startedAt',
      'ready_at as readyAt',
      'draining_since as drainingSince',
      'crashes',
    ])
    .where('service_id', '=', serviceId)
    .orderBy('revision', 'desc')
    .orderBy('ordinal')
    .orderBy('restart')
    .execute()
}
