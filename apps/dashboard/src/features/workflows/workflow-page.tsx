import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { Action, Empty, Failure, PageHeader, ReadState } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/intervals.ts'
import { runLink } from '../../location.ts'
import { useClient } from '../../session/client-context.ts'

const runsShown = 50

function Runs({ workflowId }: { readonly workflowId: number }): ReactElement {
  const client = useClient()
  const { data, error } = useQuery({
    queryKey: ['runs', workflowId],
    queryFn: ({ signal }) => client.workflows.listExecutions(workflowId, { count: runsShown }, { signal }).all(),
    refetchInterval: refreshMs.running,
  })
  return (
    <section>
      <h2 className="mb-2 font-semibold">The last {runsShown} runs of 90 days</h2>
      <ReadState error={error} hasData={data !== undefined} />
      {data?.length === 0 ? (
        <Empty title="It has not run yet." command={`client.workflows.executeWorkflow(${workflowId})`} />
      ) : null}
      {data === undefined || data.length === 0 ? null : (
        <DataTable
          name="Runs"
          columns={['Run', 'Status', 'Started', 'Seconds']}
          rows={data.map(({ executionId, status, executedAt, duration }) => ({
            key: executionId,
            cells: [
              <a key="run" href={runLink(workflowId, executionId)} className="font-mono text-accent hover:underline">
                {executionId}
              </a>,
              <StatusBadge key="status" status={status} />,
              <Moment key="started" at={executedAt} />,
              duration.toFixed(1),
            ],
          }))}
        />
      )}
    </section>
  )
}

export function WorkflowPage({ workflowId }: { readonly workflowId: number }): ReactElement {
  const client = useClient()
  const { data, error } = useQuery({
    queryKey: ['workflow', workflowId],
    queryFn: ({ signal }) => client.workflows.describeWorkflow(workflowId, { signal }),
    refetchInterval: refreshMs.resting,
  })
  const start = useMutation({
    mutationFn: () => client.workflows.executeWorkflow(workflowId),
    onSuccess: ({ executionId }) => globalThis.location.assign(runLink(workflowId, executionId)),
  })
  return (
    <>
      <PageHeader title={data?.name ?? `Workflow ${workflowId}`}>
        {data === undefined ? null : <StatusBadge status={data.status} />}
        <Action label="Run now" busy={start.isPending || data === undefined} onPress={() => start.mutate()} />
      </PageHeader>
      <ReadState error={error} hasData={data !== undefined} />
      {start.error === null ? null : <Failure error={start.error} />}
      {data === undefined ? null : (
        <section className="mb-6">
          <h2 className="mb-2 font-semibold">Steps</h2>
          <DataTable
            name="Steps"
            columns={['Step', 'Type', 'Image', 'After']}
            rows={Object.entries(data.steps).map(([name, { type, imageName, parents }]) => ({
              key: name,
              cells: [name, type, imageName ?? '–', parents.join(', ') || '–'],
            }))}
          />
        </section>
      )}
      <Runs workflowId={workflowId} />
    </>
  )
}
