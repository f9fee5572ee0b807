import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/**
 * Removes up to `limit` notifications of before, with their deliveries and inbox entries; answers how many. One that is
 * still being delivered stays. Index: notification (created_at).
 */
export async function removeOldNotifications(db: Db, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from notification where id in (
      select id from notification
      where created_at < ${before}
        and not exists (
          select from delivery where delivery.notification_id = notification.id and delivery.status = 'pending'
        )
      order by created_at
      limit ${limit}
    )
    returning 1`.execute(db)
  return rows.length
}
