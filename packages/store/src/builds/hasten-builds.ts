import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import { enqueueWork } from '../work/enqueue-work.ts'

/**
 * Makes the tenant's next waiting builds due now, as one before them has ended. The last statement of its transaction: it
 * locks work rows. Index: build_unfinished.
 */
export async function hastenWaitingBuilds(tx: Tx, tenantId: string, limit: number): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select id from build where tenant_id = ${tenantId} and status = 'queued' order by id limit ${limit}`.execute(tx)
  if (rows.length > 0) await enqueueWork(tx, ...rows.map(({ id }) => ({ kind: 'build' as const, key: String(id) })))
}
