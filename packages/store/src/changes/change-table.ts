import type { ResourceChange, ResourceKind } from '@cairn/contract'
import type { GeneratedAlways } from 'kysely'

/** Written by triggers only. */
export interface ResourceChangeTable {
  id: GeneratedAlways<number>
  tenant_id: string
  kind: Exclude<ResourceKind, 'execution' | 'step'>
  resource_id: string
  parent_id: string | null
  change: ResourceChange
  at: GeneratedAlways<Date>
}
