import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely'
import { type CustomTypesConfig, Pool, type PoolClient, types } from 'pg'
import type { Schema } from '../schema.ts'
import type { Database } from './database.ts'
import { nameOfPrepared } from './prepared.ts'

export interface DatabaseOptions {
  /** `postgres://…`; a `host` query parameter may name a socket directory. */
  readonly url: string
  readonly maxConnections: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  /** Told of connections that break while idle. The pool replaces them by itself. */
  readonly onError: (error: unknown) => void
}

/** The type `bigint[]`, which the driver's own list of types leaves out. */
const arraysOfInt8: ReadonlySet<number> = new Set([1016])

/** bigint comes back as a number: ids, sizes and counts stay below 2^53. */
export const columnTypes: CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (format === 'binary') return types.getTypeParser(oid, 'binary')
    if (oid === types.builtins.INT8) return Number
    const parse: (text: string) => unknown = types.getTypeParser(oid, 'text')
    if (arraysOfInt8.has(oid)) return (text: string) => asNumbers(parse(text))
    return parse
  },
}

const asNumbers = (values: unknown): unknown =>
  Array.isArray(values) ? values.map((value: unknown) => (value === null ? null : Number(value))) : values

/** A peer that vanished without a word is noticed in about 25 s, so that it cannot hold row locks for hours. */
const sessionSettings = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3'

/** The pool hangs its whole client on an error of one, with the password and the key of its session: nothing for a log. */
function withoutClient(error: Error): Error {
  Reflect.deleteProperty(error, 'client')
  return error
}

/**
 * Opens a pool. Connections are made when they are first needed, so a wrong address shows at the first query.
 *
 * @example
 * const database = openDatabase({ url, maxConnections: 10, applicationName: 'cairn-api', onError: log })
 */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new Pool({
    connectionString: options.url,
    max: options.maxConnections,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    options: sessionSettings,
    types: columnTypes,
  })
  pool.on('error', (error) => options.onError(withoutClient(error)))
  // A connection that breaks while it is lent out shows in its next query; the event alone must not end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: refusingSilentRollbacks(pool) }) })
  return {
    db,
    pool,
    transaction: (work) => db.transaction().execute(work),
    close: async () => {
      await db.destroy()
      await pool.end()
    },
  }
}

/** PostgreSQL answers `commit` of a failed transaction with success and the tag ROLLBACK; that must not pass for a commit. */
function refusingSilentRollbacks(pool: Pool): PostgresPool {
  const wrapped = new WeakMap<PoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    // Kysely ends only a pool that it has used; `close` ends it in any case.
    end: () => Promise.resolve(),
    async connect() {
      const client = await pool.connect()
      const known = wrapped.get(client) ?? checked(client)
      wrapped.set(client, known)
      return known
    },
  }
}

function checked(client: PoolClient): PostgresPoolClient {
  function query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query<R>(
    text: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new Error('cursors are not enabled')
    return run<R>(client, text, parameters)
  }
  return { query, release: (destroy) => client.release(destroy) }
}

async function run<R>(
  client: PoolClient,
  text: string,
  parameters: readonly unknown[],
): Promise<PostgresQueryResult<R>> {
  const name = nameOfPrepared(text)
  const values = [...parameters]
  const result = await client.query(name === null ? { text, values } : { name, text, values })
  if (text === 'commit' && result.command !== 'COMMIT') {
    throw new Error('the transaction was rolled back: one of its statements had failed and the failure was swallowed')
  }
  // Kysely lists only the commands that it looks at.
  const command = result.command as PostgresQueryResult<R>['command']
  return { command, rowCount: result.rowCount ?? 0, rows: result.rows }
}
