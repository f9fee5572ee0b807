import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** The run behind which a waiting one waits. */
export interface RunAhead {
  readonly executionId: string
  /** It waits too; otherwise it is the oldest live run of the workflow. */
  readonly isWaiting: boolean
}

/** null = none is left: the run is about to be admitted, or waits no longer. Index: execution_live. */
export async function findRunAhead(db: Db, tenantId: string, executionId: string): Promise<RunAhead | null> {
  const { rows } = await sql<RunAhead>`
    select ahead.id as "executionId", ahead.status = 'waiting' as "isWaiting"
    from execution as own
    join execution as ahead on ahead.workflow_id = own.workflow_id and ahead.tenant_id = own.tenant_id
    where own.id = ${executionId} and own.tenant_id = ${tenantId} and own.status = 'waiting'
      and ahead.status in ('waiting', 'queued', 'running', 'stopping')
      and (ahead.status <> 'waiting' or (ahead.created_at, ahead.id) < (own.created_at, own.id))
    order by ahead.status = 'waiting' desc,
      case when ahead.status = 'waiting' then ahead.created_at end desc,
      ahead.created_at
    limit 1`.execute(db)
  return rows[0] ?? null
}
