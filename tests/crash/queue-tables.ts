/**
 * Stand-ins for the rows that work keys stand for. A key wants a number of passes, which editors raise while passes run.
 * `passes_done` is written back blindly from what a pass read when it began, and `queue_pass` takes every line, so
 * nothing but the lease keeps two passes from counting the same number.
 */
import type { Database, Tx, WorkKind } from '@cairn/store'

export const createTables = `
  create table queue_parent (
    kind text not null,
    key text not null,
    passes_wanted integer not null default 0,
    passes_done integer not null default 0,
    primary key (kind, key)
  );
  create table queue_pass (kind text not null, key text not null, number integer not null, token uuid not null);`

type QueueTables = {
  queue_parent: { kind: WorkKind; key: string; passes_wanted: number; passes_done: number }
  queue_pass: { kind: WorkKind; key: string; number: number; token: string }
}

/** The caller's transaction, with the tables of this file. */
export const withQueueTables = (tx: Tx) => tx.withTables<QueueTables>()

export interface Violations {
  /** Passes that two workers both committed. */
  readonly doubledPasses: number
  /** Passes that were counted but not recorded, or the other way round. */
  readonly uncountedPasses: number
  /** Keys that want more passes but that nobody will ever look at. */
  readonly forgottenKeys: number
  readonly deadlocks: number
}

export const noViolations: Violations = { doubledPasses: 0, uncountedPasses: 0, forgottenKeys: 0, deadlocks: 0 }

export async function findViolations(database: Database): Promise<Violations | undefined> {
  const { rows } = await database.pool.query<Violations>(`select
    (select count(*) from (select from queue_pass group by kind, key, number having count(*) > 1) doubled)
      as "doubledPasses",
    (select count(*) from queue_parent parent where passes_done <>
      (select count(*) from queue_pass pass where pass.kind = parent.kind and pass.key = parent.key))
      as "uncountedPasses",
    (select count(*) from queue_parent parent where passes_done < passes_wanted and not exists
      (select from work where work.kind = parent.kind and work.key = parent.key))
      as "forgottenKeys",
    (select deadlocks from pg_stat_database where datname = current_database()) as "deadlocks"`)
  return rows[0]
}

/** Keys with passes left to do, and work rows. Both are 0 when all is done. */
export async function countLeft(database: Database): Promise<{ unfinished: number; work: number } | undefined> {
  const { rows } = await database.pool.query<{ unfinished: number; work: number }>(`select
    (select count(*) from queue_parent where passes_done <> passes_wanted) as unfinished,
    (select count(*) from work) as work`)
  return rows[0]
}
