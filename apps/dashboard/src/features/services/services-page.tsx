import type { ServiceSummary } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Globe } from 'lucide-react'
import type { ReactElement } from 'react'
import { buttonClass } from '../../components/button.tsx'
import type { Column } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ListTable } from '../../components/list-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'

/** No more are read at once. */
const shownAtMost = 500

const columns: readonly Column<ServiceSummary>[] = [
  {
    id: 'name',
    label: 'Name',
    sortBy: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/services/$serviceId" params={{ serviceId: id }} className="row-link font-medium hover:underline">
        {name}
      </Link>
    ),
  },
  {
    id: 'status',
    label: 'Status',
    sortBy: ({ status }) => status,
    cell: ({ status }) => <StatusBadge status={status} />,
  },
  { id: 'state', label: 'State', sortBy: ({ state }) => state, cell: ({ state }) => <StatusBadge status={state} /> },
  {
    id: 'type',
    label: 'Type',
    from: 'md',
    sortBy: ({ serviceType }) => serviceType,
    cell: ({ serviceType }) => serviceType,
  },
  {
    id: 'access',
    label: 'Open to',
    from: 'lg',
    cell: ({ access }) => (access === 'public' ? 'everybody' : 'who signs in'),
  },
  {
    id: 'url',
    label: 'Address',
    from: 'sm',
    cell: ({ url }) => (
      <a href={url} className="relative whitespace-nowrap text-accent hover:underline">
        {new URL(url).host}
      </a>
    ),
  },
  {
    id: 'changed',
    label: 'Changed',
    from: 'md',
    sortBy: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt }) => <Moment at={updatedAt} />,
  },
]

const sample = `body:
  name: forecast-api
  serviceType: api
  imageDetails:
    imageName: forecast
  healthCheckURL: /healthz`

export function ServicesPage(): ReactElement {
  const client = useClient()
  const reading = useQuery({
    queryKey: ['service', 'list'],
    queryFn: ({ signal }) =>
      client.services.listServices({ pageSize: shownAtMost }, { signal }).all({ limit: shownAtMost }),
    refetchInterval: refreshMs.resting,
  })
  return (
    <>
      <PageHeader title="Services">
        <SnippetButton
          snippets={{
            api: 'GET /webapps/api/v1/webapps/?featureType=services',
            cli: 'cairn services list',
            sdk: 'const services = await client.services.listServices().all()',
          }}
        />
      </PageHeader>
      <Reading of={reading}>
        {(services) =>
          services.length === 0 ? (
            <EmptyState
              icon={Globe}
              title="No service yet"
              text="A service keeps an image of type webapp or api running and gives it an address. Build one, then deploy its version."
              sample={{ fileName: 'service.yaml', content: sample }}
              command="cairn services create service.yaml"
            >
              <Link to="/images" className={buttonClass('plain')}>
                Choose an image
              </Link>
            </EmptyState>
          ) : (
            <ListTable
              name="Services"
              columns={columns}
              rows={services}
              rowKey={({ id }) => id}
              textOf={({ name }) => name}
              readAtMost={shownAtMost}
            />
          )
        }
      </Reading>
    </>
  )
}
