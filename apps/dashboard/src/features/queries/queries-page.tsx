import type { QuerySummary } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FileCode2, Plus } from 'lucide-react'
import type { ReactElement } from 'react'
import { ButtonLink } from '../../components/button.tsx'
import type { Column } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ListTable } from '../../components/list-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { bytesText } from '../../format/bytes.ts'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'

/** No more are read at once. */
const shownAtMost = 500

const columns: readonly Column<QuerySummary>[] = [
  {
    id: 'path',
    label: 'Path',
    sortBy: ({ path }) => path,
    cell: ({ path }) => (
      <Link to="/queries/edit" search={{ path }} className="row-link font-mono font-medium hover:underline">
        {path}
      </Link>
    ),
  },
  { id: 'version', label: 'Version', align: 'end', cell: ({ version }) => version },
  {
    id: 'size',
    label: 'Size',
    align: 'end',
    from: 'sm',
    sortBy: ({ sizeBytes }) => sizeBytes,
    cell: ({ sizeBytes }) => bytesText(sizeBytes),
  },
  { id: 'by', label: 'Changed by', from: 'md', cell: ({ updatedBy }) => updatedBy },
  {
    id: 'changed',
    label: 'Changed',
    sortBy: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt }) => <Moment at={updatedAt} />,
  },
]

export function QueriesPage(): ReactElement {
  const client = useClient()
  const reading = useQuery({
    queryKey: ['query', 'list'],
    queryFn: ({ signal }) =>
      client.queries.listQueries({ pageSize: shownAtMost }, { signal }).all({ limit: shownAtMost }),
    refetchInterval: refreshMs.resting,
  })
  return (
    <>
      <PageHeader title="Queries">
        <ButtonLink link={{ to: '/queries/edit', search: {} }} needs="write" tone="primary" icon={Plus}>
          New query
        </ButtonLink>
        <SnippetButton
          snippets={{
            api: 'GET /queries/api/v1/queries',
            cli: 'cairn queries list',
            sdk: 'const queries = await client.queries.listQueries().all()',
          }}
        />
      </PageHeader>
      <Reading of={reading}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState
              icon={FileCode2}
              title="No query yet"
              text="A query is a text of SQL under a path, kept in versions. Steps of type sql and export run it in your warehouse."
              sample={{ fileName: 'sales.sql', content: 'select day, sum(amount) from sales group by day' }}
              command="cairn queries put reports/sales.sql sales.sql"
            />
          ) : (
            <ListTable
              name="Queries"
              columns={columns}
              rows={found}
              rowKey={({ path }) => path}
              textOf={({ path }) => path}
              readAtMost={shownAtMost}
            />
          )
        }
      </Reading>
    </>
  )
}
