import type { Delivery, DeliveryStatus } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Send } from 'lucide-react'
import type { ReactElement } from 'react'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Moment } from '../../components/moment.tsx'
import { Reading } from '../../components/reading.tsx'
import { ChoiceField } from '../../components/search-field.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { statusTable } from '../../components/status-table.ts'
import { useClient } from '../../session/client-context.ts'
import { eventWords } from './event-words.ts'
import { deliveryListQuery, mostShown } from './notification-queries.ts'

const columns: readonly Column<Delivery>[] = [
  {
    id: 'to',
    label: 'To',
    cell: ({ id, target }) => (
      <Link
        to="/notifications/deliveries/$deliveryId"
        params={{ deliveryId: id }}
        className="row-link font-medium [overflow-wrap:anywhere] hover:underline"
      >
        {target}
      </Link>
    ),
  },
  { id: 'status', label: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  { id: 'event', label: 'Told of', cell: ({ event }) => eventWords[event].label },
  { id: 'channel', label: 'By', from: 'sm', cell: ({ channel }) => channel },
  { id: 'tries', label: 'Attempts', from: 'md', align: 'end', cell: ({ attempts }) => attempts },
  {
    id: 'error',
    label: 'Last error',
    from: 'lg',
    cell: ({ lastError }) => <span className="line-clamp-2 max-w-sm text-faint">{lastError ?? '–'}</span>,
  },
  { id: 'at', label: 'When', cell: ({ createdAt }) => <Moment at={createdAt} /> },
]

const statuses: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed']
const choices = [['', 'Any status'], ...statuses.map((each) => [each, statusTable[each].label] as const)] as const

function toStatus(text: string): DeliveryStatus | null {
  return statuses.find((each) => each === text) ?? null
}

/** What was sent to watchers, newest first. */
export function Deliveries({
  status,
  onFilter,
}: {
  readonly status: string
  readonly onFilter: (status: string) => void
}): ReactElement {
  const reading = useQuery(deliveryListQuery(useClient(), toStatus(status)))
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <ChoiceField label="Status" value={toStatus(status) ?? ''} choices={choices} onChange={onFilter} />
        {reading.data?.length === mostShown ? (
          <span className="text-faint">The newest {mostShown} are shown.</span>
        ) : null}
      </div>
      <Reading of={reading}>
        {(deliveries) =>
          deliveries.length > 0 ? (
            <DataTable name="Deliveries" columns={columns} rows={deliveries} rowKey={({ id }) => id} />
          ) : status === '' ? (
            <EmptyState
              icon={Send}
              title="Nothing was sent yet"
              text="Each mail and each call that a watcher asks for is listed here, with every attempt and what came back."
              command="cairn deliveries list"
            />
          ) : (
            <p className="py-8 text-center text-faint">No delivery is like that.</p>
          )
        }
      </Reading>
    </>
  )
}
