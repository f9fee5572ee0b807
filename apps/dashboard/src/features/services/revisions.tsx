import type { ServiceRevision } from '@cairn/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { Action, Failure, ReadState } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/intervals.ts'
import { useClient } from '../../session/client-context.ts'

const shownAtMost = 20

function whatChanged({ cause, rolledBackTo, changedFields }: ServiceRevision): string {
  if (rolledBackTo !== null) return `rolled back to ${rolledBackTo}`
  return changedFields.length === 0 ? cause : `${cause}: ${changedFields.join(', ')}`
}

/** What a service ran, newest first; one that has served can be deployed again. */
export function Revisions({ serviceId }: { readonly serviceId: string }): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const queryKey = ['revisions', serviceId]
  const { data, error } = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      client.services.listServiceRevisions(serviceId, {}, { signal }).all({ limit: shownAtMost }),
    refetchInterval: refreshMs.running,
  })
  const rollBack = useMutation({
    mutationFn: (revision: number) => client.services.rollbackService(serviceId, revision),
    onSuccess: () => queries.invalidateQueries({ queryKey }),
  })
  return (
    <section className="mt-6">
      <h2 className="mb-2 font-semibold">Deployments</h2>
      <ReadState error={error} hasData={data !== undefined} />
      {rollBack.error === null ? null : <Failure error={rollBack.error} />}
      <DataTable
        name="Deployments"
        columns={['No.', 'Status', 'Image', 'What changed', 'By', 'At', 'Why', '']}
        rows={(data ?? []).map((each) => ({
          key: String(each.revision),
          cells: [
            each.revision,
            <StatusBadge key="status" status={each.status} />,
            `${each.imageDetails.name} ${each.imageDetails.version}`,
            whatChanged(each),
            each.createdBy,
            <Moment key="at" at={each.createdAt} />,
            each.reason ?? '–',
            each.status === 'active' || each.activatedAt === null ? null : (
              <Action
                key="back"
                label="Roll back"
                busy={rollBack.isPending}
                onPress={() => rollBack.mutate(each.revision)}
              />
            ),
          ],
        }))}
      />
    </section>
  )
}
