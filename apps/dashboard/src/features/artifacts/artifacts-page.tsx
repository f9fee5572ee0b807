import type { ArtifactSummary } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Package, Upload } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
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
import { UploadDialog } from './upload-dialog.tsx'

/** No more are read at once. */
const shownAtMost = 500

const columns: readonly Column<ArtifactSummary>[] = [
  {
    id: 'name',
    label: 'Name',
    sortBy: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/artifacts/$artifactId" params={{ artifactId: id }} className="row-link font-medium hover:underline">
        {name}
      </Link>
    ),
  },
  { id: 'about', label: 'About', from: 'md', cell: ({ description }) => description ?? '–' },
  { id: 'version', label: 'Latest', cell: ({ latestVersion }) => latestVersion?.version ?? '–' },
  {
    id: 'size',
    label: 'Size',
    align: 'end',
    sortBy: ({ latestVersion }) => latestVersion?.sizeBytes ?? 0,
    cell: ({ latestVersion }) => (latestVersion === null ? '–' : bytesText(latestVersion.sizeBytes)),
  },
  { id: 'by', label: 'By', from: 'md', cell: ({ createdBy }) => createdBy },
  {
    id: 'changed',
    label: 'Changed',
    from: 'sm',
    sortBy: ({ latestVersion, createdAt }) => latestVersion?.createdAt ?? createdAt,
    cell: ({ latestVersion, createdAt }) => <Moment at={latestVersion?.createdAt ?? createdAt} />,
  },
]

const sample = `name: forecast
description: The code of the forecast
artifact:
  path: .`

export function ArtifactsPage(): ReactElement {
  const client = useClient()
  const [isUploading, setUploading] = useState(false)
  const reading = useQuery({
    queryKey: ['artifact', 'list'],
    queryFn: ({ signal }) =>
      client.artifacts.listArtifacts({ pageSize: shownAtMost }, { signal }).all({ limit: shownAtMost }),
    refetchInterval: refreshMs.resting,
  })
  return (
    <>
      <PageHeader title="Artifacts">
        <Button needs="write" tone="primary" icon={Upload} onClick={() => setUploading(true)}>
          Upload a folder
        </Button>
        <SnippetButton
          snippets={{
            api: 'GET /artifacts/api/v1/artifacts/',
            cli: 'cairn artifacts list',
            sdk: 'const artifacts = await client.artifacts.listArtifacts().all()',
          }}
        />
      </PageHeader>
      <Reading of={reading}>
        {(artifacts) =>
          artifacts.length === 0 ? (
            <EmptyState
              icon={Package}
              title="No artifact yet"
              text="An artifact is a folder that is kept in versions: code or data that images are built from."
              sample={{ fileName: 'artifact.yaml', content: sample }}
              command="cairn artifacts create artifact.yaml"
            />
          ) : (
            <ListTable
              name="Artifacts"
              columns={columns}
              rows={artifacts}
              rowKey={({ id }) => id}
              textOf={({ name }) => name}
              readAtMost={shownAtMost}
            />
          )
        }
      </Reading>
      {isUploading ? <UploadDialog artifact={null} onClose={() => setUploading(false)} /> : null}
    </>
  )
}
