import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ApiFixture } from './api-fixture.ts'

export interface KeptExport {
  readonly tenantId: string
  readonly workflowId: number
  readonly executionId: string
  readonly step: string
  readonly name: string
  readonly content: string
}

/** Stores a file as an export step leaves it; answers its id. */
export async function keepExport({ database, objectStore }: ApiFixture, file: KeptExport): Promise<string> {
  const stored = await objectStore.put(Readable.from([Buffer.from(file.content)]), { maxBytes: 1e6 })
  if (stored.kind !== 'stored') throw new Error('the file is too large')
  const { sha256, sizeBytes } = stored
  const id = randomUUID()
  await database.transaction(async (tx) => {
    await tx
      .insertInto('stored_object')
      .values({ sha256, size_bytes: sizeBytes })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await tx
      .insertInto('export_file')
      .values({
        id,
        tenant_id: file.tenantId,
        workflow_id: file.workflowId,
        execution_id: file.executionId,
        step: file.step,
        name: file.name,
        sha256,
        size_bytes: sizeBytes,
        row_count: 1,
        created_at: new Date(),
      })
      .execute()
  })
  return id
}
