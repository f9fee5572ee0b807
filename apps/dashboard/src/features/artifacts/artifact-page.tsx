import type { ArtifactDetails, ArtifactVersion } from '@cairn/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Download, Trash2, Upload } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { saveDownload } from '../../components/save-stream.ts'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { bytesText } from '../../format/bytes.ts'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'
import { Findings } from './findings.tsx'
import { UploadDialog } from './upload-dialog.tsx'

const mostVersions = 100

function VersionActions({
  artifact,
  version,
}: {
  readonly artifact: ArtifactDetails
  readonly version: number
}): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  return (
    <span className="relative flex justify-end gap-1">
      <Button
        isSmall
        icon={Download}
        onClick={() =>
          void client.artifacts
            .downloadArtifact(artifact.id, version)
            .then((found) => saveDownload(found, `${artifact.name}-${version}.zip`))
        }
      >
        Zip
      </Button>
      <ConfirmButton
        needs="write"
        label="Delete"
        isSmall
        tone="danger"
        question={`Delete version ${version}?`}
        onConfirm={async () => {
          await client.artifacts.deleteArtifactVersion(artifact.id, version)
          await queries.invalidateQueries({ queryKey: ['artifact'] })
        }}
      >
        It is refused while an image version is built from it.
      </ConfirmButton>
    </span>
  )
}

function versionColumns(artifact: ArtifactDetails): readonly Column<ArtifactVersion>[] {
  return [
    { id: 'version', label: 'Version', cell: ({ version }) => <span className="font-medium">{version}</span> },
    { id: 'size', label: 'Size', align: 'end', cell: ({ sizeBytes }) => bytesText(sizeBytes) },
    { id: 'entries', label: 'Files', align: 'end', from: 'sm', cell: ({ entryCount }) => entryCount },
    { id: 'findings', label: 'Looked through', from: 'sm', cell: (version) => <Findings version={version} /> },
    {
      id: 'sha',
      label: 'SHA-256',
      from: 'lg',
      cell: ({ sha256 }) => (
        <code title={sha256} className="text-[12px]">
          {sha256.slice(0, 12)}
        </code>
      ),
    },
    { id: 'by', label: 'By', from: 'md', cell: ({ createdBy }) => createdBy },
    { id: 'at', label: 'Uploaded', from: 'sm', cell: ({ createdAt }) => <Moment at={createdAt} /> },
    {
      id: 'actions',
      label: 'Actions',
      isLabelHidden: true,
      align: 'end',
      cell: ({ version }) => <VersionActions artifact={artifact} version={version} />,
    },
  ]
}

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
      {isUploading && data !== undefined ? <UploadDialog artifact={data} onClose={() => setUploading(false)} /> : null}
    </>
  )
}
