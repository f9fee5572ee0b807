import type {
  Delivery,
  DeliveryDetails,
  DeliveryPage,
  InboxEntry,
  InboxPage,
  ListDeliveriesQuery,
  ListInboxQuery,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/** What watchers were told, and the inbox of the token's user. Got from `createClient().notifications`. */
export class Notifications {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Lists deliveries, newest first.
   *
   * @example
   * for await (const { target, lastError } of client.notifications.listDeliveries({ status: ['failed'] }))
   *   console.log(target, lastError)
   */
  listDeliveries(query: ListDeliveriesQuery = {}, options?: CallOptions): List<Delivery, DeliveryPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listDeliveries', { query: { ...query, pageNumber } }, options),
      ({ deliveries }) => deliveries,
    )
  }

  /**
   * Describes a delivery and its attempts.
   *
   * @example
   * const { status, history } = await client.notifications.describeDelivery(id)
   */
  describeDelivery(deliveryId: string, options?: CallOptions): Promise<DeliveryDetails> {
    return this.#transport.call('describeDelivery', { params: { deliveryId } }, options)
  }

  /**
   * Delivers again at once, also what was delivered before.
   *
   * @throws ConflictError when the delivery is an entry of an inbox.
   * @example
   * await client.notifications.redeliver(id)
   */
  redeliver(deliveryId: string, options?: CallOptions): Promise<DeliveryDetails> {
    return this.#transport.call('redeliver', { params: { deliveryId } }, options)
  }

  /**
   * Lists what the token's user was told, newest first. The pages have the number of unread entries.
   *
   * @example
   * const unread = await client.notifications.listInbox({ unread: true }).all()
   */
  listInbox(query: ListInboxQuery = {}, options?: CallOptions): List<InboxEntry, InboxPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listInbox', { query: { ...query, pageNumber } }, options),
      ({ entries }) => entries,
    )
  }

  /**
   * Marks an entry of the inbox as read, or all of them.
   *
   * @example
   * await client.notifications.markRead()
   */
  async markRead(entryId?: string, options?: CallOptions): Promise<void> {
    if (entryId === undefined) await this.#transport.call('markInboxRead', {}, options)
    else await this.#transport.call('markInboxEntryRead', { params: { entryId } }, options)
  }
}
