import type { CairnClient, DeliveryStatus } from '@cairn/sdk'
import { queryOptions } from '@tanstack/react-query'
import { refreshMs, refreshOf } from '../../live/refresh.ts'

/** The most that a list shows. */
export const mostShown = 100

export function inboxQuery(client: CairnClient, isUnreadOnly: boolean) {
  return queryOptions({
    queryKey: ['inbox', 'list', isUnreadOnly],
    queryFn: async ({ signal }) => {
      const query = { pageSize: mostShown, ...(isUnreadOnly && { unread: true }) }
      for await (const page of client.notifications.listInbox(query, { signal }).pages()) return page
      return null
    },
    refetchInterval: refreshMs.resting,
  })
}

export function deliveryListQuery(client: CairnClient, status: DeliveryStatus | null) {
  return queryOptions({
    queryKey: ['delivery', 'list', status],
    queryFn: ({ signal }) => {
      const query = { pageSize: mostShown, ...(status !== null && { status: [status] }) }
      return client.notifications.listDeliveries(query, { signal }).all({ limit: mostShown })
    },
    refetchInterval: refreshMs.resting,
  })
}

export function deliveryQuery(client: CairnClient, deliveryId: string) {
  return queryOptions({
    queryKey: ['delivery', deliveryId],
    queryFn: ({ signal }) => client.notifications.describeDelivery(deliveryId, { signal }),
    refetchInterval: ({ state }) => refreshOf(state.data?.status === 'pending'),
  })
}
