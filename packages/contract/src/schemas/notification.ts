import { type Static, Type } from 'typebox'
import { deliveryChannels, deliveryStatuses, watcherEvents } from '../statuses.ts'
import { NumericId, Timestamp, Uuid, filterOf, nullable } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

export const WatcherParams = Type.Object({
  workflowId: NumericId,
  /** Place in the workflow's list, from 0. */
  watcherIndex: Type.Integer({ minimum: 0, maximum: 63 }),
})

export const DeliveryParams = Type.Object({ deliveryId: Uuid })
export const InboxEntryParams = Type.Object({ entryId: Uuid })

export const ListDeliveriesQuery = Type.Object({
  ...pageQuery,
  workflowId: Type.Optional(NumericId),
  executionId: Type.Optional(Uuid),
  status: Type.Optional(filterOf(deliveryStatuses)),
  channel: Type.Optional(filterOf(deliveryChannels)),
  event: Type.Optional(filterOf(watcherEvents)),
})
export type ListDeliveriesQuery = Static<typeof ListDeliveriesQuery>

/**
 * How one recipient is told of one thing. `target` is an e-mail address or a URL; `watcher` the watcher's place in the
 * workflow's list, from 0. `lastError` says why the last attempt did not succeed.
 */
export const Delivery = Type.Object({
  id: Uuid,
  workflowId: Type.Integer(),
  executionId: nullable(Uuid),
  event: Type.Enum(watcherEvents),
  watcher: Type.Integer(),
  watcherName: nullable(Type.String()),
  channel: Type.Enum(deliveryChannels),
  target: Type.String(),
  status: Type.Enum(deliveryStatuses),
  attempts: Type.Integer(),
  lastError: nullable(Type.String()),
  nextAttemptAt: nullable(Timestamp),
  createdAt: Timestamp,
  deliveredAt: nullable(Timestamp),
})
export type Delivery = Static<typeof Delivery>

export const DeliveryPage = pageOf({ deliveries: Type.Array(Delivery), deliveriesCount: Type.Integer() })
export type DeliveryPage = Static<typeof DeliveryPage>

/** `answer` is the status of the HTTP or SMTP answer, null when there was none. Without `finishedAt` it is under way. */
export const DeliveryAttempt = Type.Object({
  attempt: Type.Integer(),
  startedAt: Timestamp,
  finishedAt: nullable(Timestamp),
  /** Milliseconds. */
  duration: nullable(Type.Integer()),
  answer: nullable(Type.Integer()),
  error: nullable(Type.String()),
})
export type DeliveryAttempt = Static<typeof DeliveryAttempt>

/** `history` holds the last thousand attempts, oldest first. */
export const DeliveryDetails = Type.Object({ ...Delivery.properties, history: Type.Array(DeliveryAttempt) })
export type DeliveryDetails = Static<typeof DeliveryDetails>

export const WatcherTested = Type.Object({ deliveries: Type.Array(Delivery) })
export type WatcherTested = Static<typeof WatcherTested>

export const ListInboxQuery = Type.Object({ ...pageQuery, unread: Type.Optional(Type.Boolean()) })
export type ListInboxQuery = Static<typeof ListInboxQuery>

/** What the caller's user is told. `title` is one line, `text` all of it. */
export const InboxEntry = Type.Object({
  id: Uuid,
  event: Type.Enum(watcherEvents),
  title: Type.String(),
  text: Type.String(),
  workflowId: Type.Integer(),
  workflowName: Type.String(),
  executionId: nullable(Uuid),
  createdAt: Timestamp,
  readAt: nullable(Timestamp),
})
export type InboxEntry = Static<typeof InboxEntry>

/** `unreadCount` counts all unread entries, whatever the filter. */
export const InboxPage = pageOf({
  entries: Type.Array(InboxEntry),
  entriesCount: Type.Integer(),
  unreadCount: Type.Integer(),
})
export type InboxPage = Static<typeof InboxPage>
