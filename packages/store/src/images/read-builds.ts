import type { AutodeployResult, BuildStatus } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'

export interface BuildRecord {
  readonly buildId: number
  readonly imageId: number
  readonly versionId: number
  readonly version: string
  readonly status: BuildStatus
  /** Why it failed or stopped. */
  readonly reason: string | null
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  /** 1 = the tenant's next to start; null = it does not wait. */
  readonly queuePosition: number | null
  readonly commit: string | null
  readonly stepCount: number | null
  readonly cachedStepCount: number | null
  readonly autodeploymentId: string | null
  readonly autodeployments: readonly AutodeployResult[] | null
}

export interface BuildFilter {
  readonly imageId: number
  /** Created at or after. */
  readonly from: Date
  /** Created at or before. */
  readonly to: Date
  /** Only the newest so many; null = all. */
  readonly newest: number | null
  readonly versionIds?: readonly number[]
  readonly status?: readonly string[]
}

/** Of the row `build`. Index: build_unfinished. */
export const queuePosition = sql<number | null>`case when build.status = 'queued' then (
  select count(*) from build as other
  where other.tenant_id = build.tenant_id and other.status = 'queued' and other.id <= build.id
) end`

const columns = sql`
  build.id as "buildId", build.image_id as "imageId", build.version_id as "versionId", image_version.version,
  case when build.status in ('queued', 'running') then 'building' else build.status end as status,
  build.reason, build.created_at as "createdAt", build.started_at as "startedAt", build.finished_at as "finishedAt",
  ${queuePosition} as "queuePosition", build.source_commit as commit, build.step_count as "stepCount",
  build.cached_step_count as "cachedStepCount", build.autodeployment_id as "autodeploymentId",
  build.autodeploy_results as "autodeployments"`

/** Newest first. */
export async function listBuilds(
  db: Db,
  tenantId: string,
  filter: BuildFilter,
  page: PageRequest,
): Promise<Page<BuildRecord>> {
  const { versionIds, status } = filter
  const found = sql`
    from (
      select ${columns}
      from build join image_version on image_version.id = build.version_id
      where build.tenant_id = ${tenantId} and build.image_id = ${filter.imageId}
        and build.created_at between ${filter.from} and ${filter.to}
        and (${versionIds?.length ? sql`build.version_id = any(${versionIds})` : sql`true`})
    ) as found
    where (${status?.length ? sql`found.status = any(${status})` : sql`true`})
    order by "buildId" desc
    limit ${filter.newest}`
  const [items, counted] = await Promise.all([
    sql<BuildRecord>`select * from (select * ${found}) as newest order by "buildId" desc
      limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number }>`select count(*) as total from (select * ${found}) as newest`.execute(db),
  ])
  return { items: items.rows, total: counted.rows[0]?.total ?? 0 }
}

/** null = the tenant has no such image or it has no such build. */
export async function findBuild(
  db: Db,
  tenantId: string,
  imageId: number,
  buildId: number,
): Promise<BuildRecord | null> {
  const result = await sql<BuildRecord>`
    select ${columns} from build join image_version on image_version.id = build.version_id
    where build.tenant_id = ${tenantId} and build.image_id = ${imageId} and build.id = ${buildId}`.execute(db)
  return result.rows[0] ?? null
}
