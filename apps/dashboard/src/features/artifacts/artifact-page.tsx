import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Trash2, Upload } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { Files } from './files.tsx'
import { UploadDialog } from './upload-dialog.tsx'
import { versionColumns } from './version-columns.tsx'

const mostVersions = 100

export function ArtifactPage(): ReactElement {
  const { artifactId } = useParams({ from: '/artifacts/$artifactId' })
  const client = useClient()
  const navigate = useNavigate()
  const [isUploading, setUploading] = useState(false)
  const reading = useQuery({
    queryKey: ['artifact', artifactId],
    queryFn: ({ signal }) => client.artifacts.describeArtifact(artifactId, { pageSize: mostVersions }, { signal }),
    refetchInterval: refreshMs.resting,
  })
  const { data } = reading
  const remove = async (): Promise<void> => {
    await client.artifacts.deleteArtifact(artifactId)
    await navigate({ to: '/artifacts' })
  }
  return (
    <>
      <PageHeader
        title={data?.name ?? 'Artifact'}
        crumbs={[{ label: 'Artifacts', link: { to: '/artifacts' } }]}
        text={data?.description ?? undefined}
      >
        <Button needs="write" tone="primary" icon={Upload} onClick={() => setUploading(true)}>
          New version
        </Button>
        <ConfirmButton
          needs="write"
          label="Delete"
          icon={Trash2}
          tone="danger"
          question={`Delete ${data?.name ?? 'the artifact'}?`}
          onConfirm={remove}
        >
          All of its versions go with it. It is refused while an image version is built from one.
        </ConfirmButton>
        <SnippetButton
          snippets={{
            api: `GET /artifacts/api/v1/artifacts/${artifactId}`,
            cli: `cairn artifacts describe ${artifactId}`,
            sdk: `const artifact = await client.artifacts.describeArtifact('${artifactId}')`,
          }}
        />
      </PageHeader>
      <Panel title="Versions">
        <Reading of={reading}>
          {(artifact) => (
            <DataTable
              name="Versions"
              columns={versionColumns(artifact)}
              rows={artifact.versions}
              rowKey={({ version }) => String(version)}
            />
          )}
        </Reading>
      </Panel>
      {data === undefined ? null : <Files artifact={data} />}
      {isUploading && data !== undefined ? <UploadDialog artifact={data} onClose={() => setUploading(false)} /> : null}
    </>
  )
}
