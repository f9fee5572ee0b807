import type { ImageDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Plus, Trash2 } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { useClient } from '../../session/client-context.ts'
import { BuildDialog } from './build-dialog.tsx'
import { typeNames } from './image-types.ts'
import { buildColumns, versionColumns } from './image-columns.tsx'
import { imageBuildsQuery, imageQuery, imageVersionsQuery } from './image-queries.ts'

function ImageActions({ image }: { readonly image: ImageDetails }): ReactElement {
  const client = useClient()
  const navigate = useNavigate()
  const [isBuilding, setBuilding] = useState(false)
  const remove = async (): Promise<void> => {
    await client.images.deleteImage(image.id)
    await navigate({ to: '/images' })
  }
  return (
    <>
      {image.scope === 'global' ? null : (
        <>
          <Button needs="write" tone="primary" icon={Plus} onClick={() => setBuilding(true)}>
            New version
          </Button>
          <ConfirmButton
            needs="write"
            label="Delete"
            icon={Trash2}
            tone="danger"
            question={`Delete ${image.name}?`}
            onConfirm={remove}
          >
            All of its versions go with it. It is refused while a workflow or service uses one.
          </ConfirmButton>
        </>
      )}
      <SnippetButton
        snippets={{
          api: `GET /image-management/api/v2/images/${image.id}`,
          cli: `cairn images describe ${image.id}`,
          sdk: `const image = await client.images.describeImage(${image.id})`,
        }}
      />
      {isBuilding ? <BuildDialog image={image} onClose={() => setBuilding(false)} /> : null}
    </>
  )
}

/** Its versions and how they were built. */
function History({ imageId }: { readonly imageId: number }): ReactElement {
  const client = useClient()
  const versions = useQuery(imageVersionsQuery(client, imageId))
  const builds = useQuery(imageBuildsQuery(client, imageId))
  return (
    <>
      <Panel title="Versions">
        <Reading of={versions}>
          {(rows) => (
            <DataTable name="Versions" columns={versionColumns(imageId)} rows={rows} rowKey={({ id }) => String(id)} />
          )}
        </Reading>
      </Panel>
      <Panel title="Builds">
        <Reading of={builds}>
          {(rows) =>
            rows.length === 0 ? (
              <p className="text-faint">It was never built.</p>
            ) : (
              <DataTable
                name="Builds"
                columns={buildColumns(imageId)}
                rows={rows}
                rowKey={({ buildId }) => String(buildId)}
              />
            )
          }
        </Reading>
      </Panel>
    </>
  )
}

export function ImagePage(): ReactElement {
  const { imageId } = useParams({ from: '/images/$imageId' })
  const client = useClient()
  const reading = useQuery(imageQuery(client, imageId))
  const { data } = reading
  return (
    <>
      <PageHeader
        title={data?.name ?? 'Image'}
        crumbs={[{ label: 'Images', link: { to: '/images' } }]}
        text={data === undefined ? undefined : typeNames[data.type]}
      >
        {data === undefined ? null : <ImageActions image={data} />}
      </PageHeader>
      <Reading of={reading}>{() => <History imageId={imageId} />}</Reading>
    </>
  )
}
