import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Ids of pending deliveries that have no work row and would never be made. Index: delivery_pending. */
export async function findForgottenDeliveries(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from delivery
    where status = 'pending'
      and not exists (select from work where work.kind = 'notification' and work.key = 'delivery:' || delivery.id)
    limit 1000`.execute(db)
  return rows.map(({ id }) => id)
}
