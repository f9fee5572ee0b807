import type { ExecutionDetails } from '@cairn/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { Action, Failure, PageHeader, ReadState } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { refreshMs } from '../../live/intervals.ts'
import { runLink, workflowLink } from '../../location.ts'
import { useClient } from '../../session/client-context.ts'
import { StepLog } from './step-log.tsx'

interface RunId {
  readonly workflowId: number
  readonly executionId: string
}

function RunActions({ id, run }: { readonly id: RunId; readonly run: ExecutionDetails }): ReactElement {
  const { workflowId, executionId } = id
  const client = useClient()
  const queries = useQueryClient()
  const stop = useMutation({
    mutationFn: () => client.workflows.stopExecution(workflowId, executionId),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['run', workflowId, executionId] }),
  })
  const retry = useMutation({
    mutationFn: () => client.workflows.retryExecution(workflowId, executionId, { from: 'failed' }),
    onSuccess: (started) => globalThis.location.assign(runLink(workflowId, started.executionId)),
  })
  const error = stop.error ?? retry.error
  return (
    <>
      <StatusBadge status={run.status} />
      {run.status === 'Running' ? <Action label="Stop" busy={stop.isPending} onPress={() => stop.mutate()} /> : null}
      {run.status === 'Failed' || run.status === 'Stopped' ? (
        <Action label="Retry from failed" busy={retry.isPending} onPress={() => retry.mutate()} />
      ) : null}
      {error === null ? null : <Failure error={error} />}
    </>
  )
}

function Steps({
  run,
  onOpen,
}: {
  readonly run: ExecutionDetails
  readonly onOpen: (step: string) => void
}): ReactElement {
  return (
    <DataTable
      name="Steps of the run"
      columns={['Step', 'Status', 'Attempt', 'Started', 'Ended', 'Why']}
      rows={run.steps.map(({ name, status, attempt, startedAt, finishedAt, reason, decisions }) => ({
        key: name,
        cells: [
          <button
            key="name"
            type="button"
            className="cursor-pointer font-medium text-accent hover:underline"
            onClick={() => onOpen(name)}
          >
            {name}
          </button>,
          <StatusBadge key="status" status={status} />,
          attempt,
          <Moment key="started" at={startedAt} />,
          <Moment key="ended" at={finishedAt} />,
          reason ?? decisions.at(-1)?.text ?? '–',
        ],
      }))}
    />
  )
}

export function RunPage({ workflowId, executionId }: RunId): ReactElement {
  const client = useClient()
  const [opened, setOpened] = useState<string | null>(null)
  const { data, error } = useQuery({
    queryKey: ['run', workflowId, executionId],
    queryFn: ({ signal }) => client.workflows.getExecutionDetails(workflowId, executionId, { signal }),
    refetchInterval: ({ state }) => (state.data?.finishedAt ? refreshMs.resting : refreshMs.running),
  })
  const stepName = opened ?? data?.steps.find(({ status }) => status === 'Failed')?.name ?? data?.steps[0]?.name
  return (
    <>
      <a href={workflowLink(workflowId)} className="text-accent hover:underline">
        Back to the workflow
      </a>
      <PageHeader title={`Run ${executionId}`}>
        {data === undefined ? null : <RunActions id={{ workflowId, executionId }} run={data} />}
      </PageHeader>
      <ReadState error={error} hasData={data !== undefined} />
      {data === undefined ? null : (
        <>
          <p className="mb-4 text-faint">
            {data.reason ?? data.outcomeNote ?? 'The run goes on.'} Started by {data.startedBy} ({data.trigger}).
          </p>
          <Steps run={data} onOpen={setOpened} />
        </>
      )}
      {stepName === undefined ? null : <StepLog {...{ workflowId, executionId, stepName }} key={stepName} />}
    </>
  )
}
