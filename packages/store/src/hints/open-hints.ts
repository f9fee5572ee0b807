/**
 * Hints over LISTEN/NOTIFY, on one connection of their own.
 *
 * NOTIFY takes a lock of the whole database server until its transaction ends, so it never stands in a transaction that
 * writes: a few milliseconds of hints become one statement here, after the commits they speak of. Listeners of this
 * process are called without the detour. While the connection is down hints to others are dropped, not kept: pollers do
 * not need them, and when it is back every listener is called once, as anything may have happened meanwhile.
 *
 * `#state` moves: connecting → listening → waiting → connecting …, and from anywhere to closed.
 */
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { type Hints, type HintTopic, hintTopics } from './hints.ts'

export interface HintsOptions {
  readonly url: string
  readonly applicationName: string
  /** Told when the connection breaks or cannot be made; the next try follows by itself. */
  readonly onError: (error: unknown) => void
}

const channel = 'cairn_hint'
const debounceMs = 2
const firstRetryMs = 100
const lastRetryMs = 5000

/** Connects in the background; usable at once. */
export function openHints(options: HintsOptions): Hints {
  const hints = new PostgresHints(options)
  return {
    notify: (topic) => hints.notify(topic),
    subscribe: (topic, listener) => hints.subscribe(topic, listener),
    close: () => hints.close(),
  }
}

type State =
  | { readonly kind: 'connecting'; readonly client: Client }
  | { readonly kind: 'listening'; readonly client: Client }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'closed' }

class PostgresHints {
  readonly #options: HintsOptions
  /** Tells our own notifications, which come back to us, from those of others. */
  readonly #sender = randomUUID()
  readonly #listeners = new Map<HintTopic, Set<() => void>>(hintTopics.map((topic) => [topic, new Set()]))
  readonly #pending = new Set<HintTopic>()
  #sendTimer: NodeJS.Timeout | null = null
  #sending: Promise<void> | null = null
  #retryMs = firstRetryMs
  #connectedBefore = false
  #state: State

  constructor(options: HintsOptions) {
    this.#options = options
    this.#state = this.#connect()
  }

  notify(topic: HintTopic): void {
    if (this.#state.kind === 'closed') return
    this.#pending.add(topic)
    this.#scheduleSend()
  }

  subscribe(topic: HintTopic, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic)
    // One registration per call, also when the same function is given twice.
    const own = (): void => listener()
    listeners?.add(own)
    return () => listeners?.delete(own)
  }

  async close(): Promise<void> {
    if (this.#sendTimer !== null) clearTimeout(this.#sendTimer)
    this.#sendTimer = null
    await this.#sending
    if (this.#pending.size > 0) await this.#send()
    const last = this.#state
    this.#state = { kind: 'closed' }
    for (const listeners of this.#listeners.values()) listeners.clear()
    if (last.kind === 'waiting') clearTimeout(last.timer)
    if (last.kind === 'connecting' || last.kind === 'listening') await last.client.end().catch(() => undefined)
  }

  #scheduleSend(): void {
    if (this.#sendTimer !== null || this.#sending !== null) return
    this.#sendTimer = setTimeout(() => {
      this.#sendTimer = null
      this.#sending = this.#send().finally(() => {
        this.#sending = null
        if (this.#pending.size > 0 && this.#state.kind !== 'closed') this.#scheduleSend()
      })
    }, debounceMs)
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    const topics = [...this.#pending]
    this.#pending.clear()
    for (const topic of topics) this.#call(topic)
    if (this.#state.kind !== 'listening') return
    const { client } = this.#state
    try {
      await client.query('select pg_notify($1, $2)', [channel, `${this.#sender} ${topics.join(',')}`])
    } catch (error) {
      this.#lost(client, error)
    }
  }

  #call(topic: HintTopic): void {
    for (const listener of this.#listeners.get(topic) ?? []) {
      try {
        listener()
      } catch (error) {
        this.#options.onError(error)
      }
    }
  }

  #connect(): State {
    const client = new Client({
      connectionString: this.#options.url,
      application_name: this.#options.applicationName,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    })
    client.on('notification', (message) => this.#receive(message.payload ?? ''))
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('the connection for hints was closed')))
    this.#listen(client).catch((error: unknown) => this.#lost(client, error))
    return { kind: 'connecting', client }
  }

  async #listen(client: Client): Promise<void> {
    await client.connect()
    await client.query(`listen ${channel}`)
    if (this.#state.kind !== 'connecting' || this.#state.client !== client) return
    this.#state = { kind: 'listening', client }
    this.#retryMs = firstRetryMs
    if (this.#connectedBefore) for (const topic of hintTopics) this.#call(topic)
    this.#connectedBefore = true
  }

  /** Only the current connection counts; the same loss may be told by several events. */
  #lost(client: Client, error: unknown): void {
    if (this.#state.kind !== 'connecting' && this.#state.kind !== 'listening') return
    if (this.#state.client !== client) return
    const timer = setTimeout(
      () => {
        this.#state = this.#connect()
      },
      this.#retryMs * (0.5 + Math.random() / 2),
    ).unref()
    this.#state = { kind: 'waiting', timer }
    this.#retryMs = Math.min(this.#retryMs * 2, lastRetryMs)
    this.#options.onError(error)
    client.end().catch(() => undefined)
  }

  #receive(payload: string): void {
    const [sender, topics = ''] = payload.split(' ')
    if (sender === this.#sender) return
    const named = new Set(topics.split(','))
    for (const topic of hintTopics) if (named.has(topic)) this.#call(topic)
  }
}
