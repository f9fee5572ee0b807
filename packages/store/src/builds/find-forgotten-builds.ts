import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/**
 * Ids of unfinished builds that nothing would ever look at again, as they have no work row. There are none unless
 * somebody changed the tables by hand or Cairn has a fault.
 */
export async function findForgottenBuilds(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select build.id from build
    where build.status in ('queued', 'running', 'stopping')
      and not exists (select from work where work.kind = 'build' and work.key = build.id::text)
    order by build.id`.execute(db)
  return rows.map(({ id }) => id)
}
