import type { Delivery, Watcher, WorkflowDetails } from '@cairn/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Button } from '../../components/button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useToast } from '../../components/toasts.tsx'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { eventWords } from '../notifications/event-words.ts'

const mostDeliveries = 20

/** Who is told, in words. */
function whomOf({ user, webhook, email }: Watcher): string {
  if (user !== undefined) return user
  if (webhook !== undefined) return `${webhook.name}: ${webhook.url}`
  return email?.recipients.to.join(', ') ?? ''
}

function eventsOf({ events }: Watcher): string {
  const { success, fail, runtimeExceeded, missed, recovered } = events
  return [
    ...(success ? ['success'] : []),
    ...(fail ? ['failure'] : []),
    ...(runtimeExceeded === undefined ? [] : [`longer than ${runtimeExceeded} min`]),
    ...(missed ? ['missed'] : []),
    ...(recovered ? ['recovered'] : []),
  ].join(', ')
}

function TestButton({ workflowId, at }: { readonly workflowId: number; readonly at: number }): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const say = useToast()
  const test = useMutation({
    mutationFn: () => client.workflows.testWatcher(workflowId, at),
    onSuccess: async () => {
      say('A test notification is on its way.')
      await queries.invalidateQueries({ queryKey: ['delivery'] })
    },
    onError: (error) => say(error.message, 'bad'),
  })
  return (
    <Button needs="run" isSmall isBusy={test.isPending} onClick={() => test.mutate()}>
      Send a test
    </Button>
  )
}

const deliveryColumns: readonly Column<Delivery>[] = [
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
  {
    id: 'error',
    label: 'Last error',
    from: 'md',
    cell: ({ lastError }) => <span className="line-clamp-2 max-w-sm text-faint">{lastError ?? '–'}</span>,
  },
  { id: 'at', label: 'When', cell: ({ createdAt }) => <Moment at={createdAt} /> },
]

/** Who is told of the workflow's runs, and how that went. */
export function Watchers({ workflow: { id, watchers } }: { readonly workflow: WorkflowDetails }): ReactElement {
  const client = useClient()
  const deliveries = useQuery({
    queryKey: ['delivery', 'list', 'workflow', id],
    queryFn: ({ signal }) =>
      client.notifications.listDeliveries({ workflowId: id }, { signal }).all({ limit: mostDeliveries }),
    refetchInterval: refreshMs.resting,
  })
  const columns: readonly Column<readonly [Watcher, number]>[] = [
    {
      id: 'who',
      label: 'Who',
      cell: ([watcher]) => <span className="[overflow-wrap:anywhere]">{whomOf(watcher)}</span>,
    },
    { id: 'of', label: 'Is told of', cell: ([watcher]) => eventsOf(watcher) },
    {
      id: 'actions',
      label: 'Actions',
      isLabelHidden: true,
      align: 'end',
      cell: ([, at]) => <TestButton workflowId={id} at={at} />,
    },
  ]
  return (
    <>
      <Panel title="Watchers">
        {watchers.length === 0 ? (
          <p className="rounded-lg border border-line bg-surface px-4 py-3 text-faint">Nobody is told of its runs.</p>
        ) : (
          <DataTable
            name="Watchers"
            columns={columns}
            rows={watchers.map((watcher, at) => [watcher, at] as const)}
            rowKey={([, at]) => String(at)}
          />
        )}
      </Panel>
      <Panel title="Deliveries">
        <Reading of={deliveries}>
          {(list) =>
            list.length === 0 ? (
              <p className="rounded-lg border border-line bg-surface px-4 py-3 text-faint">Nothing was sent yet.</p>
            ) : (
              <DataTable name="Deliveries" columns={deliveryColumns} rows={list} rowKey={(each) => each.id} />
            )
          }
        </Reading>
      </Panel>
    </>
  )
}
