import type { AutodeployResource } from '@cairn/contract'
import type { Tx } from '../database/database.ts'

export interface NewBuild {
  readonly tenantId: string
  readonly imageId: number
  readonly versionId: number
  /** Empty when absent. */
  readonly requestedBy?: string
  /** What is redeployed after its success; nothing when absent or null. */
  readonly autodeployment?: Autodeployment | null
}

export interface Autodeployment {
  /** A UUID that names the redeploys together. */
  readonly id: string
  readonly resources: readonly AutodeployResource[]
}

/** A queued build; answers its id. The caller enqueues the work of kind `build` for it. */
export async function insertBuild(tx: Tx, build: NewBuild): Promise<number> {
  const row = await tx
    .insertInto('build')
    .values({
      tenant_id: build.tenantId,
      image_id: build.imageId,
      version_id: build.versionId,
      status: 'queued',
      reason: null,
      started_at: null,
      finished_at: null,
      requested_by: build.requestedBy ?? '',
      autodeployment_id: build.autodeployment?.id ?? null,
      autodeploy_resources: JSON.stringify(build.autodeployment?.resources ?? []),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}
