import type { ArtifactDetails, ArtifactVersion } from '@cairn/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import type { Column } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { saveDownload } from '../../components/save-stream.ts'
import { useChange } from '../../components/use-change.ts'
import { bytesText } from '../../format/bytes.ts'
import { useClient } from '../../session/client-context.ts'
import { Findings } from './findings.tsx'

function VersionActions({
  artifact,
  version,
}: {
  readonly artifact: ArtifactDetails
  readonly version: number
}): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const save = useChange({
    change: async () =>
      saveDownload(await client.artifacts.downloadArtifact(artifact.id, version), `${artifact.name}-${version}.zip`),
    keys: [],
    said: null,
  })
  return (
    <span className="relative flex justify-end gap-1">
      <Button isSmall icon={Download} isBusy={save.isPending} onClick={() => save.mutate(undefined)}>
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

function ArtifactUsers({ users }: { readonly users: ArtifactVersion['usedBy'] }): ReactElement {
  if (users.length === 0) return <span className="text-faint">nothing</span>
  return (
    <span className="inline-flex flex-wrap gap-x-2">
      {users.map(({ imageId, imageName, versionId, version }) => (
        <Link
          key={versionId}
          to="/images/$imageId/versions/$versionId"
          params={{ imageId, versionId }}
          className="text-accent hover:underline"
        >
          {imageName} {version}
        </Link>
      ))}
    </span>
  )
}

export function versionColumns(artifact: ArtifactDetails): readonly Column<ArtifactVersion>[] {
  return [
    { id: 'version', label: 'Version', cell: ({ version }) => <span className="font-medium">{version}</span> },
    { id: 'size', label: 'Size', align: 'end', cell: ({ sizeBytes }) => bytesText(sizeBytes) },
    { id: 'entries', label: 'Files', align: 'end', from: 'sm', cell: ({ entryCount }) => entryCount },
    { id: 'users', label: 'Built into', from: 'sm', cell: ({ usedBy }) => <ArtifactUsers users={usedBy} /> },
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
