import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Most rows that one call removes of each kind. */
const batch = 5000

/**
 * Removes what became of ticks, and the ids of messages, once they are older than so many milliseconds. Index:
 * schedule_tick (recorded_at), webhook_message (received_at).
 */
export async function removeOldTriggerRecords(
  db: Db,
  ages: { readonly tickAgeMs: number; readonly messageAgeMs: number },
): Promise<void> {
  await sql`
    delete from schedule_tick where (workflow_id, tick) in (
      select workflow_id, tick from schedule_tick
      where recorded_at < now() - ${ages.tickAgeMs}::float8 * interval '1 millisecond'
      order by recorded_at limit ${batch}
    )`.execute(db)
  await sql`
    delete from webhook_message where (webhook_id, message_id) in (
      select webhook_id, message_id from webhook_message
      where received_at < now() - ${ages.messageAgeMs}::float8 * interval '1 millisecond'
      order by received_at limit ${batch}
    )`.execute(db)
}
