import type { InboxEntry } from '@cairn/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Inbox as InboxIcon } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { Moment } from '../../components/moment.tsx'
import { Reading } from '../../components/reading.tsx'
import { toneText } from '../../components/status-table.ts'
import { useClient } from '../../session/client-context.ts'
import { eventWords } from './event-words.ts'
import { inboxQuery, mostShown } from './notification-queries.ts'

const sample = `watchers:
  - user: you@example.com
    events:
      fail: true
      recovered: true`

/** Marks entries as read; without an id all of them. */
function useMarkRead() {
  const client = useClient()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (entryId: string | undefined) => client.notifications.markRead(entryId),
    onSettled: () => queries.invalidateQueries({ queryKey: ['inbox'] }),
  })
}

/** Why, if it says so; the rest on demand. */
function Words({ text }: { readonly text: string }): ReactElement {
  const reason = text.split('\n').find((line) => line.startsWith('Reason: '))
  return (
    <div className="mt-0.5 text-faint [overflow-wrap:anywhere]">
      {reason === undefined ? null : <p>{reason.slice('Reason: '.length)}</p>}
      <details className="text-[13px]">
        <summary className="w-fit hover:text-ink">All of it</summary>
        <p className="mt-1 whitespace-pre-wrap">{text}</p>
      </details>
    </div>
  )
}

function Entry({ entry, onRead }: { readonly entry: InboxEntry; readonly onRead: () => void }): ReactElement {
  const { event, title, text, workflowId, executionId, createdAt, readAt } = entry
  const { label, tone, icon: Icon } = eventWords[event]
  const isUnread = readAt === null
  const follow = isUnread ? onRead : undefined
  return (
    <li className="flex gap-3 px-4 py-3">
      <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${toneText[tone]}`} />
      <div className="min-w-0 flex-1">
        <p className={`[overflow-wrap:anywhere] ${isUnread ? 'font-semibold' : ''}`}>
          <span className="sr-only">
            {label}
            {isUnread ? ', unread' : ''}:{' '}
          </span>
          {executionId === null ? (
            <Link
              to="/workflows/$workflowId"
              params={{ workflowId }}
              {...(follow && { onClick: follow })}
              className="hover:underline"
            >
              {title}
            </Link>
          ) : (
            <Link
              to="/workflows/$workflowId/runs/$executionId"
              params={{ workflowId, executionId }}
              {...(follow && { onClick: follow })}
              className="hover:underline"
            >
              {title}
            </Link>
          )}
        </p>
        <Words text={text} />
      </div>
      <div className="flex shrink-0 flex-col items-end gap-1 text-[13px] text-faint">
        <Moment at={createdAt} />
        {isUnread ? (
          <Button isSmall tone="quiet" onClick={onRead}>
            Mark as read
          </Button>
        ) : null}
      </div>
    </li>
  )
}

/** What the user was told, newest first. */
export function Inbox({
  isUnreadOnly,
  onFilter,
}: {
  readonly isUnreadOnly: boolean
  readonly onFilter: (isUnreadOnly: boolean) => void
}): ReactElement {
  const reading = useQuery(inboxQuery(useClient(), isUnreadOnly))
  const mark = useMarkRead()
  const { entriesCount = 0, unreadCount = 0 } = reading.data ?? {}
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={isUnreadOnly} onChange={({ target }) => onFilter(target.checked)} />
          Unread only
        </label>
        {unreadCount === 0 ? null : (
          <Button isSmall isBusy={mark.isPending} onClick={() => mark.mutate(undefined)}>
            Mark all as read
          </Button>
        )}
        {entriesCount > mostShown ? <span className="text-faint">The newest {mostShown} are shown.</span> : null}
      </div>
      {mark.error === null ? null : <ErrorNote error={mark.error} className="mb-3" />}
      <Reading of={reading}>
        {(page) =>
          page === null || page.entries.length === 0 ? (
            <EmptyState
              icon={InboxIcon}
              title={isUnreadOnly ? 'Nothing unread' : 'Nothing here yet'}
              text="A workflow tells you here how its runs ended, once one of its watchers names you."
              {...(!isUnreadOnly && { sample: { fileName: 'in the file of a workflow', content: sample } })}
            />
          ) : (
            <ul aria-label="Inbox" className="divide-y divide-line rounded-lg border border-line bg-surface">
              {page.entries.map((entry) => (
                <Entry key={entry.id} entry={entry} onRead={() => mark.mutate(entry.id)} />
              ))}
            </ul>
          )
        }
      </Reading>
    </>
  )
}
