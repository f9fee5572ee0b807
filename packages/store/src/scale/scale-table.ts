import type { ScaleTier } from '@cairn/domain'
import type { Generated } from 'kysely'

/** Columns of `service` that scaling reads and writes. */
export interface ScaleColumns {
  scale_tier: Generated<ScaleTier>
  scale_since: Generated<Date>
  wakes: Generated<number>
  wake_failure: string | null
  max_instances: number | null
  target_concurrency: number | null
}

export interface ServiceWakeTable {
  service_id: string
  tenant_id: string
  number: number
  tier: 'frozen' | 'asleep'
  cause: string
  asked_at: Generated<Date>
  ended_at: Date | null
  outcome: 'awake' | 'failed' | null
  reason: string | null
}
