import type { GeneratedAlways } from 'kysely'

export interface ServiceInstanceLogTable {
  number: GeneratedAlways<number>
  tenant_id: string
  service_id: string
  workload_name: string
  revision: number
  restart: number
  created_at: Date
  ended_at: Date | null
}
