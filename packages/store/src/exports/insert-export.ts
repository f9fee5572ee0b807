import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { insertStoredObject, lockStoredObject } from '../artifacts/stored-object.ts'
import type { Database } from '../database/database.ts'
import type { ObjectStore } from '../objects/object-store.ts'

export interface NewExport {
  readonly tenantId: string
  readonly workflowId: number
  readonly executionId: string
  readonly step: string
  /** `exports/<workflow>/<execution>/<step>/<table>.csv[.gz]` */
  readonly name: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly rowCount: number
}

/**
 * Records the file that an attempt put into the object store; that of an attempt before is replaced.
 * Lock order: the object's lock, engine_process FOR KEY SHARE, then the rows.
 *
 * @returns `dead` = the process was declared dead; `gone` = the bytes were removed meanwhile, as equal ones were unused
 */
export async function insertExport(
  database: Database,
  objectStore: ObjectStore,
  processId: string,
  file: NewExport,
): Promise<'stored' | 'dead' | 'gone'> {
  return database.transaction(async (tx) => {
    await lockStoredObject(tx, file.sha256)
    const content = await objectStore.open(file.sha256)
    if (content === null) return 'gone'
    content.destroy()
    const fence = await sql`
      select from engine_process where id = ${processId}::uuid and alive for key share`.execute(tx)
    if (fence.rows.length === 0) return 'dead'
    await insertStoredObject(tx, file)
    const row = {
      name: file.name,
      sha256: file.sha256,
      size_bytes: file.sizeBytes,
      row_count: file.rowCount,
      created_at: new Date(),
    }
    await tx
      .insertInto('export_file')
      .values({
        id: randomUUID(),
        tenant_id: file.tenantId,
        workflow_id: file.workflowId,
        execution_id: file.executionId,
        step: file.step,
        ...row,
      })
      .onConflict((conflict) => conflict.columns(['execution_id', 'step']).doUpdateSet(row))
      .execute()
    return 'stored'
  })
}
