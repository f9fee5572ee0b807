import type { ImageDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Box, Hammer } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ListTable } from '../../components/list-table.tsx'
import type { ListFilter } from '../../components/rows-like.ts'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { bytesText } from '../../format/bytes.ts'
import { useClient } from '../../session/client-context.ts'
import { BuildDialog } from './build-dialog.tsx'
import { imageListQuery, mostImages } from './image-queries.ts'
import { LastBuild } from './last-build.tsx'

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
    cell: ({ scope, latestVersion: { lastBuildStatus, status } }) => (
      <LastBuild
        status={lastBuildStatus}
        // Shipped images are built when somebody asks for it.
        wasBuilt={scope !== 'global' || status !== 'not-ready' || lastBuildStatus !== 'stopped'}
      />
    ),
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

const filter: ListFilter<ImageDetails> = {
  label: 'Last build',
  choices,
  of: ({ latestVersion }) => latestVersion.lastBuildStatus,
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
                content: 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .',
              }}
              command="cairn images create --name forecast --type workflow --artifact-path ."
            />
          ) : (
            <ListTable
              name="Images"
              columns={columns}
              rows={images}
              rowKey={({ id }) => String(id)}
              textOf={({ name }) => name}
              filter={filter}
              readAtMost={mostImages}
            />
          )
        }
      </Reading>
      {isBuilding ? <BuildDialog image={null} onClose={() => setBuilding(false)} /> : null}
    </>
  )
}
