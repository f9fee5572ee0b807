import type { ImageDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Box, Hammer } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { useListSearch } from '../../components/list-search.ts'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { ChoiceField, SearchField } from '../../components/search-field.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { bytesText } from '../../format/bytes.ts'
import { useClient } from '../../session/client-context.ts'
import { BuildDialog } from './build-dialog.tsx'
import { imageListQuery, mostImages } from './image-queries.ts'

const columns: readonly Column<ImageDetails>[] = [
  {
    id: 'name',
    label: 'Name',
    sortBy: ({ name }) => name,
    cell: ({ id, name, scope }) => (
      <>
        <Link to="/images/$imageId" params={{ imageId: id }} className="row-link font-medium hover:underline">
          {name}
        </Link>
        {scope === 'global' ? <span className="ml-2 text-[12px] text-faint">shipped with Cairn</span> : null}
      </>
    ),
  },
  { id: 'type', label: 'Type', from: 'sm', sortBy: ({ type }) => type, cell: ({ type }) => type },
  {
    id: 'version',
    label: 'Latest',
    cell: ({ latestVersion }) => <span className="tabular-nums">{latestVersion.version}</span>,
  },
  {
    id: 'status',
    label: 'Status',
    sortBy: ({ latestVersion }) => latestVersion.status,
    cell: ({ latestVersion }) => <StatusBadge status={latestVersion.status} />,
  },
  {
    id: 'build',
    label: 'Last build',
    from: 'md',
    sortBy: ({ latestVersion }) => latestVersion.lastBuildStatus,
    cell: ({ latestVersion }) => <StatusBadge status={latestVersion.lastBuildStatus} />,
  },
  {
    id: 'size',
    label: 'Size',
    from: 'md',
    align: 'end',
    sortBy: ({ latestVersion }) => latestVersion.size,
    cell: ({ latestVersion: { size } }) => (size === 0 ? '–' : bytesText(size)),
  },
  {
    id: 'changed',
    label: 'Changed',
    from: 'sm',
    sortBy: ({ latestVersion }) => latestVersion.updatedAt,
    cell: ({ latestVersion }) => <Moment at={latestVersion.updatedAt} />,
  },
]

const choices = [
  ['', 'Any last build'],
  ['building', 'Building'],
  ['success', 'Succeeded'],
  ['failed', 'Failed'],
  ['stopped', 'Stopped'],
] as const

function Images({ images }: { readonly images: readonly ImageDetails[] }): ReactElement {
  const [{ q = '', status = '', sort }, change] = useListSearch()
  const shown = images.filter(
    ({ name, latestVersion }) =>
      name.toLowerCase().includes(q.toLowerCase()) && (status === '' || latestVersion.lastBuildStatus === status),
  )
  return (
    <>
      <div className="mb-3 flex flex-wrap gap-2">
        <SearchField label="Search images" value={q} onChange={(next) => change({ q: next })} />
        <ChoiceField
          label="Last build"
          value={status}
          choices={choices}
          onChange={(next) => change({ status: next })}
        />
      </div>
      {images.length === mostImages ? <p className="mb-2 text-faint">The first {mostImages} are shown.</p> : null}
      <DataTable
        name="Images"
        columns={columns}
        rows={shown}
        rowKey={({ id }) => String(id)}
        sort={sort}
        onSort={(next) => change({ sort: next })}
      />
      {shown.length === 0 ? <p className="py-8 text-center text-faint">No image is like that.</p> : null}
    </>
  )
}

export function ImagesPage(): ReactElement {
  const client = useClient()
  const reading = useQuery(imageListQuery(client))
  const [isBuilding, setBuilding] = useState(false)
  return (
    <>
      <PageHeader title="Images">
        <Button needs="write" tone="primary" icon={Hammer} onClick={() => setBuilding(true)}>
          Build an image
        </Button>
        <SnippetButton
          snippets={{
            api: 'GET /image-management/api/v2/images/',
            cli: 'cairn images list',
            sdk: 'const images = await client.images.listImages().all()',
          }}
        />
      </PageHeader>
      <Reading of={reading}>
        {(images) =>
          images.length === 0 ? (
            <EmptyState
              icon={Box}
              title="No image yet"
              text="An image is a folder with a Dockerfile, built by Cairn. Steps and services run in images."
              sample={{
                fileName: 'Dockerfile',
                content: 'FROM python:3.12-slim\nCOPY . .\nRUN pip install -r requirements.txt',
              }}
              command="cairn images create --name forecast --type workflow --artifact-path ."
            />
          ) : (
            <Images images={images} />
          )
        }
      </Reading>
      {isBuilding ? <BuildDialog image={null} onClose={() => setBuilding(false)} /> : null}
    </>
  )
}
