import { sql } from 'kysely'
import type { Db } from './database.ts'

export type DatabaseStatus =
  | { readonly kind: 'up'; readonly roundTripMs: number }
  | { readonly kind: 'down'; readonly reason: string }

/**
 * Whether the database answers and takes writes, for readiness.
 *
 * @param timeoutMs after which silence counts as down; 2 s by default
 */
export async function pingDatabase(db: Db, timeoutMs = 2000): Promise<DatabaseStatus> {
  const started = performance.now()
  const { promise: late, resolve: giveUp } = Promise.withResolvers<DatabaseStatus>()
  const timer = setTimeout(() => giveUp({ kind: 'down', reason: `no answer within ${timeoutMs} ms` }), timeoutMs)
  try {
    return await Promise.race([askDatabase(db, started), late])
  } finally {
    clearTimeout(timer)
  }
}

async function askDatabase(db: Db, started: number): Promise<DatabaseStatus> {
  try {
    const { rows } = await sql<{ replica: boolean }>`select pg_is_in_recovery() as replica`.execute(db)
    if (rows[0]?.replica === true) return { kind: 'down', reason: 'the database is a read-only replica' }
    return { kind: 'up', roundTripMs: performance.now() - started }
  } catch (error) {
    return { kind: 'down', reason: error instanceof Error ? error.message : String(error) }
  }
}
