import type { Kysely, Transaction } from 'kysely'
import type { Pool } from 'pg'
import type { Schema } from '../schema.ts'

/** For reads and for single statements that need no transaction. A {@link Tx} may be passed where a `Db` is asked for. */
export type Db = Kysely<Schema>

/** A function that takes a `Tx` is one part of the caller's transaction and never commits by itself. */
export type Tx = Transaction<Schema>

/** A pool of connections to one migrated (or to be migrated) database. */
export interface Database {
  readonly db: Db
  /** For the few statements that want a prepared name or a session of their own. */
  readonly pool: Pool
  /**
   * Runs `work` in one transaction (read committed). Resolves only when the commit is durable; rejects, with nothing
   * written, when `work` rejects or when a statement in it failed and the failure was swallowed.
   */
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
  /** Waits for running statements, then closes every connection. */
  readonly close: () => Promise<void>
}
