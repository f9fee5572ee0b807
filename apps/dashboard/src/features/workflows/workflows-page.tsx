import { useQuery } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { Empty, PageHeader, ReadState } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/intervals.ts'
import { workflowLink } from '../../location.ts'
import { useClient } from '../../session/client-context.ts'

/** No more are read at once. */
const shownAtMost = 500

export function WorkflowsPage(): ReactElement {
  const client = useClient()
  const [wanted, setWanted] = useState('')
  const { data, error } = useQuery({
    queryKey: ['workflows'],
    queryFn: ({ signal }) => client.workflows.listWorkflows({}, { signal }).all({ limit: shownAtMost }),
    refetchInterval: refreshMs.resting,
  })
  const shown = data?.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase())) ?? []
  return (
    <>
      <PageHeader title="Workflows">
        <SearchField label="Search workflows by name" value={wanted} onChange={setWanted} />
      </PageHeader>
      <ReadState error={error} hasData={data !== undefined} />
      {data?.length === 0 ? <Empty title="There is no workflow yet." command="cairn workflows --help" /> : null}
      {data?.length === shownAtMost ? <p className="mb-2 text-faint">The first {shownAtMost} are shown.</p> : null}
      {data === undefined || data.length === 0 ? null : (
        <DataTable
          name="Workflows"
          columns={['Name', 'Status', 'Last run', 'Changed']}
          rows={shown.map(({ id, name, status, lastExecution, updatedAt }) => ({
            key: String(id),
            cells: [
              <a key="name" href={workflowLink(id)} className="font-medium text-accent hover:underline">
                {name}
              </a>,
              <StatusBadge key="status" status={status} />,
              lastExecution === undefined ? '–' : <StatusBadge key="last" status={lastExecution.status} />,
              <Moment key="changed" at={updatedAt} />,
            ],
          }))}
        />
      )}
    </>
  )
}
