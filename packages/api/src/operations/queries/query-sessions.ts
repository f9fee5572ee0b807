/**
 * Sessions on warehouses that people wait for.
 *
 * Always true: a tenant has at most `ofTenant` of them, all have at most `inAll`, and nobody waits for a place. The session of
 * a query whose caller goes away, or that outlives its time, is closed.
 */
import { randomUUID } from 'node:crypto'
import { CairnError } from '@cairn/contract'
import type { Warehouses, WarehouseSession } from '@cairn/store'

const most = { ofTenant: 4, inAll: 16 } as const

export class QuerySessions {
  readonly #warehouses: Warehouses
  readonly #open = new Map<string, number>()

  constructor(warehouses: Warehouses) {
    this.#warehouses = warehouses
  }

  /**
   * Does something with a session of its own, and closes it.
   *
   * @throws {CairnError} `rate_limited`, `service_unavailable`
   */
  async use<T>(tenantId: string, gone: AbortSignal, work: (session: WarehouseSession) => Promise<T>): Promise<T> {
    this.#enter(tenantId)
    try {
      return await this.#inSession(tenantId, gone, work)
    } finally {
      this.#leave(tenantId)
    }
  }

  async #inSession<T>(
    tenantId: string,
    gone: AbortSignal,
    work: (session: WarehouseSession) => Promise<T>,
  ): Promise<T> {
    const opened = await this.#warehouses.open(tenantId, `cairn query ${randomUUID()}`)
    if (opened.kind !== 'open') {
      throw new CairnError('service_unavailable', `the warehouse cannot be used now: ${opened.reason}`)
    }
    const { session } = opened
    // The server notices within two seconds, and ends what runs.
    const close = (): void => session.close()
    if (gone.aborted) close()
    gone.addEventListener('abort', close, { once: true })
    try {
      return await work(session)
    } finally {
      gone.removeEventListener('abort', close)
      close()
    }
  }

  #enter(tenantId: string): void {
    const ofTenant = this.#open.get(tenantId) ?? 0
    const inAll = [...this.#open.values()].reduce((sum, count) => sum + count, 0)
    if (ofTenant >= most.ofTenant || inAll >= most.inAll) {
      const whose = ofTenant >= most.ofTenant ? `this tenant runs ${most.ofTenant}` : `there run ${most.inAll}`
      throw new CairnError('rate_limited', `${whose} queries already; try again when one has ended`, {
        retryAfterSeconds: 1,
      })
    }
    this.#open.set(tenantId, ofTenant + 1)
  }

  #leave(tenantId: string): void {
    const left = (this.#open.get(tenantId) ?? 1) - 1
    if (left === 0) this.#open.delete(tenantId)
    else this.#open.set(tenantId, left)
  }
}
