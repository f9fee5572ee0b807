/** The administrator's side of the server that warehouses are on. */
import { setTimeout as pause } from 'node:timers/promises'
import { Client, Pool } from 'pg'

/** A session's process on the server: the pid alone may be another's later. */
export interface WarehouseBackend {
  readonly pid: number
  /** Microseconds since 1970. */
  readonly startedAt: number
}

const startedAt = `(extract(epoch from backend_start) * 1000000)::bigint`
const endPollMs = 20

/** Few connections, closed when idle. */
export class WarehouseServer {
  readonly #url: string
  readonly #pool: Pool

  constructor(url: string, onError: (error: unknown) => void) {
    this.#url = url
    this.#pool = new Pool({
      connectionString: url,
      max: 3,
      idleTimeoutMillis: 10_000,
      connectionTimeoutMillis: 10_000,
      application_name: 'cairn-warehouses',
      keepAlive: true,
    })
    this.#pool.on('error', onError)
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  async query<R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    const { rows } = await this.#pool.query<R>(text, [...values])
    return rows
  }

  /** The administrator's own session in another database. */
  async runIn(database: string, statement: string): Promise<void> {
    const client = new Client({ connectionString: withLogin(this.#url, { database }), connectionTimeoutMillis: 10_000 })
    client.on('error', () => undefined)
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }

  /** The address of a tenant's role and database on this server. */
  urlFor(login: { readonly user: string; readonly password: string; readonly database: string }): string {
    return withLogin(this.#url, login)
  }

  async findBackend(pid: number, role: string): Promise<WarehouseBackend | null> {
    const rows = await this.query<{ pid: number; startedAt: string }>(
      `select pid, ${startedAt} as "startedAt" from pg_stat_activity where pid = $1 and usename = $2`,
      [pid, role],
    )
    const [row] = rows
    return row === undefined ? null : { pid: row.pid, startedAt: Number(row.startedAt) }
  }

  /** Asks the running statement to end; the session may go on. */
  async cancel(backend: WarehouseBackend): Promise<void> {
    await this.#signal('pg_cancel_backend', backend)
  }

  /** Resolves when the session is verified gone, and with it what it had not committed. Rejects when `signal` aborts. */
  async end(backend: WarehouseBackend, signal: AbortSignal): Promise<void> {
    while (await this.#signal('pg_terminate_backend', backend)) {
      await pause(endPollMs, undefined, { signal })
    }
  }

  /** False = the session is gone. */
  async #signal(how: 'pg_cancel_backend' | 'pg_terminate_backend', backend: WarehouseBackend): Promise<boolean> {
    const rows = await this.query(`select ${how}(pid) from pg_stat_activity where pid = $1 and ${startedAt} = $2`, [
      backend.pid,
      backend.startedAt,
    ])
    return rows.length > 0
  }
}

function withLogin(
  serverUrl: string,
  login: { readonly database: string; readonly user?: string; readonly password?: string },
): string {
  const url = new URL(serverUrl)
  url.pathname = `/${encodeURIComponent(login.database)}`
  if (login.user !== undefined) url.username = encodeURIComponent(login.user)
  if (login.password !== undefined) url.password = encodeURIComponent(login.password)
  url.searchParams.delete('options')
  return url.href
}
