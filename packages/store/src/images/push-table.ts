import type { ColumnType, Generated } from 'kysely'

/** The table `image_push`; see push-image.ts. */
export interface ImagePushTable {
  version_id: number
  image_id: number
  tenant_id: string
  repository: string
  tag: string
  engine_image_id: string | null
  digest: string | null
  attempts: Generated<number>
  reason: string | null
  updated_at: ColumnType<Date, Date | undefined, Date>
}
