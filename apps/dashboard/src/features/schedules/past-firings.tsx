import type { PastFiring } from '@cairn/sdk'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'

const mostShown = 50

function FiredName({
  firing: { workflowId, workflowName, executionId },
}: {
  readonly firing: PastFiring
}): ReactElement {
  const look = 'row-link font-medium hover:underline'
  return executionId === null ? (
    <Link to="/workflows/$workflowId" params={{ workflowId }} className={look}>
      {workflowName}
    </Link>
  ) : (
    <Link to="/workflows/$workflowId/runs/$executionId" params={{ workflowId, executionId }} className={look}>
      {workflowName}
    </Link>
  )
}

const columns: readonly Column<PastFiring>[] = [
  { id: 'at', label: 'Due', cell: ({ scheduledAt }) => <Moment at={scheduledAt} /> },
  { id: 'workflow', label: 'Workflow', cell: (firing) => <FiredName firing={firing} /> },
  {
    id: 'status',
    label: 'What became of it',
    cell: ({ outcome, runStatus }) => <StatusBadge status={runStatus ?? outcome} />,
  },
  {
    id: 'reason',
    label: 'Why',
    from: 'md',
    cell: ({ reason, until }) => (
      <span className="break-words text-faint">
        {reason}
        {until === null ? null : (
          <>
            {' '}
            (all times until <Moment at={until} />)
          </>
        )}
      </span>
    ),
  },
]

/** What became of the last times of all schedules. */
export function PastFirings({ firings }: { readonly firings: readonly PastFiring[] }): ReactElement | null {
  if (firings.length === 0) return null
  const shown = firings.slice(0, mostShown)
  return (
    <Panel title="What fired in the last seven days">
      <DataTable
        name="Past firings"
        columns={columns}
        rows={shown}
        rowKey={({ workflowId, scheduledAt }) => `${workflowId} ${scheduledAt}`}
      />
      {shown.length < firings.length ? (
        <p className="mt-2 text-[13px] text-faint">
          The newest {mostShown}. <code>cairn workflows past-firings --all</code> lists every one.
        </p>
      ) : null}
    </Panel>
  )
}
