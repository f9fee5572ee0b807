import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { useClient } from '../../session/client-context.ts'
import { inboxQuery } from './notification-queries.ts'

/** How much of the inbox is unread; nothing when none is. */
export function UnreadCount(): ReactElement | null {
  const { data } = useQuery(inboxQuery(useClient(), true))
  const count = data?.unreadCount ?? 0
  if (count === 0) return null
  return (
    <span className="ml-auto rounded-full bg-accent-fill px-1.5 text-[12px] leading-5 text-on-accent tabular-nums">
      {count > 99 ? '99+' : count}
      <span className="sr-only"> unread</span>
    </span>
  )
}
