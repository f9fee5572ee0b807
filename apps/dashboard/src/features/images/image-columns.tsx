import type { Build, ImageVersionSummary } from '@cairn/sdk'
import { Link } from '@tanstack/react-router'
import type { Column } from '../../components/data-table.tsx'
import { Duration, Moment } from '../../components/moment.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { bytesText } from '../../format/bytes.ts'
import { TagList } from './tag-list.tsx'

export function versionColumns(imageId: number): readonly Column<ImageVersionSummary>[] {
  return [
    {
      id: 'version',
      label: 'Version',
      cell: ({ id, version }) => (
        <Link
          to="/images/$imageId/versions/$versionId"
          params={{ imageId, versionId: id }}
          className="row-link font-medium tabular-nums hover:underline"
        >
          {version}
        </Link>
      ),
    },
    { id: 'status', label: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
    { id: 'build', label: 'Last build', cell: ({ lastBuildStatus }) => <StatusBadge status={lastBuildStatus} /> },
    { id: 'tags', label: 'Tags', from: 'md', cell: ({ tags }) => <TagList tags={tags} /> },
    {
      id: 'size',
      label: 'Size',
      align: 'end',
      from: 'sm',
      cell: ({ size }) => (size === 0 ? '–' : bytesText(size)),
    },
    { id: 'source', label: 'From', from: 'lg', cell: ({ buildDetails }) => buildDetails.source ?? 'upload' },
    { id: 'by', label: 'By', from: 'lg', cell: ({ createdBy }) => createdBy },
    { id: 'created', label: 'Created', from: 'sm', cell: ({ createdAt }) => <Moment at={createdAt} /> },
  ]
}

function cacheText({ stepCount, cachedStepCount }: Build): string {
  if (typeof stepCount !== 'number' || typeof cachedStepCount !== 'number') return '–'
  return `${cachedStepCount} of ${stepCount}`
}

export function buildColumns(imageId: number): readonly Column<Build>[] {
  return [
    {
      id: 'number',
      label: 'No.',
      cell: ({ buildId, versionId }) => (
        <Link
          to="/images/$imageId/versions/$versionId"
          params={{ imageId, versionId }}
          search={{ build: buildId }}
          className="row-link font-medium tabular-nums hover:underline"
        >
          {buildId}
        </Link>
      ),
    },
    { id: 'version', label: 'Version', cell: ({ version }) => version },
    { id: 'status', label: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
    { id: 'started', label: 'Started', cell: ({ startedAt }) => <Moment at={startedAt} /> },
    {
      id: 'took',
      label: 'Took',
      from: 'sm',
      cell: ({ startedAt, finishedAt }) => <Duration from={startedAt} to={finishedAt} />,
    },
    { id: 'cache', label: 'Steps from cache', from: 'md', cell: cacheText },
    {
      id: 'why',
      label: 'Why',
      from: 'md',
      cell: ({ reason }) => <span className="line-clamp-2 max-w-md [overflow-wrap:anywhere]">{reason ?? '–'}</span>,
    },
  ]
}
