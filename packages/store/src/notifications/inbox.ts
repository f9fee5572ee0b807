/** A user's inbox: deliveries of the channel `inbox`, under the same ids. Users are known by their e-mail, in lower case. */
import type { WatcherEvent } from '@cairn/contract'
import type { NotificationFacts } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'

export interface InboxOwner {
  readonly tenantId: string
  readonly userEmail: string
}

export interface InboxRecord {
  readonly id: string
  readonly event: WatcherEvent
  readonly facts: NotificationFacts
  readonly createdAt: Date
  readonly readAt: Date | null
}

export interface InboxPageRecord extends Page<InboxRecord> {
  /** On all pages. */
  readonly unread: number
}

/** Newest first. Index: inbox_entry (tenant_id, user_email, created_at desc). */
export async function listInbox(
  db: Db,
  owner: InboxOwner,
  filter: { readonly unread?: boolean | undefined },
  page: PageRequest,
): Promise<InboxPageRecord> {
  const isWanted = filter.unread === undefined ? sql`true` : sql`(entry.read_at is null) = ${filter.unread}`
  const [items, counted] = await Promise.all([
    sql<InboxRecord>`
      select entry.delivery_id as id, delivery.event, notification.facts, entry.created_at as "createdAt",
        entry.read_at as "readAt"
      from inbox_entry as entry
      join delivery on delivery.id = entry.delivery_id
      join notification on notification.id = delivery.notification_id
      where entry.tenant_id = ${owner.tenantId} and entry.user_email = ${owner.userEmail.toLowerCase()} and ${isWanted}
      order by entry.created_at desc, entry.delivery_id
      limit ${page.pageSize} offset ${pageOffset(page)}`.execute(db),
    sql<{ total: number; unread: number }>`
      select count(*) filter (where ${isWanted}) as total, count(*) filter (where entry.read_at is null) as unread
      from inbox_entry as entry
      where entry.tenant_id = ${owner.tenantId} and entry.user_email = ${owner.userEmail.toLowerCase()}`.execute(db),
  ])
  const [counts] = counted.rows
  return { items: items.rows, total: counts?.total ?? 0, unread: counts?.unread ?? 0 }
}

/** Marks one entry as read; one that is stays as it is. False = the user has no such entry. */
export async function markInboxEntryRead(db: Db, owner: InboxOwner, id: string): Promise<boolean> {
  const { rows } = await sql`
    update inbox_entry set read_at = coalesce(read_at, now())
    where delivery_id = ${id} and tenant_id = ${owner.tenantId} and user_email = ${owner.userEmail.toLowerCase()}
    returning 1`.execute(db)
  return rows.length === 1
}

/** Marks everything as read that came until then. */
export async function markInboxRead(db: Db, owner: InboxOwner): Promise<void> {
  await sql`
    update inbox_entry set read_at = now()
    where tenant_id = ${owner.tenantId} and user_email = ${owner.userEmail.toLowerCase()} and read_at is null`.execute(
    db,
  )
}
