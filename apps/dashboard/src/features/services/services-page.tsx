import { useQuery } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { Empty, PageHeader, ReadState } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/intervals.ts'
import { serviceLink } from '../../location.ts'
import { useClient } from '../../session/client-context.ts'

/** No more are read at once. */
const shownAtMost = 500

export function ServicesPage(): ReactElement {
  const client = useClient()
  const [wanted, setWanted] = useState('')
  const { data, error } = useQuery({
    queryKey: ['services'],
    queryFn: ({ signal }) => client.services.listServices({}, { signal }).all({ limit: shownAtMost }),
    refetchInterval: refreshMs.resting,
  })
  const shown = data?.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase())) ?? []
  return (
    <>
      <PageHeader title="Services">
        <SearchField label="Search services by name" value={wanted} onChange={setWanted} />
      </PageHeader>
      <ReadState error={error} hasData={data !== undefined} />
      {data?.length === 0 ? <Empty title="There is no service yet." command="cairn services --help" /> : null}
      {data?.length === shownAtMost ? <p className="mb-2 text-faint">The first {shownAtMost} are shown.</p> : null}
      {data === undefined || data.length === 0 ? null : (
        <DataTable
          name="Services"
          columns={['Name', 'Status', 'State', 'Type', 'Open to', 'Address', 'Changed']}
          rows={shown.map(({ id, name, status, state, serviceType, access, url, updatedAt }) => ({
            key: id,
            cells: [
              <a key="name" href={serviceLink(id)} className="font-medium text-accent hover:underline">
                {name}
              </a>,
              <StatusBadge key="status" status={status} />,
              state,
              serviceType,
              access === 'public' ? 'everybody' : 'who signs in',
              <a key="url" href={url} className="whitespace-nowrap text-accent hover:underline">
                {new URL(url).host}
              </a>,
              <Moment key="changed" at={updatedAt} />,
            ],
          }))}
        />
      )}
    </>
  )
}
