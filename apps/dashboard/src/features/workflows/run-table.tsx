import type { ExecutionSummary } from '@cairn/sdk'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Duration, Moment } from '../../components/moment.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'

/** Runs are told apart by the end of their ids: the beginning is the time. */
export function shortRunId(executionId: string): string {
  return executionId.slice(-8)
}

/** Runs of a workflow, as they come. */
export function RunTable({
  workflowId,
  runs,
}: {
  readonly workflowId: number
  readonly runs: readonly ExecutionSummary[]
}): ReactElement {
  const columns: readonly Column<ExecutionSummary>[] = [
    {
      id: 'run',
      label: 'Run',
      cell: ({ executionId }) => (
        <Link
          to="/workflows/$workflowId/runs/$executionId"
          params={{ workflowId, executionId }}
          className="row-link font-mono hover:underline"
        >
          {shortRunId(executionId)}
        </Link>
      ),
    },
    { id: 'status', label: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
    { id: 'started', label: 'Started', cell: ({ executedAt }) => <Moment at={executedAt} /> },
    {
      id: 'took',
      label: 'Took',
      cell: ({ executedAt, finishedAt }) => <Duration from={executedAt} to={finishedAt} />,
    },
    {
      id: 'retry',
      label: 'Retry of',
      from: 'sm',
      cell: ({ rerunId }) =>
        rerunId === undefined ? (
          <span className="text-faint">–</span>
        ) : (
          <span className="font-mono">{shortRunId(rerunId)}</span>
        ),
    },
  ]
  return <DataTable name="Runs" columns={columns} rows={runs} rowKey={({ executionId }) => executionId} />
}
