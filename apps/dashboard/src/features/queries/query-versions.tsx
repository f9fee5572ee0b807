import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { bytesText } from '../../format/bytes.ts'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'

const shownAtMost = 50

/** @param shown version that is in the editor; null = none yet */
export function QueryVersions({ path, shown }: { readonly path: string; readonly shown: number | null }): ReactElement {
  const client = useClient()
  const reading = useQuery({
    queryKey: ['query', path, 'versions'],
    queryFn: ({ signal }) => client.queries.listQueryVersions(path, { signal }).all({ limit: shownAtMost }),
    refetchInterval: refreshMs.resting,
  })
  return (
    <Panel title="Versions">
      <Reading of={reading}>
        {(versions) => (
          <DataTable
            name="Versions"
            columns={[
              {
                id: 'version',
                label: 'Version',
                cell: ({ version }) => (
                  <>
                    <Link
                      to="/queries/edit"
                      search={{ path, version }}
                      className="row-link font-medium hover:underline"
                    >
                      {version}
                    </Link>
                    {version === shown ? <span className="ml-2 text-[12px] text-faint">shown</span> : null}
                  </>
                ),
              },
              { id: 'size', label: 'Size', align: 'end', cell: ({ sizeBytes }) => bytesText(sizeBytes) },
              { id: 'by', label: 'By', from: 'sm', cell: ({ createdBy }) => createdBy },
              { id: 'at', label: 'At', cell: ({ createdAt }) => <Moment at={createdAt} /> },
            ]}
            rows={versions}
            rowKey={({ version }) => String(version)}
          />
        )}
      </Reading>
    </Panel>
  )
}
