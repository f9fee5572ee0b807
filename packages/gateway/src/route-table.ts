/**
 * The gateway's own copy of the routes.
 *
 * Always true: the table is replaced as a whole, never changed in place, and a failed read leaves the last one, so that
 * services are served while the database is away. It is read again on a hint, and every few seconds in any case.
 */
import type { Logger } from '@cairn/domain'
import { type Database, type Hints, readServiceRoutes, type ServiceRoute } from '@cairn/store'

/** Where routes come from. */
export interface RouteSource {
  read(): Promise<readonly ServiceRoute[]>
  /** Calls `listener` when routes may have changed. Answers the way to unsubscribe. */
  subscribe(listener: () => void): () => void
}

export interface RouteTable {
  /** False until the first read succeeded: then an unknown host may only be unknown so far. */
  readonly isLoaded: boolean
  find(tenantName: string, serviceName: string): ServiceRoute | null
  /** By a domain of its own, in the letters of DNS. */
  findByDomain(domain: string): ServiceRoute | null
  findById(serviceId: string): ServiceRoute | null
  all(): Iterable<ServiceRoute>
  /** Calls `listener` after the table was replaced. Answers the way to unsubscribe. */
  subscribe(listener: () => void): () => void
  /** Reads the routes now; resolves when a read that began after the call has ended, well or not. */
  refresh(): Promise<void>
  close(): void
}

export interface RouteTableOptions {
  readonly source: RouteSource
  readonly logger: Logger
  /** Milliseconds between two reads that no hint asked for. 5,000 by default. */
  readonly pollMs?: number
}

export function databaseRoutes(database: Database, hints: Hints): RouteSource {
  return {
    read: () => readServiceRoutes(database.db),
    subscribe: (listener) => hints.subscribe('routes', listener),
  }
}

/** Begins to read at once; resolves never wait for the first read (`refresh` does). */
export function createRouteTable(options: RouteTableOptions): RouteTable {
  const table = new PolledRouteTable(options)
  void table.refresh()
  return table
}

const keyOf = (tenant: string, serviceName: string): string => `${tenant}/${serviceName}`

class PolledRouteTable implements RouteTable {
  readonly #options: Required<RouteTableOptions>
  readonly #listeners = new Set<() => void>()
  readonly #unsubscribe: () => void
  #byName: ReadonlyMap<string, ServiceRoute> = new Map()
  #byDomain: ReadonlyMap<string, ServiceRoute> = new Map()
  #byId: ReadonlyMap<string, ServiceRoute> = new Map()
  #isLoaded = false
  #isClosed = false
  #timer: NodeJS.Timeout | null = null
  #reading: Promise<void> | null = null
  /** A read that is asked for while one is under way, which may have looked too early. */
  #next: Promise<void> | null = null

  constructor(options: RouteTableOptions) {
    this.#options = { pollMs: 5_000, ...options }
    this.#unsubscribe = options.source.subscribe(() => void this.refresh())
  }

  get isLoaded(): boolean {
    return this.#isLoaded
  }

  find(tenantName: string, serviceName: string): ServiceRoute | null {
    return this.#byName.get(keyOf(tenantName, serviceName)) ?? null
  }

  findByDomain(domain: string): ServiceRoute | null {
    return this.#byDomain.get(domain) ?? null
  }

  findById(serviceId: string): ServiceRoute | null {
    return this.#byId.get(serviceId) ?? null
  }

  all(): Iterable<ServiceRoute> {
    return this.#byId.values()
  }

  subscribe(listener: () => void): () => void {
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  refresh(): Promise<void> {
    if (this.#reading === null) {
      this.#reading = this.#read().finally(() => {
        this.#reading = null
      })
      return this.#reading
    }
    this.#next ??= this.#reading.then(() => {
      this.#next = null
      return this.refresh()
    })
    return this.#next
  }

  close(): void {
    this.#isClosed = true
    this.#unsubscribe()
    this.#listeners.clear()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  async #read(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    try {
      const routes = await this.#options.source.read()
      if (this.#isClosed) return
      this.#byName = new Map(routes.map((route) => [keyOf(route.tenantName, route.serviceName), route]))
      this.#byDomain = new Map(routes.flatMap((route) => route.domains.map((domain) => [domain, route] as const)))
      this.#byId = new Map(routes.map((route) => [route.serviceId, route]))
      this.#isLoaded = true
      for (const listener of this.#listeners) listener()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'routes could not be read; the last ones stay in use')
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.refresh(), this.#options.pollMs).unref()
  }
}
