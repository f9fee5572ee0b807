import type { InstanceStatus } from '@cairn/contract'
import type { ColumnType, Generated } from 'kysely'

export interface ServiceInstanceTable {
  workload_name: string
  service_id: string
  revision: number
  ordinal: number
  restart: number
  crashes: Generated<number>
  failures: Generated<number>
  status: InstanceStatus
  host: string | null
  port: number | null
  reason: string | null
  start_after: ColumnType<Date, Date | undefined, Date>
  ready_at: Date | null
  draining_since: Date | null
  started_at: ColumnType<Date, Date | undefined, never>
  updated_at: ColumnType<Date, Date | undefined, Date>
}
