import type { Db } from '../database/database.ts'

export interface ArtifactChange {
  readonly name?: string
  readonly description?: string | null
}

/** false = the tenant has no such artifact. */
export async function updateArtifact(
  db: Db,
  tenantId: string,
  artifactId: string,
  change: ArtifactChange,
): Promise<boolean> {
  const row = await db
    .updateTable('artifact')
    .set({ ...change, updated_at: new Date() })
    .where('id', '=', artifactId)
    .where('tenant_id', '=', tenantId)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}
