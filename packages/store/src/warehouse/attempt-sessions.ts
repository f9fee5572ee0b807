/**
 * Which sessions the attempts of a step have on the warehouse server.
 *
 * Always true: a session does nothing before its row is written, and a row is written only for a process that is alive. So
 * once a process was declared dead, its rows name every session that may still do something for it.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { WarehouseBackend } from './warehouse-server.ts'

export interface SessionAttempt {
  readonly executionId: string
  readonly step: string
  readonly attempt: number
}

/** False = the process was declared dead. Lock order: engine_process FOR KEY SHARE, then the row by insert. */
export async function recordWarehouseSession(
  db: Db,
  processId: string,
  attempt: SessionAttempt,
  backend: WarehouseBackend,
): Promise<boolean> {
  const { rows } = await sql`
    with fence as materialized (
      select id from engine_process where id = ${processId}::uuid and alive for key share
    )
    insert into warehouse_session (execution_id, step, attempt, backend_pid, backend_started_at)
    select ${attempt.executionId}::uuid, ${attempt.step}, ${attempt.attempt}::integer, ${backend.pid}::integer,
      ${backend.startedAt}::bigint
    from fence
    on conflict (execution_id, step, attempt)
      do update set backend_pid = excluded.backend_pid, backend_started_at = excluded.backend_started_at
    returning attempt`.execute(db)
  return rows.length === 1
}

/** Those of all attempts of the step. */
export async function listWarehouseSessions(
  db: Db,
  executionId: string,
  step: string,
): Promise<readonly (WarehouseBackend & { readonly attempt: number })[]> {
  return db
    .selectFrom('warehouse_session')
    .select(['attempt', 'backend_pid as pid', 'backend_started_at as startedAt'])
    .where('execution_id', '=', executionId)
    .where('step', '=', step)
    .execute()
}

/** Call when the session has ended. */
export async function forgetWarehouseSession(db: Db, attempt: SessionAttempt): Promise<void> {
  await db
    .deleteFrom('warehouse_session')
    .where('execution_id', '=', attempt.executionId)
    .where('step', '=', attempt.step)
    .where('attempt', '=', attempt.attempt)
    .execute()
}
