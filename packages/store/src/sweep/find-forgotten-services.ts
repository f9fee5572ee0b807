import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/**
 * Ids of services that nothing would ever look at again, as they have no work row. A service is looked at as long as
 * it exists, except one whose creation failed for good; that one waits for a change by its owner.
 */
export async function findForgottenServices(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select service.id from service
    where (service.status <> 'CREATE_FAILED' or service.observed_generation <> service.generation)
      and not exists (select from work where work.kind = 'service' and work.key = service.id::text)
    order by service.id`.execute(db)
  return rows.map(({ id }) => id)
}

/** Those of the workload names that a service has recorded as its instance. */
export async function findRecordedInstances(db: Db, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set()
  const rows = await db
    .selectFrom('service_instance')
    .select('workload_name')
    .where('workload_name', 'in', names)
    .execute()
  return new Set(rows.map((row) => row.workload_name))
}
