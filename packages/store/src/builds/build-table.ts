import type { AutodeployResource, AutodeployResult, StoredBuildStatus } from '@cairn/contract'
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** The table `build`, as Kysely sees it. */
export interface BuildTable {
  id: GeneratedAlways<number>
  tenant_id: string
  image_id: number
  version_id: number
  status: StoredBuildStatus
  reason: string | null
  attempts: Generated<number>
  created_at: ColumnType<Date, Date | undefined, never>
  started_at: Date | null
  finished_at: Date | null
  requested_by: Generated<string>
  source_commit: ColumnType<string | null, never, string | null>
  step_count: ColumnType<number | null, never, number | null>
  cached_step_count: ColumnType<number | null, never, number | null>
  stop_requested_by: ColumnType<string | null, never, string | null>
  stop_reason: ColumnType<string | null, never, string | null>
  autodeployment_id: ColumnType<string | null, string | null | undefined, never>
  autodeploy_resources: ColumnType<AutodeployResource[], string | undefined, never>
  autodeploy_results: ColumnType<AutodeployResult[] | null, never, string | null>
}
