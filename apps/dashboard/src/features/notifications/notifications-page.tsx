import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import type { Snippets } from '../../components/snippet-texts.ts'
import { type Tab, Tabs } from '../../components/tabs.tsx'
import { useClient } from '../../session/client-context.ts'
import { Deliveries } from './deliveries.tsx'
import { Inbox } from './inbox.tsx'
import { inboxQuery } from './notification-queries.ts'
import type { NotificationSearch } from './notification-search.ts'

type Shown = 'inbox' | 'deliveries'

const snippets: Readonly<Record<Shown, Snippets>> = {
  inbox: {
    api: 'GET /notifications/api/v1/inbox?unread=true',
    cli: 'cairn inbox list --unread',
    sdk: 'const unread = await client.notifications.listInbox({ unread: true }).all()',
  },
  deliveries: {
    api: 'GET /notifications/api/v1/deliveries?status=failed',
    cli: 'cairn deliveries list --status failed',
    sdk: "const failed = await client.notifications.listDeliveries({ status: ['failed'] }).all()",
  },
}

export function NotificationsPage(): ReactElement {
  const { tab, unread, status } = useSearch({ from: '/notifications' })
  const navigate = useNavigate()
  const { data } = useQuery(inboxQuery(useClient(), unread === true))
  const shown = tab ?? 'inbox'
  const show = (search: NotificationSearch): void => void navigate({ to: '/notifications', search, replace: true })
  const unreadCount = data?.unreadCount ?? 0
  const tabs: readonly Tab<Shown>[] = [
    { id: 'inbox', label: 'Inbox', ...(unreadCount > 0 && { count: unreadCount }) },
    { id: 'deliveries', label: 'Deliveries' },
  ]
  return (
    <>
      <PageHeader title="Notifications" text="What you were told, and what was sent to the watchers of workflows.">
        <SnippetButton snippets={snippets[shown]} />
      </PageHeader>
      <Tabs
        name="Notifications"
        tabs={tabs}
        selected={shown}
        onSelect={(next) => show(next === 'deliveries' ? { tab: next } : {})}
      >
        {shown === 'inbox' ? (
          <Inbox isUnreadOnly={unread === true} onFilter={(only) => show(only ? { unread: true } : {})} />
        ) : (
          <Deliveries
            status={status ?? ''}
            onFilter={(next) => show({ tab: 'deliveries', ...(next !== '' && { status: next }) })}
          />
        )}
      </Tabs>
    </>
  )
}
