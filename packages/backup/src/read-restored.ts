/**
 * Reads all of a server that was restored.
 *
 * Always true: its databases hold what tenants made, and this reads them as superuser, so nothing of theirs is ever called:
 * names are looked up in `pg_catalog` alone, and what is read are tables, never views.
 */
import { type Database, openDatabase } from '@cairn/store'

export const openRestored = (url: string): Database =>
  openDatabase({ url, maxConnections: 1, applicationName: 'cairn-proof', onError: () => undefined })

/**
 * Reads every table of every database, also of templates and of databases that take no connections; those take some from
 * then on. What is left of a database whose removal was broken off is passed over.
 *
 * @param restored of the server at `url`
 * @returns rows of all tables
 */
export async function readEveryDatabase(url: string, restored: Database, signal: AbortSignal): Promise<number> {
  const { rows } = await restored.pool.query<{ name: string; quoted: string; isOpen: boolean }>(
    `select datname as name, quote_ident(datname) as quoted, datallowconn as "isOpen" from pg_database
     where datconnlimit <> -2 order by datname`,
  )
  let read = 0
  for (const { name, quoted, isOpen } of rows) {
    signal.throwIfAborted()
    if (!isOpen) await restored.pool.query(`alter database ${quoted} with allow_connections true`)
    const address = new URL(url)
    address.pathname = `/${encodeURIComponent(name)}`
    const database = openRestored(address.href)
    try {
      read += await readEveryTable(database, signal)
    } finally {
      await database.close()
    }
  }
  return read
}

/** No temporary ones, whose files went with their sessions, and no materialized views that have not been filled. */
const tablesOfDatabase = `
  select format('%I.%I', nspname, relname) as name, relkind = 't' as "isOfLargeValues"
  from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  where relkind in ('r', 'm', 't') and relpersistence <> 't' and relispopulated
  order by 1`

/**
 * Every page of every table and of the large values beside it, from the table itself: PostgreSQL checks the checksum of each
 * page that it reads.
 */
async function readEveryTable({ pool }: Database, signal: AbortSignal): Promise<number> {
  const session = await pool.connect()
  try {
    await session.query('set search_path = pg_catalog')
    await session.query('set enable_indexonlyscan = off')
    await session.query('set enable_indexscan = off')
    await session.query('set enable_bitmapscan = off')
    const tables = await session.query<{ name: string; isOfLargeValues: boolean }>(tablesOfDatabase)
    let read = 0
    for (const { name, isOfLargeValues } of tables.rows) {
      signal.throwIfAborted()
      const { rows } = await session.query<{ count: number }>(`select count(*) as count from ${name}`)
      read += isOfLargeValues ? 0 : (rows[0]?.count ?? 0)
    }
    return read
  } finally {
    session.release()
  }
}
