/** A tenant's session on its warehouse: one attempt of a step, one session, which nobody uses again. */
import { Client, type DatabaseError } from 'pg'
import { WireTap, type WireHandlers } from './wire-tap.ts'

/** An error of the server, by its own words. */
export interface SqlError {
  /** SQLSTATE, five characters. */
  readonly state: string
  readonly message: string
  readonly detail: string | null
  readonly hint: string | null
  /** Characters of the text, from 1; null when it has none. */
  readonly position: number | null
}

export type StatementsOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly error: SqlError }
  /** They ended inside a transaction that they began themselves; nothing of it was stored. */
  | { readonly kind: 'open_transaction' }
  /** The session ended meanwhile: nobody knows how far they came. */
  | { readonly kind: 'broken'; readonly reason: string }

export interface WarehouseSession {
  /** Of its process on the server. */
  readonly pid: number
  /**
   * Runs the statements of a text, one after the other, in one transaction unless they say otherwise. Rows are dropped.
   * Not twice at a time.
   */
  readonly run: (text: string, handlers: WireHandlers) => Promise<StatementsOutcome>
  /** Ends the connection; what runs is rolled back soon after. */
  readonly close: () => void
}

export type SessionOpening =
  | { readonly kind: 'open'; readonly session: WarehouseSession }
  /** The role or database is missing, or the password is another. */
  | { readonly kind: 'stale' }
  /** All connections are taken, or the server does not answer now. */
  | { readonly kind: 'away'; readonly reason: string }

/**
 * Every session begins alike, whatever the role has set for itself. The server notices within two seconds that this side
 * is gone, also while a statement runs.
 */
const sessionSettings = [
  'standard_conforming_strings=on',
  'backslash_quote=safe_encoding',
  'client_connection_check_interval=2000',
  'idle_session_timeout=0',
  'tcp_keepalives_idle=10',
  'tcp_keepalives_interval=5',
  'tcp_keepalives_count=3',
]

export async function openSession(url: string, applicationName: string): Promise<SessionOpening> {
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: sessionSettings.map((setting) => `-c ${setting}`).join(' '),
  })
  const session = new TappedSession(client)
  try {
    await client.connect()
    session.tap()
    return { kind: 'open', session }
  } catch (error) {
    session.close()
    return openingOf(error)
  }
}

const staleStates = new Set(['28P01', '28000', '3D000', '42501'])

function openingOf(error: unknown): SessionOpening {
  const state = stateOf(error)
  if (state !== null && staleStates.has(state)) return { kind: 'stale' }
  return { kind: 'away', reason: error instanceof Error ? error.message : String(error) }
}

function stateOf(error: unknown): string | null {
  const state = error instanceof Error && 'code' in error ? error.code : null
  return typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state) && 'severity' in (error as object) ? state : null
}

const noHandlers: WireHandlers = { onNotice: () => undefined, onCommand: () => undefined, onCopyData: () => undefined }

class TappedSession implements WarehouseSession {
  readonly #client: Client
  readonly #broken = Promise.withResolvers<string>()
  #handlers = noHandlers

  constructor(client: Client) {
    this.#client = client
    client.on('error', (error) => this.#broken.resolve(error.message))
    client.on('end', () => this.#broken.resolve('the connection ended'))
  }

  get pid(): number {
    const pid: unknown = Reflect.get(this.#client, 'processID')
    return typeof pid === 'number' ? pid : 0
  }

  /** Puts the tap between the connection and the driver's parser. Call when nothing is under way. */
  tap(): void {
    const { stream } = this.#client.connection
    const parsers = stream.listeners('data')
    stream.removeAllListeners('data')
    const tap = new WireTap((bytes) => parsers.forEach((parse) => Reflect.apply(parse, stream, [bytes])), {
      onNotice: (notice) => this.#handlers.onNotice(notice),
      onCommand: (tag) => this.#handlers.onCommand(tag),
      onCopyData: (bytes) => this.#handlers.onCopyData(bytes),
    })
    const fail = (error: unknown): void => {
      this.#broken.resolve(error instanceof Error ? error.message : String(error))
      this.close()
    }
    stream.on('data', (chunk: Buffer) => {
      try {
        const pending = tap.take(chunk)
        if (pending === null) return
        stream.pause()
        pending.then(() => stream.resume(), fail)
      } catch (error) {
        fail(error)
      }
    })
  }

  readonly run = async (text: string, handlers: WireHandlers): Promise<StatementsOutcome> => {
    this.#handlers = handlers
    const broken = this.#broken.promise.then((reason): StatementsOutcome => ({ kind: 'broken', reason }))
    const outcome = await Promise.race([this.#query(text), broken])
    this.#handlers = noHandlers
    return outcome
  }

  async #query(text: string): Promise<StatementsOutcome> {
    try {
      await this.#client.query(text)
    } catch (error) {
      const state = stateOf(error)
      const words = error instanceof Error ? error.message : String(error)
      if (state === null || /^(08|57P)/.test(state)) return { kind: 'broken', reason: words }
      return { kind: 'refused', error: sqlErrorOf(error as DatabaseError, state) }
    }
    return this.#client.getTransactionStatus() === 'I' ? { kind: 'done' } : { kind: 'open_transaction' }
  }

  readonly close = (): void => {
    // Not the driver's `end`, which waits for what runs.
    this.#client.connection.stream.destroy()
  }
}

function sqlErrorOf(error: DatabaseError, state: string): SqlError {
  const position = Number(error.position)
  return {
    state,
    message: error.message,
    detail: error.detail ?? null,
    hint: error.hint ?? null,
    position: Number.isInteger(position) && position > 0 ? position : null,
  }
}
