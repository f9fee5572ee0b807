import type { DeliveryAttempt, DeliveryDetails } from '@cairn/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button } from '../../components/button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { durationText } from '../../format/time.ts'
import { useClient } from '../../session/client-context.ts'
import { workflowQuery } from '../workflows/workflow-queries.ts'
import { eventWords } from './event-words.ts'
import { deliveryQuery } from './notification-queries.ts'

const columns: readonly Column<DeliveryAttempt>[] = [
  { id: 'attempt', label: 'Attempt', cell: ({ attempt }) => attempt },
  { id: 'at', label: 'When', cell: ({ startedAt }) => <Moment at={startedAt} /> },
  {
    id: 'took',
    label: 'Took',
    from: 'sm',
    cell: ({ duration }) => (duration === null ? 'under way' : durationText(duration)),
  },
  { id: 'answer', label: 'Answer', cell: ({ answer }) => answer ?? '–' },
  {
    id: 'error',
    label: 'Error',
    cell: ({ error }) => <span className="[overflow-wrap:anywhere]">{error ?? '–'}</span>,
  },
]

function WorkflowLink({ workflowId }: { readonly workflowId: number }): ReactElement {
  const { data } = useQuery(workflowQuery(useClient(), workflowId))
  return (
    <Link to="/workflows/$workflowId" params={{ workflowId }} className="text-accent hover:underline">
      {data?.name ?? workflowId}
    </Link>
  )
}

function About({ delivery }: { readonly delivery: DeliveryDetails }): ReactElement {
  const { workflowId, executionId, event, channel, watcherName, nextAttemptAt, deliveredAt } = delivery
  return (
    <Facts
      entries={[
        ['Told of', eventWords[event].label],
        ['By', channel],
        ['Watcher', watcherName ?? '–'],
        ['Workflow', <WorkflowLink key="workflow" workflowId={workflowId} />],
        [
          'Run',
          executionId === null ? (
            '–'
          ) : (
            <Link
              key="run"
              to="/workflows/$workflowId/runs/$executionId"
              params={{ workflowId, executionId }}
              className="text-accent hover:underline"
            >
              {executionId.slice(-8)}
            </Link>
          ),
        ],
        deliveredAt === null
          ? ['Next attempt', <Moment key="next" at={nextAttemptAt} />]
          : ['Delivered', <Moment key="delivered" at={deliveredAt} />],
      ]}
    />
  )
}

function History({ delivery }: { readonly delivery: DeliveryDetails }): ReactElement {
  return (
    <>
      <About delivery={delivery} />
      <Panel title="Attempts">
        {delivery.history.length === 0 ? (
          <p className="text-faint">It was not tried yet.</p>
        ) : (
          <DataTable
            name="Attempts"
            columns={columns}
            rows={delivery.history.toReversed()}
            rowKey={({ attempt }) => String(attempt)}
          />
        )}
      </Panel>
    </>
  )
}

export function DeliveryPage(): ReactElement {
  const { deliveryId } = useParams({ from: '/notifications/deliveries/$deliveryId' })
  const client = useClient()
  const queries = useQueryClient()
  const reading = useQuery(deliveryQuery(client, deliveryId))
  const again = useMutation({
    mutationFn: () => client.notifications.redeliver(deliveryId),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['delivery'] }),
  })
  const { data } = reading
  return (
    <>
      <PageHeader
        title={data === undefined ? 'Delivery' : `To ${data.target}`}
        crumbs={[{ label: 'Deliveries', link: { to: '/notifications', search: { tab: 'deliveries' } } }]}
        badge={data === undefined ? null : <StatusBadge status={data.status} isPill />}
      >
        {data === undefined || data.channel === 'inbox' ? null : (
          <Button needs="run" icon={RotateCw} isBusy={again.isPending} onClick={() => again.mutate()}>
            Deliver again
          </Button>
        )}
        <SnippetButton
          snippets={{
            api: `GET /notifications/api/v1/deliveries/${deliveryId}`,
            cli: `cairn deliveries describe ${deliveryId}`,
            sdk: `const { history } = await client.notifications.describeDelivery('${deliveryId}')`,
          }}
        />
      </PageHeader>
      {again.error === null ? null : <ErrorNote error={again.error} className="mb-4" />}
      <Reading of={reading}>{(delivery) => <History delivery={delivery} />}</Reading>
    </>
  )
}
