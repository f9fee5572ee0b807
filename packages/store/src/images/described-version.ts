/** The one reading of image versions that lists, details and look-ups share. */
import type {
  BuildDetails,
  BuildStatus,
  ImageType,
  ImageVersionStatus,
  SbomSummary,
  VersionInRegistry,
} from '@cairn/contract'
import { type RawBuilder, sql } from 'kysely'
import { queuePosition } from './read-builds.ts'
import { versionUses } from './version-uses.ts'

/** An image version with its image and its newest build. */
export interface DescribedVersion {
  readonly id: number
  /** Whose it is: the caller's, or that of global images. */
  readonly tenantId: string
  readonly imageId: number
  readonly imageName: string
  readonly imageType: ImageType
  readonly imageScope: 'custom' | 'global'
  readonly imageCreatedAt: Date
  readonly imageCreatedBy: string
  readonly version: string
  readonly description: string
  /** `in-use` when it is ready and a workflow or a service uses it (see version-uses.ts). */
  readonly status: ImageVersionStatus
  /** Why it could not be deleted. */
  readonly statusReason: string | null
  readonly buildDetails: BuildDetails
  readonly contextSha256: string | null
  readonly tags: readonly { readonly name: string; readonly color?: string }[]
  /** Content id on the engine; set when a build succeeded. */
  readonly engineImageId: string | null
  readonly engineTag: string | null
  readonly sizeBytes: number | null
  readonly exposedPorts: readonly number[] | null
  /** Digests, the base first; null until the engine has looked. */
  readonly layers: readonly string[] | null
  readonly sbomSummary: SbomSummary | null
  readonly sbomSha256: string | null
  /** null = nothing was pushed of it. */
  readonly registry: VersionInRegistry | null
  readonly createdAt: Date
  readonly createdBy: string
  readonly updatedAt: Date
  readonly updatedBy: string
  readonly lastBuildId: number | null
  readonly lastBuildStatus: BuildStatus | null
  readonly lastBuildAt: Date | null
  readonly lastBuildReason: string | null
  /** Of the last build while it waits. */
  readonly queuePosition: number | null
}

/** A subquery with every version of the tenant and of global images, to be filtered by its columns. */
export function describedVersions(tenantId: string): RawBuilder<DescribedVersion> {
  return sql<DescribedVersion>`
    with used as materialized (${versionUses(tenantId)})
    select
      version.id, version.tenant_id as "tenantId", version.image_id as "imageId",
      image.name as "imageName", image.type as "imageType", image.scope as "imageScope",
      image.created_at as "imageCreatedAt", image.created_by as "imageCreatedBy",
      version.version, version.description,
      case when version.status = 'ready' and version.id in (select version_id from used)
        then 'in-use' else version.status end as status,
      version.status_reason as "statusReason",
      version.build_details as "buildDetails", version.context_sha256 as "contextSha256", version.tags,
      version.engine_image_id as "engineImageId", version.engine_tag as "engineTag",
      version.size_bytes as "sizeBytes", version.exposed_ports as "exposedPorts",
      case when push.version_id is not null then json_build_object(
        'status', case when push.engine_image_id = version.engine_image_id then 'pushed' else 'waiting' end,
        'reference', push.repository || coalesce('@' || push.digest, ':' || push.tag),
        'attempts', push.attempts, 'reason', push.reason) end as registry,
      version.layers, version.sbom_summary as "sbomSummary", version.sbom_sha256 as "sbomSha256",
      version.created_at as "createdAt", version.created_by as "createdBy",
      version.updated_at as "updatedAt", version.updated_by as "updatedBy",
      build.id as "lastBuildId", ${queuePosition} as "queuePosition", build.reason as "lastBuildReason",
      case when build.status in ('queued', 'running') then 'building' else build.status end as "lastBuildStatus",
      coalesce(build.finished_at, build.started_at, build.created_at) as "lastBuildAt"
    from image_version as version
    join image on image.id = version.image_id
    left join lateral (
      select * from build where build.version_id = version.id order by build.id desc limit 1
    ) as build on true
    left join image_push as push on push.version_id = version.id
    where image.tenant_id = ${tenantId} or image.scope = 'global'`
}

/** Filters that all given lists must match; an absent or empty list matches everything. */
export interface VersionFilter {
  readonly status?: readonly string[]
  readonly lastBuildStatus?: readonly string[]
  /** Tag names, one of which the version has. */
  readonly tags?: readonly string[]
}

export function matchesFilter(filter: VersionFilter): RawBuilder<boolean> {
  const conditions = [
    filter.status?.length ? sql`described.status = any(${filter.status})` : null,
    filter.lastBuildStatus?.length ? sql`described."lastBuildStatus" = any(${filter.lastBuildStatus})` : null,
    filter.tags?.length
      ? sql`exists (select from jsonb_array_elements(described.tags) as tag where tag ->> 'name' = any(${filter.tags}))`
      : null,
  ].filter((condition) => condition !== null)
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`
}
