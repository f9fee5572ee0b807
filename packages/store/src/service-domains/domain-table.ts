import type { DomainStatus } from '@cairn/contract'
import type { ColumnType } from 'kysely'

/** The table `service_domain`. */
export interface ServiceDomainTable {
  id: string
  tenant_id: string
  service_id: string
  domain: string
  token: string
  status: DomainStatus
  reason: string | null
  created_by: string
  created_at: ColumnType<Date, Date | undefined, never>
  asked_at: ColumnType<Date, Date | undefined, Date>
  checked_at: Date | null
  verified_at: Date | null
}
