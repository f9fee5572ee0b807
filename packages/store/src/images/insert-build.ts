import type { Tx } from '../database/database.ts'

export interface NewBuild {
  readonly tenantId: string
  readonly imageId: number
  readonly versionId: number
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
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}
