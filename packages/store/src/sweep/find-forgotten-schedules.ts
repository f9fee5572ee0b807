import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Ids of workflows whose schedules nothing would ever look at again, as they have no work row and are not paused. */
export async function findForgottenSchedules(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct workflow_id as id from workflow_schedule
    join workflow on workflow.id = workflow_schedule.workflow_id
    where workflow.deleted_at is null and not workflow.paused
      and not exists (select from work where work.kind = 'schedule' and work.key = workflow_id::text)
    order by id`.execute(db)
  return rows.map(({ id }) => id)
}
