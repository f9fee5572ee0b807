/**
 * Lock order of every transaction that changes a build: build row → own work row (`holdLease`) → image version.
 * `attempts` names the attempt: whoever finishes a build says which attempt it finishes, so that a process that was taken over changes
 * nothing even where the lease could not stop it.
 */
import type { AutodeployResource, BuildDetails, ImageVersionStatus, StoredBuildStatus } from '@cairn/contract'
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'

/** A build and what it builds. */
export interface BuildToRun {
  readonly id: number
  readonly tenantId: string
  readonly imageId: number
  readonly imageName: string
  readonly versionId: number
  readonly version: string
  readonly versionStatus: ImageVersionStatus
  readonly status: StoredBuildStatus
  /** Times it was started so far. */
  readonly attempts: number
  /** Milliseconds since it was asked for, by the database's clock. */
  readonly ageMs: number
  /** Unfinished builds of the tenant that were asked for before this one. */
  readonly buildsAhead: number
  readonly stopRequestedBy: string | null
  readonly stopReason: string | null
  /** E-mail. */
  readonly requestedBy: string
  /** What is to be redeployed after its success. */
  readonly autodeployResources: readonly AutodeployResource[]
  /** Its success has not been followed by what it names. */
  readonly isDeployDue: boolean
  readonly details: BuildDetails
  readonly contextSha256: string | null
}

/** Locks the build's row; null = no such build (its image was deleted). Index: primary key, and build (version_id) partial. */
export async function lockBuild(tx: Tx, buildId: number): Promise<BuildToRun | null> {
  const { rows } = await sql<BuildToRun>`
    select
      build.id, build.tenant_id as "tenantId", build.image_id as "imageId", image.name as "imageName",
      build.version_id as "versionId", version.version, version.status as "versionStatus",
      build.status, build.attempts, build.stop_requested_by as "stopRequestedBy", build.stop_reason as "stopReason",
      (extract(epoch from clock_timestamp() - build.created_at) * 1000)::float8 as "ageMs",
      (
        select count(*) from build as other
        where other.tenant_id = build.tenant_id and other.id < build.id and other.status in ('queued', 'running', 'stopping')
      ) as "buildsAhead",
      build.requested_by as "requestedBy", build.autodeploy_resources as "autodeployResources",
      (build.autodeployment_id is not null and build.autodeploy_results is null) as "isDeployDue",
      version.build_details as details, version.context_sha256 as "contextSha256"
    from build
    join image_version as version on version.id = build.version_id
    join image on image.id = build.image_id
    where build.id = ${buildId}
    for update of build`.execute(tx)
  return rows[0] ?? null
}
