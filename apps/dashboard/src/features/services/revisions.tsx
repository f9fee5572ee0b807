import type { ServiceRevision } from '@cairn/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { isUnderWay } from '../../components/status-table.ts'
import { refreshOf } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'

const shownAtMost = 20

function isChanging({ status }: ServiceRevision): boolean {
  return isUnderWay(status) || status === 'draining'
}

function whatChanged({ cause, rolledBackTo, changedFields }: ServiceRevision): string {
  if (rolledBackTo !== null) return `rolled back to ${rolledBackTo}`
  return changedFields.length === 0 ? cause : `${cause}: ${changedFields.join(', ')}`
}

/** What a service ran, newest first; one that has served can be deployed again. */
export function Revisions({ serviceId }: { readonly serviceId: string }): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const queryKey = ['service', serviceId, 'revisions']
  const reading = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      client.services
        .listServiceRevisions(serviceId, { pageSize: shownAtMost }, { signal })
        .all({ limit: shownAtMost }),
    refetchInterval: ({ state: { data } }) => refreshOf(data?.some(isChanging)),
  })
  const rollBack = async (revision: number): Promise<void> => {
    await client.services.rollbackService(serviceId, revision)
    await queries.invalidateQueries({ queryKey })
  }
  const columns: readonly Column<ServiceRevision>[] = [
    { id: 'number', label: 'No.', cell: ({ revision }) => revision },
    { id: 'status', label: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
    { id: 'image', label: 'Image', cell: ({ imageDetails }) => `${imageDetails.name} ${imageDetails.version}` },
    { id: 'what', label: 'What changed', cell: whatChanged },
    { id: 'by', label: 'By', from: 'md', cell: ({ createdBy }) => createdBy },
    { id: 'at', label: 'At', from: 'sm', cell: ({ createdAt }) => <Moment at={createdAt} /> },
    { id: 'why', label: 'Why', from: 'lg', cell: ({ reason }) => reason ?? '–' },
    {
      id: 'actions',
      label: 'Actions',
      isLabelHidden: true,
      cell: ({ revision, status, activatedAt }) =>
        status === 'active' || activatedAt === null ? null : (
          <ConfirmButton
            needs="write"
            label="Roll back"
            isSmall
            question={`Roll back to deployment ${revision}?`}
            onConfirm={() => rollBack(revision)}
          >
            What it ran then is deployed again. What serves now goes on until the new one is healthy.
          </ConfirmButton>
        ),
    },
  ]
  return (
    <Panel title="Deployments">
      <Reading of={reading}>
        {(revisions) => (
          <DataTable
            name="Deployments"
            columns={columns}
            rows={revisions}
            rowKey={({ revision }) => String(revision)}
          />
        )}
      </Reading>
    </Panel>
  )
}
