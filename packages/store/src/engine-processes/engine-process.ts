/**
 * The registry of engine processes, and the fence around what they own.
 *
 * Always true: a row with `alive` belongs to one process, and `alive` goes from true to false once. A transaction that
 * writes for a process calls `holdEngineProcess` first and writes only if that answers true; it keeps the row FOR KEY
 * SHARE until it commits. `declareDeadProcesses` takes the rows FOR UPDATE, which waits for no such transaction (it
 * skips those rows) and lets no later one in. So no write of a process can commit after it was declared dead.
 *
 * KEY SHARE and not SHARE, because renewing the lease must never queue behind a process's own writes.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { Db, Tx } from '../database/database.ts'

/**
 * Registers this process under a fresh id, with a lease of `leaseMs` milliseconds from now.
 *
 * @returns the id, which fences all that the process will own
 */
export async function registerEngineProcess(db: Db, options: { readonly leaseMs: number }): Promise<string> {
  const id = randomUUID()
  await sql`
    insert into engine_process (id, host, pid, lease_until)
    values (${id}, ${hostname()}, ${process.pid}, now() + ${options.leaseMs}::float8 * interval '1 millisecond')`.execute(
    db,
  )
  return id
}

/**
 * Extends the lease to `leaseMs` milliseconds from now. False = the process was declared dead: it must stop what it does
 * for its id and register anew. Locks: the own row, for this statement. Index: primary key.
 */
export async function renewEngineProcess(db: Db, id: string, leaseMs: number): Promise<boolean> {
  const { rows } = await sql`
    update engine_process set lease_until = now() + ${leaseMs}::float8 * interval '1 millisecond'
    where id = ${id}::uuid and alive
    returning 1`.execute(db)
  return rows.length === 1
}

/**
 * Keeps the process alive for the rest of the transaction. False = it was declared dead: write nothing.
 * Locks: the own row, FOR KEY SHARE, before any other row. Index: primary key.
 */
export async function holdEngineProcess(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`select 1 from engine_process where id = ${id}::uuid and alive for key share`.execute(tx)
  return rows.length === 1
}

/**
 * Declares dead every process whose lease has run out and that is not writing at this moment.
 * Locks: their rows, FOR UPDATE SKIP LOCKED; waits for none.
 *
 * @returns the ids of those that died by this call
 */
export async function declareDeadProcesses(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with expired as (
      select id from engine_process where alive and lease_until < now() for update skip locked
    )
    update engine_process set alive = false from expired
    where engine_process.id = expired.id
    returning engine_process.id`.execute(tx)
  return rows.map((row) => row.id)
}

/** Says goodbye at a clean stop, so that others take over at once. The id is of no use afterwards. */
export async function resignEngineProcess(db: Db, id: string): Promise<void> {
  await sql`update engine_process set alive = false where id = ${id}::uuid and alive`.execute(db)
}
