import type { DiskReport } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

export interface StoredDiskReport {
  readonly report: DiskReport
  readonly measuredAt: Date
}

export async function writeDiskReport(db: Db, report: DiskReport): Promise<void> {
  await sql`
    insert into disk_report (report, measured_at) values (${JSON.stringify(report)}, now())
    on conflict (only_row) do update set report = excluded.report, measured_at = excluded.measured_at`.execute(db)
}

/** null = no engine has measured yet. */
export async function readDiskReport(db: Db): Promise<StoredDiskReport | null> {
  const row = await db.selectFrom('disk_report').select(['report', 'measured_at']).executeTakeFirst()
  return row === undefined ? null : { report: row.report, measuredAt: row.measured_at }
}

/** What a tenant's own image versions are. Layers that they share are counted with each. */
export interface OwnImageSizes {
  readonly versions: number
  readonly bytes: number
}

export async function readOwnImageSizes(db: Db, tenantId: string): Promise<OwnImageSizes> {
  const { rows } = await sql<OwnImageSizes>`
    select count(*) as versions, coalesce(sum(size_bytes), 0)::float8 as bytes from image_version
    where tenant_id = ${tenantId} and engine_image_id is not null`.execute(db)
  return rows[0] ?? { versions: 0, bytes: 0 }
}
