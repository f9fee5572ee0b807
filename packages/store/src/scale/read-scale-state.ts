import { defaultTargetConcurrency, type ScaleState } from '@cairn/domain'
import type { Db } from '../database/database.ts'

interface ScaleRow {
  readonly scale_tier: ScaleState['tier']
  readonly scale_since: Date
  readonly wakes: number
  readonly wake_failure: string | null
  readonly scaled_instances: number | null
  readonly min_instances: number
  readonly max_instances: number | null
  readonly target_concurrency: number | null
}

export function toScaleState(row: ScaleRow): ScaleState {
  return {
    tier: row.scale_tier,
    since: row.scale_since.getTime(),
    wakes: row.wakes,
    wakeFailure: row.wake_failure,
    scaledInstances: row.scaled_instances,
    minInstances: row.min_instances,
    maxInstances: Math.max(row.min_instances, row.max_instances ?? row.min_instances),
    targetConcurrency: row.target_concurrency ?? defaultTargetConcurrency,
  }
}

/** null = no such service. */
export async function readScaleState(db: Db, serviceId: string): Promise<ScaleState | null> {
  const row = await db.selectFrom('service').selectAll().where('id', '=', serviceId).executeTakeFirst()
  return row === undefined ? null : toScaleState(row)
}
