/**
 * What uses image versions: the one place that says so. A workflow uses what its current revision names, a service what
 * its live revisions run. A step that names no version uses the latest that is ready, as the next run will. Bodies of
 * workflows are not read for it: the database keeps `image_uses` of each revision.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Something that needs an image version. */
export interface VersionUse {
  readonly versionId: number
  readonly kind: 'workflow' | 'service' | 'run'
  readonly id: string
  /** Of the workflow or service; of a run: of its workflow. */
  readonly name: string
}

/** A subquery with a row per use by workflows and services of the tenant: version_id, kind, id, name. */
export function versionUses(tenantId: string): RawBuilder<unknown> {
  return sql`
    select distinct
      coalesce(named.version_id, latest.id) as version_id,
      named.kind, named.id, named.name
    from (
      select (used.value ->> 'imageId')::bigint as image_id, (used.value ->> 'versionId')::bigint as version_id,
        'workflow' as kind, workflow.id::text as id, workflow.name
      from workflow
      join workflow_revision
        on workflow_revision.workflow_id = workflow.id and workflow_revision.revision = workflow.revision
      cross join lateral jsonb_array_elements(workflow_revision.image_uses) as used
      where workflow.tenant_id = ${tenantId} and workflow.deleted_at is null
      union all
      select (service_revision.spec -> 'image' ->> 'imageId')::bigint,
        (service_revision.spec -> 'image' ->> 'versionId')::bigint, 'service', service.id::text, service.name
      from service_revision
      join service on service.id = service_revision.service_id
      where service.tenant_id = ${tenantId} and service_revision.status in ('starting', 'active', 'draining')
    ) as named
    left join (
      select version.image_id, max(version.id) as id from image_version as version
      join image on image.id = version.image_id
      where (image.tenant_id = ${tenantId} or image.scope = 'global')
        and version.status = 'ready' and version.engine_image_id is not null
      group by version.image_id
    ) as latest on latest.image_id = named.image_id and named.version_id is null`
}

/** A subquery with the versions that the live runs of the tenant are pinned to. Index: execution_live. */
function runUses(tenantId: string): RawBuilder<unknown> {
  return sql`
    select distinct (step.value -> 'image' ->> 'versionId')::bigint as version_id, 'run' as kind,
      execution.id::text as id, workflow.name
    from workflow
    join execution on execution.workflow_id = workflow.id
      and execution.status in ('waiting', 'queued', 'running', 'stopping')
    join run_plan on run_plan.id = execution.plan_id
    cross join lateral json_each(run_plan.body -> 'steps') as step
    where workflow.tenant_id = ${tenantId} and json_typeof(step.value -> 'image') = 'object'`
}

/**
 * What uses these versions now, by kind and name. To be sure that none is missed, call it in a transaction after the versions
 * are locked (`lockVersionsToDelete`): whoever comes to use one locks it first.
 */
export async function findVersionUses(
  db: Db,
  tenantId: string,
  versionIds: readonly number[],
  limit: number,
): Promise<readonly VersionUse[]> {
  if (versionIds.length === 0) return []
  const { rows } = await sql<VersionUse>`
    select version_id as "versionId", kind, id, name
    from (${versionUses(tenantId)} union all ${runUses(tenantId)}) as used
    where version_id = any(${versionIds})
    order by kind desc, name, id, version_id
    limit ${limit}`.execute(db)
  return rows
}
