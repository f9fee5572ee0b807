/** What the page of notifications keeps in the URL. */
export interface NotificationSearch {
  readonly tab?: 'deliveries'
  /** The inbox shows unread entries alone. */
  readonly unread?: true
  /** Of deliveries. */
  readonly status?: string
}

/** For `validateSearch` of the route. */
export function readNotificationSearch(search: Readonly<Record<string, unknown>>): NotificationSearch {
  const { tab, unread, status } = search
  return {
    ...(tab === 'deliveries' && { tab }),
    ...(unread === true && { unread }),
    ...(typeof status === 'string' && status !== '' && { status }),
  }
}
